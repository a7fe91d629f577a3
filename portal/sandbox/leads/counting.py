"""The only place that counts many lists at once: of the views, and of a list without one of its filters."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import View
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.overlay import Options, count_of, options_of, unknown_words
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.lists import Asked, read_list_in
from portal.sandbox.leads.views import address_of, views_of
from portal.shared.problems import Problem


class Tab(NamedTuple):
    """A view above the list: where it leads, and how many leads are in it; None where it asks what cannot be asked."""

    view: View
    address: str
    plain: str  # the same address without the view's name
    leads: int | None
    is_current: bool


def count_kept(db: Session, drive: Drive, question: Question) -> int:
    """How many leads a question finds, counted once for each state of the drive."""
    if db.info.get("has_written"):
        return count_of(db, drive, question)
    key = (drive.public_id, drive.revision, drive.version, drive.clock, question)
    found = _kept.find(key)
    return _kept.keep(key, count_of(db, drive, question)) if found is None else found


def options_kept(db: Session, drive: Drive, asked: Asked) -> Options:
    """What the filters of a list can be changed to, gathered once for each state of the drive; nothing for none."""
    if not asked.question.filters:
        return _NOTHING
    key = (drive.public_id, drive.revision, drive.version)
    return _options.find(key) or _options.keep(key, options_of(db, drive))


def unknown_words_kept(db: Session, drive: Drive, asked: Asked) -> tuple[str, ...]:
    """Those of the words sought that no lead has as they are, looked up once for each state of the drive."""
    if not asked.question.words:
        return ()
    key = (drive.public_id, drive.revision, drive.version, asked.question.words)
    found = _unknown.find(key)
    return _unknown.keep(key, unknown_words(db, drive, asked.question)) if found is None else found


def tabs_of(db: Session, drive: Drive, asked: Asked) -> list[Tab]:
    """The views of the bound drive, and which of them is shown: the one the address names, else the first like it."""
    tabs = _tabs(db, drive)
    current = next((tab.view.id for tab in tabs if tab.view.id == asked.shape.view), "")
    here = asked.shaped(view="").address()
    like = current or next((tab.view.id for tab in tabs if tab.plain == here), "")
    return [tab._replace(is_current=tab.view.id == like) for tab in tabs]


def without_each(db: Session, drive: Drive, asked: Asked) -> list[tuple[int, Asked, int]]:
    """For each filter of a list: its number, the list without it, and how many that finds."""
    lists = [(number, asked.without(number)) for number in range(len(asked.question.filters))]
    return [(number, less, count_kept(db, drive, less.whole)) for number, less in lists]


def _tabs(db: Session, drive: Drive) -> list[Tab]:
    """All views, none of them shown."""
    if db.info.get("has_written"):
        return [_tab(db, drive, view) for view in views_of(db, drive)]
    key = (drive.public_id, drive.revision, drive.version, drive.clock)
    found = _kept_tabs.find(key)
    return _kept_tabs.keep(key, [_tab(db, drive, view) for view in views_of(db, drive)]) if found is None else found


def _tab(db: Session, drive: Drive, view: View) -> Tab:
    address = address_of(view)
    try:
        asked = read_list_in(address, drive)
    except Problem:  # a scenario's own view may name what only another version of it has
        return Tab(view, address, "", None, is_current=False)
    plain = asked.shaped(view="").address()
    return Tab(view, asked.address(), plain, count_kept(db, drive, asked.whole), is_current=False)


_kept: Lately[tuple[str, int, str, int, Question], int] = Lately(5_000)
_options: Lately[tuple[str, int, str], Options] = Lately(200)
_unknown: Lately[tuple[str, int, str, tuple[str, ...]], tuple[str, ...]] = Lately(1_000)
_NOTHING = Options((), (), (), (), (), ())
_kept_tabs: Lately[tuple[str, int, str, int], list[Tab]] = Lately(1_000)
