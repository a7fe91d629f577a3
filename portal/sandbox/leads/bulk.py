"""The only place that changes many leads at once: first a plan that can be shown, then one act, which Undo takes back.

A plan costs nothing but the reading. Every lead that it changes becomes a row of the drive's own, and so does an entry
in a timeline, so a plan says how many rows it needs before anything is written.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.bulk import count_own_rows
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of, tags_in
from portal.sandbox.drives.journal import Journal, most_rows
from portal.sandbox.drives.kinds import DEALS, LEADS, Deal
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.moving import WITH_ITS_LEAD, Refused, moved, newest_open, with_deals
from portal.sandbox.drives.rows import rows_of_leads
from portal.sandbox.leads.tags import MOST_TAGS
from portal.sandbox.leads.wording import leads_in_words
from portal.shared import ids
from portal.shared.spotting import spotted


@dataclass(frozen=True)
class Wish:
    """What is to be done with many leads: `act` is tag, untag, owner, stage or delete."""

    act: str
    value: str = ""


class Change(NamedTuple):
    """A lead as it is and as it will be (None: deleted), with its deals as they will be."""

    before: Lead
    after: Lead | None
    deals: tuple[Deal, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a wish would do with some leads: which change, which are so already, and which cannot, by the reason."""

    wish: Wish
    changes: tuple[Change, ...] = ()
    same: int = 0
    refused: Mapping[str, list[Lead]] = field(default_factory=dict)
    asks_reason: bool = False  # deals come to a stage that asks for one

    @property
    def deals(self) -> int:
        """How many deals move along."""
        return sum(len(change.deals) for change in self.changes)

    @property
    def words(self) -> str:
        """What it does, as the history and undo will say."""
        return _WORDS[self.wish.act].format(leads=leads_in_words(len(self.changes)), value=self.wish.value)

    def rows_needed(self, db: Session) -> int:
        """How many more rows of its own the bound drive would have."""
        own = _own_ids(db)
        return sum(_cost(change, own) for change in self.changes)

    def within(self, db: Session, rows: int) -> "Plan":
        """The beginning of the plan that needs no more than so many rows."""
        own, fitting = _own_ids(db), list[Change]()
        for change in self.changes:
            rows -= _cost(change, own)
            if rows < 0:
                break
            fitting.append(change)
        return replace(self, changes=tuple(fitting))


def make_plan(db: Session, drive: Drive, wish: Wish, leads: Sequence[Lead]) -> Plan:
    """What the wish would do with these leads of the bound drive."""
    change = _CHANGES[wish.act](db, drive, wish, {lead.id for lead in leads})
    changes, same, refused = list[Change](), 0, dict[str, list[Lead]]()
    for lead in leads:
        found = change(lead)
        if found is None:
            same += 1
        elif isinstance(found, str):
            refused.setdefault(found, []).append(lead)
        else:
            changes.append(found)
    asks_reason = wish.act == "stage" and "reason" in _stage(drive, wish).needs and any(one.deals for one in changes)
    return Plan(wish, tuple(changes), same, refused, asks_reason)


def carry_out(db: Session, drive: Drive, plan: Plan, *, reason: str = "", now: datetime) -> None:
    """Do what the plan says, as one act; `reason` is why deals were closed. Raises TooManyRows."""
    journal = Journal(db, drive, words=plan.words, now=now)
    if plan.wish.act == "delete":
        gone = {change.before.id: change.before for change in plan.changes}
        journal.shadow_all(LEADS, gone, changed=(), scenario_id=drive.scenario_id, hidden=True)
        return
    after = {change.after.id: change.after for change in plan.changes if change.after}
    deals = [deal for change in plan.changes for deal in change.deals]
    moved = [change.after for change in plan.changes if change.after and _is_moved(change)]
    journal.shadow_all(LEADS, after, changed=_changed(plan.changes), scenario_id=drive.scenario_id)
    journal.write_all("deal", {deal.id: _with(reason, deal)._asdict() for deal in deals})
    journal.write_all("activity", {ids.new_id(): _entry(journal, lead) for lead in moved})


def rows_left(db: Session) -> int:
    """How many more rows of its own the bound drive may have."""
    return max(0, most_rows(db) - count_own_rows(db))


def mark_of(drive: Drive, wish: Wish, lead_ids: Sequence[str]) -> str:
    """What stands in a preview for what it showed: another act of the drive, or other leads, give another one."""
    seen = json.dumps([drive.revision, wish.act, wish.value, *lead_ids])
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


Changing = Callable[
    [Lead], Change | str | None
]  # what a lead becomes, or why it cannot, or None where it is so already


def _tagging(_db: Session, _drive: Drive, wish: Wish, _ids: Collection[str]) -> Changing:
    return _retagging(lambda tags: {*tags, wish.value})


def _untagging(_db: Session, _drive: Drive, wish: Wish, _ids: Collection[str]) -> Changing:
    return _retagging(lambda tags: {*tags} - {wish.value})


def _retagging(change_tags: Callable[[Iterable[str]], set[str]]) -> Changing:
    """Many leads have the same tags, so each set of them is read and written once."""

    @cache
    def after(stored: str) -> str:
        tags = tags_in(stored)
        changed = change_tags(tags)
        return stored if changed == set(tags) else json.dumps(sorted(changed), ensure_ascii=False)

    @cache
    def wrong(stored: str) -> str:
        if len(tags_in(stored)) > MOST_TAGS:
            return f"{MOST_TAGS} tags are as many as a lead can have"
        if any(not found.is_reserved for found in spotted(stored)):
            return "With the tags beside it this reads like somebody’s number"
        return ""

    def change(lead: Lead) -> Change | str | None:
        tags = after(lead.tags)
        if tags == lead.tags:
            return None
        is_more = len(tags_in(tags)) > len(tags_in(lead.tags))
        return (is_more and wrong(tags)) or Change(lead, lead._replace(tags=tags))

    return change


def _handing_over(_db: Session, _drive: Drive, wish: Wish, _ids: Collection[str]) -> Changing:
    return lambda lead: None if lead.owner == wish.value else Change(lead, lead._replace(owner=wish.value))


def _deleting(_db: Session, _drive: Drive, _wish: Wish, _ids: Collection[str]) -> Changing:
    return lambda lead: Change(lead, None)


def _moving(db: Session, drive: Drive, wish: Wish, lead_ids: Collection[str]) -> Changing:
    """A lead moves with the newest of its open deals, and not without it: the stage's rules are about deals."""
    to = _stage(drive, wish)
    names = [stage.name for stage in stages_of(drive)]
    by_lead = rows_of_leads(db, drive, DEALS, lead_ids)

    def change(lead: Lead) -> Change | str | None:
        if lead.stage == wish.value:
            return None
        after = lead.changed(names, stage=wish.value)._replace(
            last_at=drive.clock, last_kind="moved", last_words=f"Stage: {lead.stage} to {wish.value}"
        )
        deals = by_lead.get(lead.id, [])
        newest = newest_open(drive, deals)
        if newest is None or newest.stage == to.name:
            return Change(lead, after)
        try:
            deal = moved(drive, newest._replace(reason=newest.reason or WITH_ITS_LEAD), to)
        except Refused as refusal:
            wanting = " and ".join(_CALLED.get(name, name) for name in refusal.missing)
            return f"{to.name} asks for {wanting}, which their deal lacks"
        return Change(lead, with_deals(drive, after, [deal if one.id == deal.id else one for one in deals]), (deal,))

    return change


_CHANGES: Mapping[str, Callable[[Session, Drive, Wish, Collection[str]], Changing]] = {
    "tag": _tagging,
    "untag": _untagging,
    "owner": _handing_over,
    "stage": _moving,
    "delete": _deleting,
}
_WORDS = {
    "tag": "Tagged {leads} {value}",
    "untag": "Took the tag {value} off {leads}",
    "owner": "Gave {leads} to {value}",
    "stage": "Moved {leads} to {value}",
    "delete": "Deleted {leads}",
}
_CALLED = {"amount": "an amount", "close_on": "a day on which it closes", "reason": "a reason"}


def _changed(changes: Iterable[Change]) -> set[str]:
    """The columns in which any of the leads will be another one."""
    return {
        name
        for before, after, _ in changes
        for name, one, other in zip(FIELDS, before, after or before, strict=True)
        if one != other
    }


def _stage(drive: Drive, wish: Wish) -> Stage:
    return next(stage for stage in stages_of(drive) if stage.name == wish.value)


def _with(reason: str, deal: Deal) -> Deal:
    return deal._replace(reason=reason) if reason and deal.closed_at is not None else deal


def _is_moved(change: Change) -> bool:
    return change.after is not None and change.after.stage != change.before.stage


def _entry(journal: Journal, lead: Lead) -> dict[str, Any]:
    """The line of a lead's timeline that says what moved it."""
    return {
        "lead_id": lead.id,
        "at": lead.last_at,
        "act": journal.number,
        "kind": lead.last_kind,
        "words": lead.last_words,
        "body": "",
        "who": "You",
    }


def _own_ids(db: Session) -> set[tuple[str, str]]:
    """The rows of the bound drive's own that a plan may write anew without making one more."""
    return {(kind.name, row_id) for kind in (LEADS, DEALS) for row_id in db.scalars(select(kind.own.id))}


def _cost(change: Change, own: Collection[tuple[str, str]]) -> int:
    rows = [("lead", change.before.id), *(("deal", deal.id) for deal in change.deals)]
    return sum(row not in own for row in rows) + _is_moved(change)
