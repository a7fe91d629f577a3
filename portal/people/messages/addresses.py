"""The only place that reads an e-mail address as typed, and that hashes one so that it can outlive its owner's data."""

from collections.abc import Mapping

from email_validator import EmailNotValidError, validate_email

from portal.people.keyring import Seal
from portal.shared.reserved import Standing, email_standing, normal_email


class NotAnAddress(ValueError):
    """Nothing can be sent there; the message says what to do, in the words of a form."""


def read_address(typed: str) -> str:
    """The normalised form of an address as typed: ASCII, lower case. Raises NotAnAddress.

    Letters of other alphabets are refused: two addresses that look the same must not be two people (UTS 39).
    """
    address = normal_email(typed)
    if not address.isascii():
        raise NotAnAddress("Use plain letters, digits and signs only. Write an international domain in its xn-- form.")
    if "@" not in address:
        raise NotAnAddress("Add the @ and what follows, like ada@people.customerhub.net")
    standing = email_standing(address)
    if standing in (Standing.RESERVED, Standing.SET_ASIDE):
        ending = address.rpartition("@")[2]
        raise NotAnAddress(
            f"Nobody can have an address at {ending}: that name is set aside. Type one that reaches you."
        )
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as fault:
        raise NotAnAddress(_WHAT_TO_DO) from fault
    if standing is not Standing.REAL:
        raise NotAnAddress(_WHAT_TO_DO)
    return address


def address_hash(keyring: Seal, *, channel: str, address: str) -> str:
    """A normalised address under a key that the database alone does not hold: equal for equal ones, mute otherwise."""
    return keyring.mac(_begin(channel) + address.encode()).hex()


def address_hashes(keyring: Seal, *, channel: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """The same of very many, each under the name that it has in `addresses`."""
    mac = keyring.macs_after(_begin(channel))
    return {name: mac(address.encode()) for name, address in addresses.items()}


def _begin(channel: str) -> bytes:
    return f"address\x00{channel}\x00".encode()


_WHAT_TO_DO = "This is not an address that mail can be sent to. Check it letter by letter."
