"""The only place that asks for a drive's leads in plain SQL: what tests hold the columns in memory against."""

from sqlalchemy import ColumnElement, Subquery, and_, exists, func, select, union_all
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.models import OwnLead
from portal.sandbox.drives.overlay import PAGE, Listing
from portal.sandbox.drives.question import Question, filter_conditions, ordering
from portal.sandbox.scenarios.models import ScenarioLead


def list_by_sql(db: Session, drive: Drive, question: Question, *, page: int) -> Listing:
    """The leads of the bound drive that the filters of `question` ask for; its words are not sought."""
    question = question.at(drive)
    found = _laid_over(drive, question)
    rows = db.execute(select(found).order_by(*ordering(question, found.c)).limit(PAGE).offset((page - 1) * PAGE))
    return Listing([Lead._make(row) for row in rows], _count(db, found), _count(db, _laid_over(drive, Question())))


def _laid_over(drive: Drive, question: Question) -> Subquery:
    """The scenario's rows that no own row shadows, and the own rows that are not deleted."""
    is_shadowed = exists().where(and_(*_is_own(drive), OwnLead.id == ScenarioLead.id))
    base = select(*_fields(ScenarioLead)).where(
        ScenarioLead.scenario_id == drive.scenario_id, ~is_shadowed, *filter_conditions(question, ScenarioLead)
    )
    own = select(*_fields(OwnLead)).where(
        *_is_own(drive), OwnLead.is_deleted.is_(False), *filter_conditions(question, OwnLead)
    )
    return union_all(base, own).subquery()


def _is_own(drive: Drive) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return OwnLead.drive_id == drive.id, OwnLead.layer == drive.layer


def _fields(table: type[ScenarioLead] | type[OwnLead]) -> list[ColumnElement[object]]:
    return [getattr(table, name) for name in FIELDS]


def _count(db: Session, found: Subquery) -> int:
    return db.scalar(select(func.count()).select_from(found)) or 0
