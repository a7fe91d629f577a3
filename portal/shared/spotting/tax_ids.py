"""The only place that finds tax and identity numbers, by form, by check digit or by the words before them.

A country that is not in the list is found by words alone: "tax id 4711-0815-22".
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from portal.shared.spotting import check_digits as check
from portal.shared.spotting.found import Found
from portal.shared.spotting.words import ABOUT, means_other, names_tax_id


def find_tax_ids(text: str) -> Iterator[Found]:
    """Numbers that a state gives to one person or business."""
    if not _MAY_HOLD.search(text):
        return
    for form in _FORMS:
        for found in form.pattern.finditer(text):
            before = text[max(0, found.start() - ABOUT) : found.start()]
            number = re.sub("[^A-Z0-9]", "", found[0].upper())
            if names_tax_id(before) if form.needs_words else form.is_valid(number) and not means_other(before):
                yield Found("tax_id", *found.span(), _normal(found[0], number))


_MAY_HOLD = re.compile("[0-9](?:[^0-9]{0,3}[0-9]){5}|[A-Z]{5}[0-9]{4}[A-Z]")


def _normal(written: str, number: str) -> str:
    """An American number, of which some are reserved, with its dashes; anything else in a row."""
    is_american = re.fullmatch(r"[0-9]{3}\W+[0-9]{2}\W+[0-9]{4}", written)
    return f"{number[:3]}-{number[3:5]}-{number[5:]}" if is_american else number


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool] = bool
    needs_words: bool = False


def _form(pattern: str, is_valid: Callable[[str], bool] = bool, *, needs_words: bool = False) -> _Form:
    return _Form(
        re.compile(rf"(?<![\w$€£+.,/-])(?<![0-9]:)(?<![0-9] )(?:{pattern})(?![\w-]|[.,/ ][0-9])"), is_valid, needs_words
    )


_DATE = "(?:0[1-9]|[12][0-9]|3[01])"
_MONTH = "(?:0[1-9]|1[0-2])"
_EIN = "0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589]"  # of the IRS's campuses
_BRITISH = "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
_FORMS = (
    _form(r"[0-9]{3} ?[-. ] ?[0-9]{2} ?[-. ] ?[0-9]{4}"),  # US: SSN, ITIN, ATIN
    _form(rf"(?:{_EIN})-[0-9]{{7}}"),  # US: EIN
    _form(rf"{_BRITISH}(?: ?[0-9]{{2}}){{3}} ?[A-D]"),  # NINO
    _form(rf"[12] ?[0-9]{{2}} ?{_MONTH} ?[0-9][0-9AB] ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{2}}", check.is_french),
    _form(r"[0-9]{8}[ -]?[A-HJ-NP-TV-Z]|[XYZ][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Z]", check.is_spanish),
    _form(r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-[A-HJ-NP-TV-Z]", check.is_spanish),
    _form(r"[A-Z]{3} ?[A-Z]{3} ?[0-9]{2}[A-EHLMPRST][0-9]{2} ?[A-Z][0-9]{3}[A-Z]"),  # Italy, codice fiscale
    _form(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}"),  # Brazil
    _form(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}"),  # Belgium
    _form(r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}"),  # Switzerland
    _form(r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}", check.is_german),
    _form(rf"[0-9]{{2}}{_MONTH}{_DATE}[-+][0-9]{{4}}", check.passes_luhn),  # Sweden
    _form(rf"{_DATE}{_MONTH}[0-9]{{2}}[-+A][0-9]{{3}}[0-9A-Y]", check.is_finnish),
    _form(rf"{_DATE}{_MONTH}[0-9]{{2}} ?[0-9]{{5}}", check.is_norwegian),
    _form(r"[0-9]{7}[A-W][A-IW]?", check.is_irish),
    _form(rf"[1-9][0-9]{{5}}(?:19|20)[0-9]{{2}}{_MONTH}{_DATE}[0-9]{{3}}[0-9X]", check.is_chinese),
    _form(rf"[0-9]{{2}}{_MONTH}{_DATE}-[1-4][0-9]{{6}}"),  # Korea
    _form(r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z]"),  # India, PAN of a person
    _form(rf"[A-Z]{{4}}[0-9]{{2}}{_MONTH}{_DATE}[HM][A-Z]{{5}}[A-Z0-9][0-9]"),  # Mexico, CURP
    _form(rf"[A-Z]{{3,4}}[0-9]{{2}}{_MONTH}{_DATE}[A-Z0-9]{{3}}", needs_words=True),
    _form(r"[A-Z]{0,3}[0-9](?:[ ./-]?[0-9A-Z]?[0-9]){6,13}[ /-]?[A-Z]?(?![A-Za-z])", needs_words=True),
)
