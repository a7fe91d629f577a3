"""The only place for what is on the outside of an e-mail: whom it may reach, and which mailbox hears of a bounce."""

import re

from portal.people.messages.mail import SENDER
from portal.shared.reserved import SAMPLE_DOMAIN, is_real_email

_MESSAGE_ID = re.compile(rb"^Message-ID: <([A-Za-z0-9]{1,64})@", re.MULTILINE)
_BOUNCED_TO = re.compile(r"[^@+\s<]+\+([A-Za-z0-9]{1,64})@[^@\s>]+")


def is_nobodys(address: str) -> bool:
    """Whether an address is set aside or an invented person's: no socket ever hears of it."""
    return not is_real_email(address) or address.endswith((f"@{SAMPLE_DOMAIN}", f".{SAMPLE_DOMAIN}"))


def message_id_in(content: bytes) -> str:
    """Our own id of the e-mail, as its Message-ID has it; empty where it has none of ours."""
    found = _MESSAGE_ID.search(content.partition(b"\r\n\r\n")[0])
    return found[1].decode() if found else ""


def return_path(content: bytes, *, bounces_to: str) -> str:
    """The envelope's sender: `bounces+ID@host`, so that a bounce names its message whatever it quotes (VERP)."""
    message_id = message_id_in(content)
    if not bounces_to or not message_id:
        return SENDER.addr_spec
    name, _, host = bounces_to.partition("@")
    return f"{name}+{message_id}@{host}"


def message_id_at(address: str) -> str:
    """The id in an address that `return_path` made; empty where there is none."""
    found = _BOUNCED_TO.search(address)
    return found[1] if found else ""
