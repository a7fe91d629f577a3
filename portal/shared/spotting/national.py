"""The only place that asks a library of the world's numbering plans how numbers are written at home.

It finds; it does not judge. To it, numbers set aside for films are invalid and others that ring are not known yet.
"""

from collections.abc import Iterator

from phonenumbers import (
    Leniency,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    PhoneNumberType,
    format_number,
    number_type,
)

# Where a trunk zero or brackets are written, the larger countries first: a number that fits several is the first one's.
REGIONS = (
    *("US", "DE", "FR", "GB", "IT", "AU", "BR", "IN", "JP", "NL", "BE", "CH", "AT", "SE", "IE", "NZ", "ZA", "FI", "RU"),
    *("TR", "MX", "AR", "ID", "KR", "CN", "TW", "TH", "MY", "PH", "VN", "PK", "BD", "LK", "IL", "AE", "SA", "EG", "MA"),
    *("NG", "KE", "GH", "TZ", "UA", "RO", "HU", "HR", "SI", "RS", "BG", "SK", "CO", "PE", "CL", "VE", "EC", "DZ"),
)


def number_of(written: str) -> str | None:
    """`written` in E.164, where it is a number of some region in that region's own grouping."""
    return next(_readings(written), None)


def _readings(written: str) -> Iterator[str]:
    is_ungrouped = written.isdigit()
    for region in REGIONS:
        for match in PhoneNumberMatcher(written, region, leniency=Leniency.EXACT_GROUPING):
            # A row of digits with a zero before it might be anything; most of those in a note are mobiles.
            is_mobile = number_type(match.number) == PhoneNumberType.MOBILE
            if match.raw_string == written and (is_mobile or not is_ungrouped):
                yield format_number(match.number, PhoneNumberFormat.E164)
