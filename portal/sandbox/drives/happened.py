"""The only place that holds in columns what happened to all leads of a drive, and when: for whatever counts it."""

from array import array
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import Numbers, Texts
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.models import OwnActivity
from portal.sandbox.scenarios import stories


class Happened(NamedTuple):
    """Entries of timelines, in columns: offsets, and the numbers of their kinds and leads in `kinds` and `leads`."""

    at: Numbers
    kind: NDArray[np.int32]
    lead: NDArray[np.int32]
    kinds: list[str]
    leads: Texts


def what_happened(db: Session, drive: Drive) -> Happened:
    """All that happened in the bound drive up to its present: the scenario's first, then what the visitor did."""
    base = _base(db, drive)
    rows = db.execute(
        select(OwnActivity.at, OwnActivity.kind, OwnActivity.lead_id)
        .where(OwnActivity.is_deleted.is_(False), OwnActivity.at <= drive.clock)
        .order_by(OwnActivity.id)
    ).all()
    own = _in_columns([(at, kind, lead) for at, kind, lead in rows], base.kinds)
    return Happened(
        np.concatenate((base.at, own.at)),
        np.concatenate((base.kind, own.kind)),
        np.concatenate((base.lead, own.lead + np.int32(len(base.leads)))),
        own.kinds,
        np.concatenate((base.leads, own.leads)),
    )


_kept: Lately[str, Happened] = Lately(10)


def _base(db: Session, drive: Drive) -> Happened:
    if (found := _kept.find(drive.version)) is not None:
        return found
    told = stories.iterate_stories(db, scenario_id=drive.scenario_id)
    rows = ((entry.at, entry.kind, lead_id) for lead_id, story in told for entry in story)
    return _kept.keep(drive.version, _in_columns(rows, []))


def _in_columns(rows: Iterable[tuple[int, str, str]], kinds: list[str]) -> Happened:
    """These rows in columns; their kinds are numbered on from `kinds`."""
    numbers = {kind: number for number, kind in enumerate(kinds)}
    leads: dict[str, int] = {}
    at, of_kind, of_lead = array("q"), array("i"), array("i")
    for moment, kind, lead in rows:
        at.append(moment)
        of_kind.append(numbers.setdefault(kind, len(numbers)))
        of_lead.append(leads.setdefault(lead, len(leads)))
    return Happened(
        np.array(at, dtype=np.int64),
        np.array(of_kind, dtype=np.int32),
        np.array(of_lead, dtype=np.int32),
        list(numbers),
        np.array(list(leads), dtype=np.object_),
    )
