"""The only place that says what a request about leads means: which list, which lead, and where to next."""

from collections.abc import Sequence

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.own_columns import own_columns
from portal.sandbox.drives.question import Question
from portal.sandbox.drives.telling import tell_next
from portal.sandbox.drives.twins import Swap
from portal.sandbox.leads.filters import filter_in_words
from portal.sandbox.leads.lists import Asked, read_list
from portal.shared.problems import Problem


def asked(drive: Drive, *, beside: Sequence[str] = ()) -> Asked:
    """The list that the address asks for, `beside` what else stands in it. Raises Problem (400)."""
    sent = MultiDict((name, value) for name, value in request.args.items(multi=True) if name not in beside)
    return read_list("/leads", sent, drive)


def name_of(drive: Drive, question: Question) -> str:
    """What a list is called where one goes back to it."""
    said = [filter_in_words(one, currency=drive.currency, own=own_columns(drive)) for one in question.filters]
    return ", ".join([*said, *([f"“{question.q}”"] if question.q else [])]) or "Leads"


def get_lead(db: Session, drive: Drive, lead_id: str) -> Lead:
    """The lead. Raises Problem (404)."""
    lead = find_lead(db, drive, lead_id)
    if lead is None:
        raise Problem(
            404, "There is no such lead here", "If you deleted it, Undo brings it back. Else look for it in the list."
        )
    return lead


def stage_names(drive: Drive) -> list[str]:
    """The names of the stages, in order."""
    return [stage.name for stage in stages_of(drive)]


def to_lead(lead: Lead, *, done: str = "", swaps: Sequence[Swap] = (), view: str = "") -> Answer:
    """Back to the lead's page, which says what was done and what an invented twin took the place of."""
    tell_next(done, swaps)
    return redirect(url_for("records.show", lead_id=lead.id) + view, 303)
