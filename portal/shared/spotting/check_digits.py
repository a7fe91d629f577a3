"""The only place that works out check digits: whether a number could be one of its kind at all."""

from collections.abc import Sequence


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, Annex B: cards, and many countries' identity numbers."""
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def passes_mod_97(account: str) -> bool:
    """ISO 13616: an IBAN in capitals, without spaces."""
    return int("".join(str(int(letter, 36)) for letter in account[4:] + account[:4])) % 97 == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of the first digits, each times its weight."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_french(number: str) -> bool:
    """Numéro d'inscription au répertoire: thirteen characters and a key; Corsica writes letters."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def is_spanish(number: str) -> bool:
    """DNI and NIE: a letter by the remainder of 23."""
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def is_finnish(number: str) -> bool:
    """Henkilötunnus, of whose middle signs only the A is left: a sign by the remainder of 31."""
    number = number[:6] + number[6:].removeprefix("A")
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number[:9]) % 31] == number[-1]


def is_norwegian(number: str) -> bool:
    """Fødselsnummer: two check digits."""
    return (
        weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def is_german(number: str) -> bool:
    """Identifikationsnummer (ISO 7064, mod 11, 10)."""
    product = 10
    for digit in number[:-1]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return number[0] != "0" and (11 - product) % 10 == int(number[-1])


def is_irish(number: str) -> bool:
    """Personal Public Service number: a letter by the remainder of 23."""
    second = ord(number[8]) - 64 if len(number) > 8 else 0
    return (weighted(number, range(8, 1, -1)) + 9 * second) % 23 == (ord(number[7]) - 64) % 23


def is_chinese(number: str) -> bool:
    """Resident identity number (GB 11643), ISO 7064 mod 11-2."""
    return "10X98765432"[weighted(number, [2**power % 11 for power in range(17, 0, -1)]) % 11] == number[-1]
