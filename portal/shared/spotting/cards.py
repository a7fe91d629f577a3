"""The only place that finds card numbers (ISO/IEC 7812) and bank accounts (IBAN, ISO 13616) in a text that was read."""

import re
from collections.abc import Iterator

from portal.shared.spotting.check_digits import passes_luhn, passes_mod_97
from portal.shared.spotting.found import Found
from portal.shared.spotting.words import ABOUT, means_other


def find_cards(text: str) -> Iterator[Found]:
    """Numbers that an issuer could have given, with their check digit; and twins, whose check digit is wrong."""
    for run in _RUN.finditer(text):
        if means_other(text[max(0, run.start() - ABOUT) : run.start()]):
            continue
        done = 0
        for start, end, digits in _windows(run[0]):
            if start >= done and _is_card(digits):
                done = end
                yield Found("card", run.start() + start, run.start() + end, digits)


def find_accounts(text: str) -> Iterator[Found]:
    """International account numbers, with their check digits; and twins."""
    for run in _ACCOUNT.finditer(text):
        for mark in reversed([*_LAST_OF_GROUP.finditer(run[0])]):
            account = re.sub("[^A-Z0-9]", "", run[0][: mark.end()].upper())
            if _is_account(account):
                yield Found("account", run.start(), run.start() + mark.end(), account)
                break


_ISSUERS = (  # beginnings, and how many digits follow in all
    ("4", (13, 16, 19)),
    ("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|220[0-4]", (16,)),
    ("3[47]", (15,)),
    ("6011|64[4-9]|65|62|60|8[12]|35(?:2[89]|[3-8])", range(16, 20)),
    ("30[0-59]|36|3[89]", range(14, 20)),
    ("50|5[6-8]|6304|67", range(13, 20)),
)
_CARD_TWIN = "0000"  # no issuer's: ISO/IEC 7812 gives numbers that begin with 0 to no payment card
_RUN = re.compile(r"(?<![\w.])[0-9](?:[ ._/\n-]{0,3}[0-9]){12,}(?!\w)")
_GROUP = re.compile("[0-9]+")


def _windows(run: str) -> Iterator[tuple[int, int, str]]:
    """Neighboring groups of digits that together are as long as a card number, the longest first."""
    groups = [group.span() for group in _GROUP.finditer(run)]
    for at, (start, _) in enumerate(groups):
        for _, end in reversed(groups[at : at + 19]):
            digits = re.sub("[^0-9]", "", run[start:end])
            if 13 <= len(digits) <= 19:
                yield start, end, digits


def _is_card(digits: str) -> bool:
    if digits.startswith(_CARD_TWIN):
        return not passes_luhn(digits)
    is_issued = any(len(digits) in lengths and re.match(start, digits) for start, lengths in _ISSUERS)
    return is_issued and passes_luhn(digits)


# A country and how many characters its accounts have; XX is no country's (ISO 3166).
_ACCOUNT = re.compile(r"(?<!\w)[A-Z]{2}[ -]?[0-9]{2}(?:[ .-]?[A-Z0-9]){10,34}(?!\w)", re.IGNORECASE)
_ACCOUNT_TWIN = "XX00"
_LAST_OF_GROUP = re.compile(r"\w(?!\w)")
_COUNTRIES = {
    country: length
    for length, countries in (
        (15, "NO"),
        (16, "BE"),
        (18, "DK FI FO GL NL SD"),
        (19, "MK SI"),
        (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"),
        (22, "BG BH CR DE GB GE IE ME RS VA"),
        (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
        (25, "LY PT ST"),
        (26, "IS TR"),
        (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HU LB NI PL SV"),
        (29, "BR EG PS QA UA"),
        (30, "JO KW MU"),
        (31, "MT SC"),
        (32, "LC"),
        (33, "RU"),
    )
    for country in countries.split()
}


def _is_account(account: str) -> bool:
    if account.startswith(_ACCOUNT_TWIN):
        return len(account) == 18
    return len(account) == _COUNTRIES.get(account[:2]) and passes_mod_97(account)
