"""The only place that asks anew from the preferences: in the exact words, unticked, and confirmed by a mail as ever.

Neither a sign-in nor a link grants anything: a mail may have been passed on, a browser left open.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.notices import Purpose, Wording
from portal.people.consent.record import Act, Shown
from portal.people.forms.pages import draw_boxes
from portal.people.forms.sign_up import prepare, write
from portal.people.keyring import Seal

PAGE = "/preferences/ask"  # as the record names it, without anybody's token


class NothingTicked(Exception):
    """No box was ticked, so there is nothing to ask for."""


class WordsChanged(Exception):
    """The page was older than the words that would be recorded."""


class AskedToday(Exception):
    """The address got such a mail in the last day; whatever it asks for is still open."""


def wanted(wording: Wording, named: list[str]) -> tuple[Purpose, ...]:
    """The boxes of these names, in the order of the notice; others are passed over."""
    return tuple(purpose for purpose in wording.purposes if purpose.box in named)


def ask(
    db: Session,
    *,
    person: Person,
    sent: Mapping[str, str],
    wording: Wording,
    boxes: tuple[Purpose, ...],
    url: str,
    keyring: Seal,
    request_id: str | None,
    act: Act,
) -> None:
    """Write the request down, with its mail. Raises NothingTicked, WordsChanged or AskedToday."""
    if sent.get("notice") != wording.digest:
        raise WordsChanged
    ticked = tuple(box for box in boxes if sent.get(box.box) == "yes")
    if not ticked:
        raise NothingTicked
    sign_up = prepare(
        name=person.name,
        typed=person.email,
        address=person.email,
        ticked=ticked,
        shown=Shown(page=PAGE, wording=wording, form=draw_boxes(wording, boxes).encode()),
        url=url,
        keyring=keyring,
        now=act.at,
        request_id=request_id,
    )
    if not write(db, sign_up=sign_up, keyring=keyring, act=act):
        raise AskedToday
