"""The only place that remembers through which form somebody signed up, and what they told beside name and address."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.people.consent.models import OptIn, OptInOutcome
from portal.people.forms.models import FormAnswer, FormEntry


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A form by its slug, the way in (`page`, `frame`, `api`), via whom, and the answers to its other fields."""

    form: str
    way: str
    via: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def write_entry(db: Session, entry: Entry, *, opt_in_id: str) -> None:
    """Write it down with the sign-up, in the same transaction."""
    row = {"opt_in_id": opt_in_id, "form": entry.form, "way": entry.way, "via": entry.via}
    db.connection().execute(_ADD_ENTRY, row)
    told = [{"opt_in_id": opt_in_id, "field": name, "value": value} for name, value in entry.answers.items() if value]
    if told:
        db.connection().execute(_ADD_ANSWERS, told)


def list_answers(db: Session, *, person_id: str) -> dict[str, str]:
    """What a person told and confirmed, by field: the newest of each."""
    confirmed = (
        select(FormAnswer.field, FormAnswer.value)
        .join(OptIn, OptIn.id == FormAnswer.opt_in_id)
        .join(OptInOutcome, OptInOutcome.opt_in_id == OptIn.id)
        .where(OptIn.person_id == person_id, OptInOutcome.outcome == "confirmed")
        .order_by(OptInOutcome.ended_at)
    )
    return {row.field: row.value for row in db.execute(confirmed)}


def forget_answer(db: Session, *, person_id: str, field: str) -> None:
    """Delete what a person told in one field, whenever they did."""
    theirs = select(OptIn.id).where(OptIn.person_id == person_id)
    db.execute(
        delete(FormAnswer).where(FormAnswer.opt_in_id.in_(theirs), FormAnswer.field == field),
        execution_options={"synchronize_session": False},
    )


_ADD_ENTRY = insert(FormEntry)
_ADD_ANSWERS = insert(FormAnswer)
