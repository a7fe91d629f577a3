"""A crowded installation: businesses of three sizes, ten thousand drives with twenty changes each, and plain tables."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import cycle, islice, product
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from portal.sandbox.database import Base
from portal.sandbox.drives.lead import FIELDS
from portal.sandbox.scenarios.order import derived
from portal.sandbox.scenarios.stories import pack, unpack
from portal.shared.columns import ShortMoment
from portal.shared.ids import digest

SIZES = (1_000, 10_000, 100_000)
ENTRIES = 2  # of each lead's timeline
DRIVES = 10_000
CHANGES = 20  # what a visitor has changed after a quarter of an hour
OWN = ("drive_leads", "drive_acts", "drive_befores")

_NUMBERS = {"value": Integer, "came_at": Integer, "contact_since": Integer, "last_at": Integer, "stage_rank": Integer}
plain = MetaData()


def plain_leads(size: int) -> Table:
    """The leads of a business in a table of one tenant, indexed by what lists are sorted and filtered by."""
    name = f"plain_leads_{size}"
    if name in plain.tables:
        return plain.tables[name]
    columns = (
        Column(one, _NUMBERS.get(one, Text), index=one in ("last_at", "name_key", "stage")) for one in FIELDS[1:]
    )
    return Table(name, plain, Column("id", String(16), primary_key=True), *columns)


def plain_stories() -> Table:
    """What happened to the leads of the largest business, in a table of one tenant."""
    if "plain_stories" in plain.tables:
        return plain.tables["plain_stories"]
    return Table(
        "plain_stories",
        plain,
        Column("id", String(16), primary_key=True),
        Column("lead_id", String(16), index=True),
        Column("at", Integer),
        *(Column(name, Text) for name in ("kind", "words", "body", "who")),
    )


def plain_deals() -> Table:
    """The deals of the largest business in a table of one tenant, indexed by their stages."""
    if "plain_deals" in plain.tables:
        return plain.tables["plain_deals"]
    columns = (
        Column(one.name, one.type, index=one.name == "stage_rank")
        for one in Base.metadata.tables["scenario_deals"].columns
        if one.name not in ("scenario_id", "id")
    )
    return Table("plain_deals", plain, Column("id", String(16), primary_key=True), *columns)


# A table of many tenants, as another application would keep the rows of each.
TENANTS = Table(
    "plain_tenants",
    plain,
    Column("tenant", Integer, primary_key=True),
    Column("id", String(16), primary_key=True),
    *(Column(one, _NUMBERS.get(one, Text)) for one in FIELDS[1:]),
)


def crowd(owner: Connection, recipe: int) -> dict[int, int]:
    """Fill it all in from the scenario of this id, as the tables' owner; returns the scenarios' ids by their size."""
    scenarios = {size: _business(owner, recipe, size) for size in SIZES}
    for size, scenario_id in scenarios.items():
        leads = Base.metadata.tables["scenario_leads"].c
        found = select(*(leads[name] for name in FIELDS)).where(leads.scenario_id == scenario_id)
        owner.execute(insert(plain_leads(size)).from_select(list(FIELDS), found))
    deals, names = Base.metadata.tables["scenario_deals"].c, plain_deals().columns.keys()
    sold = select(*(deals[name] for name in names)).where(deals.scenario_id == scenarios[SIZES[-1]])
    owner.execute(insert(plain_deals()).from_select(names, sold))
    for part in batched(_told(owner, scenarios[SIZES[-1]]), 20_000):
        owner.execute(insert(plain_stories()), part)
    return scenarios


def crowd_of_drives(owner: Connection, scenario_id: int, *, now: datetime) -> Iterator[tuple[str, float]]:
    """Ten thousand drives, step by step: what was added so far, and how many bytes it takes a drive."""
    drives, leads, acts, befores, theirs = (
        Base.metadata.tables[name]
        for name in ("drives", "drive_leads", "drive_acts", "drive_befores", "scenario_leads")
    )
    size = _stored(owner, "drives")
    owner.execute(insert(drives), [_drive(number, scenario_id, now) for number in range(DRIVES)])
    yield "untouched", (_stored(owner, "drives") - size) / DRIVES
    with _unforced(owner):
        size = _stored(owner, *OWN)
        values = [literal("You") if name == "owner" else theirs.c[name] for name in FIELDS]
        touched = [f"L{37 * number:06}" for number in range(1, CHANGES + 1)]
        changed = select(drives.c.id, literal(0), literal(False), *values).join_from(
            drives, theirs, theirs.c.scenario_id == drives.c.scenario_id
        )
        changed = changed.where(theirs.c.id.in_(touched), drives.c.public_id.like("crowd%"))
        owner.execute(insert(leads).from_select(["drive_id", "layer", "is_deleted", *FIELDS], changed))
        yield f"with {CHANGES} changes", (_stored(owner, *OWN) - size) / DRIVES
        number = cast(func.substr(leads.c.id, 2), Integer) // 37
        told = select(leads.c.drive_id, number, "Changed the owner of " + leads.c.name, literal(now, ShortMoment()))
        owner.execute(insert(acts).from_select(["drive_id", "number", "words", "done_at"], told))
        before = select(leads.c.drive_id, number, literal("lead"), leads.c.id)
        owner.execute(insert(befores).from_select(["drive_id", "act", "place", "row_id"], before))
        yield f"with {CHANGES} changes and what undoes them", (_stored(owner, *OWN) - size) / DRIVES
        rows = select(leads.c.drive_id, *(leads.c[name] for name in FIELDS))
        owner.execute(insert(TENANTS).from_select(["tenant", *FIELDS], rows))


def _told(owner: Connection, scenario_id: int) -> Iterator[dict[str, Any]]:
    """The entries of a scenario's stories, a row each."""
    told = Base.metadata.tables["scenario_stories"].c
    found = owner.execute(select(told.lead_id, told.entries).where(told.scenario_id == scenario_id)).all()
    for lead_id, stored in found:
        for number, entry in enumerate(unpack(stored)):
            yield {"id": f"{lead_id}.{number}", "lead_id": lead_id, **entry._asdict()}


def _drive(number: int, scenario_id: int, now: datetime) -> dict[str, Any]:
    return {
        "public_id": f"crowd{number:011}",
        "token_digest": digest(str(number)),
        "scenario_id": scenario_id,
        "epoch": now,
        "clock": 0,
        "revision": CHANGES,
        "layer": 0,
        "name": "",
        "started_at": now,
        "seen_at": now,
    }


def _business(owner: Connection, recipe: int, size: int) -> int:
    """A business of this size: the recipe's leads over and over, each under another name and address."""
    scenario = Base.metadata.tables["scenarios"]
    row = dict(owner.execute(select(scenario).where(scenario.c.id == recipe)).mappings().one())
    row |= {"slug": f"crowd-{size}", "version": f"crowd-{size}", "made_from": "", "lead_count": size}
    stages = [stage["name"] for stage in json.loads(row["stages"])]
    del row["id"]
    made = owner.scalar(insert(scenario).values(row).returning(scenario.c.id)) or 0
    leads, told = (Base.metadata.tables[name] for name in ("scenario_leads", "scenario_stories"))
    known = [dict(one) for one in owner.execute(select(leads).where(leads.c.scenario_id == recipe)).mappings()]
    stories = [
        unpack(one)[-ENTRIES:] for one in owner.scalars(select(told.c.entries).where(told.c.scenario_id == recipe))
    ]
    firsts = sorted({one["name"].split()[0] for one in known})
    lasts = sorted({one["name"].split()[-1] for one in known})
    names = islice(cycle(product(firsts, lasts)), size)
    rows = [
        _lead(known[number * 7 % len(known)], number, f"{first} {last}", stages) | {"scenario_id": made}
        for number, (first, last) in enumerate(names, 1)
    ]
    for part in batched(rows, 20_000):
        owner.execute(insert(leads), part)
    notes = (
        {"scenario_id": made, "lead_id": row["id"], "entries": pack(stories[number * 13 % len(stories)])}
        for number, row in enumerate(rows)
    )
    for part in batched(notes, 20_000):
        owner.execute(insert(told), part)
    deals = Base.metadata.tables["scenario_deals"]
    of_lead: dict[str, list[dict[str, Any]]] = {}
    for deal in owner.execute(select(deals).where(deals.c.scenario_id == recipe)).mappings():
        of_lead.setdefault(deal["lead_id"], []).append(dict(deal))
    sold = (
        deal | {"scenario_id": made, "id": f"D{number:06}{at}", "lead_id": f"L{number:06}"}
        for number in range(1, size + 1)
        for at, deal in enumerate(of_lead.get(known[number * 7 % len(known)]["id"], ()), 1)
    )
    for part in batched(sold, 20_000):
        owner.execute(insert(deals), part)
    return made


def _lead(row: dict[str, Any], number: int, name: str, stages: list[str]) -> dict[str, Any]:
    first, _, last = name.lower().partition(" ")
    letters = "".join(
        letter for letter in f"{first}.{last}" if letter.isascii() and (letter.isalpha() or letter == ".")
    )
    email = row["email"] and f"{letters.strip('.')}.{number}@{row['email'].partition('@')[2]}"
    columns = {"name": name, "company": row["company"], "email": email, "phone": row["phone"]}
    return {
        **row,
        **columns,
        **derived(**columns, stage=row["stage"], stages=stages),
        "id": f"L{number:06}",
        "last_at": row["last_at"] - number % 3600,
        "value": row["value"] and row["value"] + number % 997,
    }


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows, so many at a time."""
    rows = iter(rows)
    while part := list(islice(rows, size)):
        yield part


def _stored(owner: Connection, *tables: str) -> int:
    """How many bytes these tables take with their indexes; on SQLite the whole file, to which nothing else is added."""
    if owner.dialect.name == "postgresql":
        return sum(owner.scalar(text(f"SELECT pg_total_relation_size('{name}')")) or 0 for name in tables)
    pages, size = (owner.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
    return int(pages * size)


@contextmanager
def _unforced(owner: Connection) -> Iterator[None]:
    """While rows of all drives are filled in, the owner is not held to one of them."""
    if owner.dialect.name != "postgresql":
        yield
        return
    for table in OWN:
        owner.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    yield
    for table in OWN:
        owner.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
