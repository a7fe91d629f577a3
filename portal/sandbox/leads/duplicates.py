"""The only place that says which leads are probably the same, and remembers where a visitor said that they are not.

It looks at columns, and compares names only within small blocks: of one company, or of one domain of addresses. What
very many share, such as the domain of a post office, says nothing and makes no block.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.process import cpdist
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.activities import APART, add_entry
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.journal import Journal
from portal.sandbox.drives.kinds import LEADS
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.models import OwnActivity

MOST_SHARING = 5  # leads that have one address or number; more of them are a front desk
MOST_IN_BLOCK = 60  # leads whose names are compared with each other
ALIKE = 90  # of 100, how much two names have in common

# The strongest first.
REASONS = (
    "same e-mail",
    "same phone",
    "same name and company",
    "names alike, same company",
    "names alike, same domain",
)


class Group(NamedTuple):
    """Leads that are probably one, by id, and why."""

    ids: tuple[str, ...]
    reasons: tuple[str, ...]


def list_groups(db: Session, drive: Drive) -> Sequence[Group]:
    """All groups of the bound drive, those with the strongest reasons first."""
    key = (drive.public_id, drive.revision, drive.version)
    found = _kept.find(key)
    return _kept.keep(key, _find_groups(db, drive)) if found is None else found


def tell_apart(db: Session, drive: Drive, leads: Sequence[Lead], *, now: datetime) -> str:
    """Remember that these leads are not the same, as one act; returns its words. Raises TooManyRows."""
    names = " and ".join(dict.fromkeys(lead.name for lead in leads[:2]))
    rest = f" and {len(leads) - 2} more" if len(leads) > 2 else ""
    journal = Journal(db, drive, words=f"Said that {names}{rest} are not the same", now=now)
    told = " ".join(sorted(lead.id for lead in leads))
    add_entry(journal, lead_id=leads[0].id, at=drive.clock, kind=APART, words="Not the same", body=told)
    return f"Said that {names}{rest} are not the same"


_kept: Lately[tuple[str, int, str], Sequence[Group]] = Lately(20)
_Pair = tuple[int, int]


def _find_groups(db: Session, drive: Drive) -> Sequence[Group]:
    columns = columns_of(db, drive, LEADS)
    ids, companies = columns.texts("id").tolist(), columns.texts("company_key").tolist()
    emails, phones = columns.texts("email").tolist(), columns.texts("phone").tolist()
    names = [_plain(name) for name in columns.texts("name_key").tolist()]
    reasons = dict[_Pair, int]()
    by_reason = (
        _sharing(emails, most=MOST_SHARING),
        _sharing(phones, most=MOST_SHARING),
        _sharing([(name, company) if company else None for name, company in zip(names, companies, strict=True)]),
        _alike(names, companies),
        _alike(names, [email and email.rpartition("@")[2] for email in emails]),
    )
    for rank, pairs in enumerate(by_reason):
        for pair in pairs:
            reasons.setdefault(pair, rank)
    at = {row_id: row for row, row_id in enumerate(ids)}
    for pair in _told_apart(db, at):
        reasons.pop(pair, None)
    return _joined(ids, reasons)


def _sharing(keys: Sequence[object], *, most: int | None = None) -> Iterator[_Pair]:
    """Neighbors among the rows that have one key, unless more than `most` have it."""
    for rows in _blocks(keys):
        if most is None or len(rows) <= most:
            yield from pairwise(rows) if len(rows) > MOST_IN_BLOCK else combinations(rows, 2)


def _alike(names: Sequence[str], keys: Sequence[object]) -> Iterator[_Pair]:
    """The rows of one key whose names are alike."""
    pairs = [pair for rows in _blocks(keys) for block in _small(rows, names) for pair in combinations(block, 2)]
    scores = cpdist([names[one] for one, _ in pairs], [names[two] for _, two in pairs], scorer=fuzz.ratio)
    return (pair for pair, score in zip(pairs, scores, strict=True) if score >= ALIKE)


def _blocks(keys: Sequence[object]) -> Iterable[list[int]]:
    """The rows of each key that several have."""
    blocks = dict[object, list[int]]()
    for row, key in enumerate(keys):
        if key:
            blocks.setdefault(key, []).append(row)
    return (rows for rows in blocks.values() if len(rows) > 1)


def _small(rows: list[int], names: Sequence[str]) -> Iterable[list[int]]:
    """A block as it is, or by first letters where it is large; what is large even then is left out."""
    if len(rows) <= MOST_IN_BLOCK:
        return [rows]
    lettered = _blocks([names[row][:2] for row in rows])
    return [[rows[at] for at in block] for block in lettered if len(block) <= MOST_IN_BLOCK]


def _plain(name: str) -> str:
    """A folded name without accents and signs, its words in order: `o'neil, zelda` is `oneil zelda`."""
    if not name.isascii():
        name = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(sorted(_SIGNS.sub("", name).split()))


_SIGNS = re.compile(r"[^\w\s]|_")


def _told_apart(db: Session, at: dict[str, int]) -> Iterator[_Pair]:
    for told in db.scalars(select(OwnActivity.body).where(OwnActivity.kind == APART)):
        rows = sorted(at[one] for one in told.split() if one in at)
        yield from combinations(rows, 2)


def _joined(ids: Sequence[str], reasons: dict[_Pair, int]) -> Sequence[Group]:
    """The pairs as groups: who is probably the same as somebody is of one group with them."""
    of: dict[int, int] = {}

    def root(row: int) -> int:
        while (up := of.setdefault(row, row)) != row:
            of[row] = of[up]
            row = of[row]
        return row

    for one, two in reasons:
        of[root(two)] = root(one)
    rows_of, ranks_of = dict[int, list[int]](), dict[int, set[int]]()
    for row in sorted(of):
        rows_of.setdefault(root(row), []).append(row)
    for (one, _), rank in reasons.items():
        ranks_of.setdefault(root(one), set()).add(rank)
    in_order = sorted(rows_of, key=lambda top: (min(ranks_of[top]), ids[rows_of[top][0]]))
    return [
        Group(tuple(ids[row] for row in rows_of[top]), tuple(REASONS[rank] for rank in sorted(ranks_of[top])))
        for top in in_order
    ]
