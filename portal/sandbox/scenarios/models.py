"""The tables of scenarios: generated once, shared by every drive, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import CheckConstraint, SchemaItem

from portal.sandbox.database import Base
from portal.shared.columns import Moment, by_code_point
from portal.shared.database import MAY
from portal.shared.reserved import only_reserved


class Scenario(Base):
    """An invented business: a version of what a recipe generates. Lists of words are JSON arrays."""

    __tablename__ = "scenarios"
    __table_args__ = (UniqueConstraint("slug", "version"), {"info": {MAY: "SELECT, INSERT, UPDATE"}})

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(64))
    made_from: Mapped[str] = mapped_column(String(64), default="")  # what `loading.py` made it from, as a digest
    name: Mapped[str] = mapped_column(String(100))
    trade: Mapped[str] = mapped_column(String(100))
    about: Mapped[str] = mapped_column(Text)
    teaches: Mapped[str] = mapped_column(Text)
    stages: Mapped[str] = mapped_column(Text)  # [{"name", "mark", …}], in the order of the pipeline
    tags: Mapped[str] = mapped_column(Text)
    facts: Mapped[str] = mapped_column(Text, default="{}")  # {"owners", "sources", "products", …}
    currency: Mapped[str] = mapped_column(String(3))
    lead_count: Mapped[int] = mapped_column(Integer)
    loaded_at: Mapped[datetime] = mapped_column(Moment)
    is_private: Mapped[bool] = mapped_column(Boolean, default=False)  # of the drives that were started on it alone
    # While it is being loaded: how many leads are there, and the version up to the last of them.
    is_ready: Mapped[bool] = mapped_column(Boolean, default=True)
    loaded_leads: Mapped[int] = mapped_column(Integer, default=0)
    chain: Mapped[str] = mapped_column(String(64), default="")
    company_count: Mapped[int] = mapped_column(Integer, default=0)
    activity_count: Mapped[int] = mapped_column(Integer, default=0)
    proof: Mapped[str] = mapped_column(Text, default="")  # that all of it was read and is reserved: see `proof.py`


class LeadColumns:
    """What is known of a lead. Offsets are seconds from the scenario's present, so those of the past are negative."""

    id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(100), default="")
    company: Mapped[str] = mapped_column(String(200))
    company_id: Mapped[str | None] = mapped_column(by_code_point(16))
    email: Mapped[str | None] = mapped_column(by_code_point(254))
    phone: Mapped[str | None] = mapped_column(by_code_point(16))
    stage: Mapped[str] = mapped_column(String(40))
    tags: Mapped[str] = mapped_column(by_code_point())  # a JSON array, sorted
    owner: Mapped[str] = mapped_column(by_code_point(100))
    source: Mapped[str] = mapped_column(by_code_point(100))
    address: Mapped[str] = mapped_column(String(300))
    deal: Mapped[str] = mapped_column(String(300))  # what the open deal is about; empty where there is none
    value: Mapped[int | None] = mapped_column(BigInteger)  # of the open deal, in minor units
    came_at: Mapped[int] = mapped_column(BigInteger)
    contact_since: Mapped[int | None] = mapped_column(BigInteger)  # when the lead became a contact, if it did
    last_at: Mapped[int] = mapped_column(BigInteger)
    last_kind: Mapped[str] = mapped_column(String(20))
    last_words: Mapped[str] = mapped_column(String(300))
    more: Mapped[str] = mapped_column(Text, default="{}")  # columns of the scenario's own: a JSON object of texts
    # Made from the columns above by `scenarios/order.py`, so that both engines and Python sort and seek alike.
    name_key: Mapped[str] = mapped_column(by_code_point(220))
    company_key: Mapped[str] = mapped_column(by_code_point(220))
    stage_rank: Mapped[int] = mapped_column(Integer)


class CompanyColumns:
    """An employer of leads. `trade` says what kind of customer it is."""

    id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    trade: Mapped[str] = mapped_column(String(100))
    town: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(by_code_point(220))


class DealColumns:
    """Something a lead may buy, has bought or will not buy, which the mark of its stage says. Money in minor units."""

    id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    lead_id: Mapped[str] = mapped_column(by_code_point(16))
    title: Mapped[str] = mapped_column(String(200))
    product: Mapped[str] = mapped_column(by_code_point(100))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    stage: Mapped[str] = mapped_column(String(40))
    stage_rank: Mapped[int] = mapped_column(Integer)
    owner: Mapped[str] = mapped_column(by_code_point(100))
    opened_at: Mapped[int] = mapped_column(BigInteger)
    moved_at: Mapped[int] = mapped_column(BigInteger)  # when it came to its stage
    close_on: Mapped[int | None] = mapped_column(BigInteger)  # when it is likely to be decided
    closed_at: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))  # why it was won or lost


class TaskColumns:
    """Something to do, about a lead where `lead_id` names one; `kind` is call, write, meet or other."""

    id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    lead_id: Mapped[str | None] = mapped_column(by_code_point(16))
    words: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    owner: Mapped[str] = mapped_column(by_code_point(100))
    due_at: Mapped[int] = mapped_column(BigInteger)
    done_at: Mapped[int | None] = mapped_column(BigInteger)


class ActivityColumns:
    """An entry of a lead's timeline."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    lead_id: Mapped[str] = mapped_column(String(16))
    at: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(100))


def reserved_columns() -> tuple[CheckConstraint, ...]:
    """The constraints of every table with addresses and numbers: nothing real is stored, by direct SQL either."""
    return only_reserved("email", "email"), only_reserved("phone", "phone")


_ADDED = {"info": {MAY: "SELECT, INSERT"}}


class ScenarioRow:
    """A row of a scenario: found by the scenario and its own id."""

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"), primary_key=True)


class ScenarioLead(ScenarioRow, LeadColumns, Base):
    """A lead as the scenario has it."""

    __tablename__ = "scenario_leads"

    sought: Mapped[str] = mapped_column(Text)  # made as the keys are

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[SchemaItem | dict[str, Any], ...]:
        return (*reserved_columns(), _ADDED)


class ScenarioStory(ScenarioRow, Base):
    """The timeline of a lead as the scenario has it: one row, whose entries `stories.py` packs and unpacks."""

    __tablename__ = "scenario_stories"
    __table_args__ = (_ADDED,)

    lead_id: Mapped[str] = mapped_column(by_code_point(16), primary_key=True)
    entries: Mapped[str] = mapped_column(Text)


class ScenarioCompany(ScenarioRow, CompanyColumns, Base):
    """A company as the scenario has it."""

    __tablename__ = "scenario_companies"
    __table_args__ = (_ADDED,)


class ScenarioDeal(ScenarioRow, DealColumns, Base):
    """A deal as the scenario has it."""

    __tablename__ = "scenario_deals"
    __table_args__ = (Index(None, "scenario_id", "lead_id"), _ADDED)


class ScenarioTask(ScenarioRow, TaskColumns, Base):
    """A task as the scenario has it."""

    __tablename__ = "scenario_tasks"
    __table_args__ = (Index(None, "scenario_id", "lead_id"), _ADDED)
