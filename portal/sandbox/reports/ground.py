"""The only place that reads what reports count from: leads and deals in columns, and which lead a deal belongs to."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from portal.sandbox.drives.columns import Columns, Numbers, Texts, columns_of
from portal.sandbox.drives.days import month_number, months_of, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, stages_of
from portal.sandbox.drives.kinds import DEALS, LEADS

Mask = NDArray[np.bool_]


class Ground:
    """The leads and deals of a bound drive, as its clock sees them."""

    def __init__(self, db: Session, drive: Drive) -> None:
        self.drive = drive
        self.stages: tuple[Stage, ...] = stages_of(drive)
        self.today = today(drive)
        self.month = month_number(self.today)
        self.leads: Columns = columns_of(db, drive, LEADS)
        self.deals: Columns = columns_of(db, drive, DEALS)

    @cached_property
    def came_in(self) -> Numbers:
        """The months in which the leads came in."""
        return months_of(self.drive, self.leads.numbers("came_at"))

    @cached_property
    def closed_in(self) -> Numbers:
        """The months in which the deals were decided."""
        return months_of(self.drive, self.deals.numbers("closed_at"))

    @cached_property
    def is_won(self) -> Mask:
        """Which deals are won."""
        return self._marked("won")

    @cached_property
    def is_open(self) -> Mask:
        """Which deals are still to be decided."""
        found: Mask = np.array([stage.is_open for stage in self.stages])[self.deals.numbers("stage_rank")]
        return found

    @cached_property
    def lead_of(self) -> Numbers:
        """For each deal the place of its lead, or -1 where that is gone."""
        places = {lead_id: place for place, lead_id in enumerate(self.leads.texts("id").tolist())}
        return np.array([places.get(one, -1) for one in self.deals.texts("lead_id").tolist()], dtype=np.int64)

    def _marked(self, step: str) -> Mask:
        found: Mask = np.array([stage.step == step for stage in self.stages])[self.deals.numbers("stage_rank")]
        return found


def coded(texts: Texts) -> tuple[Numbers, list[str]]:
    """The texts as numbers, and what each number stands for."""
    names: dict[str, int] = {}
    codes = np.array([names.setdefault(text, len(names)) for text in texts.tolist()], dtype=np.int64)
    return codes, list(names)
