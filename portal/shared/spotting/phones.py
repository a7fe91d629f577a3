"""The only place that finds telephone numbers in a text that was read, as people write them in many countries."""

import re
from collections.abc import Callable, Iterable, Iterator

from portal.shared.reserved import is_reserved_phone, normal_phone
from portal.shared.spotting.found import Found
from portal.shared.spotting.words import ABOUT, means_other, means_phone, names_phone


def find_international_phones(text: str) -> Iterator[Found]:
    """Numbers with a plus and their country's code, which nothing else is written like."""
    yield from _find(text, ((_INTERNATIONAL, _always),))


def find_phones(text: str) -> Iterator[Found]:
    """Numbers as they are written at home, with a trunk zero or brackets, or told by the words beside."""
    if _MAY_HOLD.search(text):
        yield from _find(text, _FORMS)


def _find(text: str, forms: Iterable[tuple[re.Pattern[str], "_Meant"]]) -> Iterator[Found]:
    for pattern, normal in forms:
        for found in pattern.finditer(text):
            start, end = found.span()
            before, after = text[max(0, start - ABOUT) : start], text[end : end + ABOUT]
            if _is_possible(found[0]) and (number := normal(found[0], before, after)):
                yield Found("phone", start, end, number)


_MAY_HOLD = re.compile("[0-9](?:[^0-9]{0,6}[0-9]){6}")


def _always(written: str, _before: str, _after: str) -> str | None:
    return _normal(written)


def _unless_other(written: str, before: str, _after: str) -> str | None:
    return None if means_other(before) else _normal(written)


def _if_somewhere(written: str, before: str, _after: str) -> str | None:
    return _normal(written) if means_phone(before) and not means_other(before) else None


def _if_named(written: str, before: str, after: str) -> str | None:
    return _normal(written) if names_phone(before, after) and not means_other(before) else None


def _if_of_a_region(written: str, before: str, _after: str) -> str | None:
    return None if means_other(before) else _at_home(written)


_Meant = Callable[[str, str, str], str | None]
_CODE = "[2-9][0-9]{2}"
_GAP = r"(?:,| ?[._*/~-]{1,3}[ \n]?)"
_ANY_GAP = r"(?:[ ._/\n-]{0,3})"
_ENDS = r"(?![0-9]|[-.,:][0-9]|/[0-9]{1,2}(?![0-9])| [0-9]{4}(?![0-9]))"
_INTERNATIONAL = re.compile(
    rf"(?<!\w)\+ ?(?:1{_ANY_GAP}\(?{_CODE}\)?{_ANY_GAP}[0-9]{{3}}{_ANY_GAP}[0-9]{{4}}(?![0-9])"
    r"|[1-9][0-9]{0,14}(?:[ ._/\n()-]{1,4}[0-9]{1,12}){0,6})(?![0-9])"
)
_BRACKETED = re.compile(rf"(?<!\w)(?:1[ .-]?)?[(\[] ?{_CODE} ?[)\]][ .-]{{0,3}}{_CODE}[ .-]{{0,3}}[0-9]{{4}}(?![0-9])")
_AMERICAN = re.compile(  # a number, unless the words before say what else it is
    rf"(?<![\w$€£#+])(?<![0-9][.,:-])(?:"
    rf"(?:1[.-])?{_CODE}{_GAP}{_CODE}{_GAP}[0-9]{{4}}"
    rf"|(?<![0-9] )(?:1 )?{_CODE} {{1,3}}{_CODE}[ -]{{1,3}}[0-9]{{4}}"
    rf"|{_CODE}\) ?{_CODE}[ .-]?[0-9]{{4}}"
    rf"){_ENDS}"
)
_ABROAD = re.compile(
    rf"(?<![\w$€£#+])(?<![0-9][.,:-])(?:00|011)[ .-]?[1-9][0-9]{{0,2}}(?:[ ./-][0-9]{{2,8}}){{2,5}}{_ENDS}"
)
_GROUPED = re.compile(  # groups that are little else
    r"(?<![\w$€£#+])(?<![0-9][.,: -])(?:"
    r"07[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}"  # United Kingdom
    r"|0[1-9][0-9]{2,3}[ -][0-9]{3}[ -]?[0-9]{3,4}"
    r"|0[1-9][0-9]{1,2}[ -][0-9]{4}[ -][0-9]{4}"
    r"|0[1-9]([ .-])[0-9]{2}(?:\1[0-9]{2}){3}"  # France
    r"|0[1-9][0-9]{2,4}[ /][0-9]{5,8}"  # Germany
    r"|[67][0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}"  # Spain
    r"|1[3-9][0-9]([ -])[0-9]{4}\2[0-9]{4}"  # China
    r"|[1-9][0-9] 9[0-9]{4}-[0-9]{4}"  # Brazil
    rf"){_ENDS}"
)
_AT_HOME = re.compile(  # a trunk zero, or brackets; the country's own grouping has to fit
    r"(?<![\w$€£#+])(?<![0-9][.,: -])(?:"
    r"(?:[78][ -]?)?\([0-9]{1,5}\)[ -]?[0-9]{2,8}(?:[ .-][0-9]{2,4}){0,3}"
    r"|0[1-9][0-9]{0,4}(?:(?:[ /-]{1,2}[0-9]{2,8}){1,4}|(?:\.[0-9]{2,4}){2,4})|0[1-9][0-9]{8,9}"
    rf"){_ENDS}"
)
_WITH_A_WORD = re.compile(rf"(?<![\w$€£#+.-])(?:1?{_CODE}[2-9][0-9]{{6}}|{_CODE}[ .-]{{1,3}}[0-9]{{4}}){_ENDS}")
_NAMED = re.compile(rf"(?<![\w$€£#+.,-])\(?[0-9](?:[ ._/\n()-]{{0,4}}[0-9]){{6,14}}{_ENDS}(?![A-WYZa-wyz])")
_FORMS: tuple[tuple[re.Pattern[str], _Meant], ...] = (
    (_BRACKETED, _always),
    (_AMERICAN, _unless_other),
    (_ABROAD, _unless_other),
    (_GROUPED, _unless_other),
    (_AT_HOME, _if_of_a_region),
    (_WITH_A_WORD, _if_somewhere),
    (_NAMED, _if_named),
)
_NO_NUMBER = re.compile(  # dates, moments and hours
    r"[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])|(?<![0-9])[0-9]{1,2}([-./])[0-9]{1,2}\1(?:19|20)[0-9]{2}(?![0-9])"
)


def _is_possible(written: str) -> bool:
    return 7 <= len(re.sub("[^0-9]", "", written)) <= 15 and not _NO_NUMBER.search(written)


def _normal(written: str) -> str:
    """E.164 where that can be told; the films' British numbers and American ones without a code are known as such."""
    digits = re.sub("[^0-9]", "", written.replace("(0)", ""))
    if written.startswith("+"):
        return f"+{digits}"
    if is_reserved_phone(british := f"+44{digits[1:]}") and digits.startswith("0"):
        return british
    if re.fullmatch("55501[0-9]{2}", digits):
        return f"+1503{digits}"
    return normal_phone(digits) or (_at_home(written) if digits.startswith("0") else None) or digits


def _at_home(written: str) -> str | None:
    from portal.shared.spotting.national import number_of  # the library is slow to load, and rarely needed

    return number_of(written)
