"""The only place that finds postal codes in a text that was read, with the town that stands beside them.

A code of digits alone could be anything: it counts beside a state, after a street, or where it is called a postal code.
"""

import re
from collections.abc import Iterator

from portal.shared.spotting.found import Found
from portal.shared.spotting.reading import TAKEN
from portal.shared.spotting.words import ABOUT, means_other


def find_towns(text: str) -> Iterator[Found]:
    """Postal codes of several countries, and twins."""
    if not _MAY_HOLD.search(text):
        return
    for pattern in _TOWNS:
        for found in pattern.finditer(text):
            start, end = found.span("line")
            if not means_other(text[max(0, start - ABOUT) : start]):
                yield Found("town", start, end, _normal(found["line"]))


_MAY_HOLD = re.compile("[0-9]{3}|[A-Za-z][0-9]")


def _normal(line: str) -> str:
    return " ".join(re.findall(r"[\w'-]+", line)).casefold()


_TOWN = r"[A-Z][\w'.-]*(?:[ -](?:(?:of|on|upon|the|in|am|an|der|de|la|le|sur|les|del) )?[A-Z][\w'.-]*){0,3}"
_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|"
    "W[AIVY]|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|"
    "Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|"
    "Missouri|Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|"
    "Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|"
    "Wisconsin|Wyoming"
)
_ALSO_WORDS = "ID|OR|IN|OK|ME|HI|PA|MA|SC|MD|MS|CO|DE"  # states only after a comma
_AREAS = (  # of the United Kingdom; other letters begin no postcode
    "A[BL]|B[ABDHLNRSTX]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?|"
    "M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE"
)
_BRITISH = rf"(?:{_AREAS})[0-9][0-9A-HJKPS-UW-Y]?{{gap}}[0-9][ABD-HJLNP-UW-Z]{{{{2}}}}"
_CANADIAN = "[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z]{gap}[0-9][ABCEGHJ-NPRSTV-Z][0-9]"
_SPACED = f"{_BRITISH}|{_CANADIAN}".format(gap=" ")
_LETTERED = f"{_BRITISH}|{_CANADIAN}".format(gap="[ -]?")
_DIGITS = "(?:[0-9]{4,6}(?:-[0-9]{4})?(?: ?[A-Z]{2})?|[0-9]{3} [0-9]{2}|(?:[0-9]{2}|[0-9]{4,5})-[0-9]{3})"
_BESIDE_A_STATE = f"{_TOWN}, (?:{_STATES})|(?:{_TOWN} )?(?!{_ALSO_WORDS})(?:{_STATES})"
_COUNTRIES = "D|A|CH|F|B|L|I|E|NL|DK|SE|S|FI|PL|DE|FR|AT|BE|CZ|SK"
_CALLED = (
    r"(?i:zip(?: ?code)?|post ?code|postal ?code|eircode|postleitzahl|plz|code postal|codigo postal|cep|pin ?code)"
)
_TOWNS = tuple(
    re.compile(pattern + r"(?![\w-])", re.MULTILINE)
    for pattern in (
        rf"(?<!\w)(?P<line>(?:{_BESIDE_A_STATE})\.?,? [0-9]{{5}}(?:-[0-9]{{4}})?)",
        rf"(?<!\w)(?P<line>{_TOWN},? 00000)",
        rf"(?<!\w)(?P<line>(?:{_TOWN},? )?(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT),? [0-9]{{4}})",
        rf"(?<![\w-])(?P<line>{_SPACED})",
        rf"(?:{TAKEN}|\b[A-Z]{{2}}|,)[,\s]{{1,3}}(?P<line>(?i:{_LETTERED}))",
        rf"\b{_CALLED}\b(?: is)?[\s:.#]{{1,3}}(?P<line>(?i:{_LETTERED}|[A-Z][0-9][0-9W] ?[A-Z0-9]{{4}})|{_DIGITS})",
        rf"{TAKEN}[,;\s-]{{1,4}}(?P<line>(?:[A-Z]{{1,2}}-)?{_DIGITS} {_TOWN})",
        rf"{TAKEN}[,;\s-]{{1,4}}(?P<line>{_TOWN}(?:,? [A-Z]{{2}})?,? {_DIGITS})",
        rf"(?<![\w-])(?P<line>(?:{_COUNTRIES})-{_DIGITS} {_TOWN})",
        r"(?P<line>〒 ?[0-9]{3}-[0-9]{4})",
    )
)
