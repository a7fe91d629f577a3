"""The only place that draws the parts of a list that many pages share; each is drawn once and kept."""

from collections.abc import Hashable
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, stages_of, tags_in
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.columns import ORDER_ICONS, heads_of
from portal.sandbox.leads.wording import age_in_words, icon_of, money_in_words, tags_that_fit

# By all that a part depends on: rows and fields, and whole pages of rows.
_parts: Lately[Hashable, Markup] = Lately(20_000)
_pages: Lately[Hashable, Markup] = Lately(300)


def draw_rows(drive: Drive, leads: list[Lead], *, view: str) -> Markup:
    """The table rows of these leads, as the drive's present sees them; each leads on with `view`, the list's query."""
    seen_from = (drive.version, drive.epoch, drive.clock)
    page = (seen_from, view, tuple(leads))
    return _pages.find(page) or _pages.keep(page, _rows(drive, seen_from, leads).replace(_VIEW, escape(view)))


def draw_filters(drive: Drive, question: Question) -> Markup:
    """The fields to filter by, as the question has them."""
    key = ("filters", drive.version, question.stage, question.tag)
    return _parts.find(key) or _parts.keep(
        key, _draw("filters", stages=stages_of(drive), tags=tags_in(drive.tags), question=question)
    )


def draw_heads(question: Question) -> Markup:
    """The heads of the columns, each with the way to sort by it."""
    key = ("heads", question)
    return _parts.find(key) or _parts.keep(key, _draw("heads", heads=heads_of(question), icons=ORDER_ICONS))


_VIEW = "\x1e"  # stands in a kept row for the query of the list; no text that was let in holds it


def _rows(drive: Drive, seen_from: Hashable, leads: list[Lead]) -> Markup:
    keys = [(seen_from, lead) for lead in leads]
    rows = _parts.find_all(keys)
    return Markup("").join(row or _parts.keep(key, _row(drive, key[1])) for key, row in zip(keys, rows, strict=True))


def _row(drive: Drive, lead: Lead) -> Markup:
    return _draw(
        "row",
        lead=lead,
        view=_VIEW,
        step={stage.name: stage.step for stage in stages_of(drive)}[lead.stage],
        value=money_in_words(lead.value, drive.currency),
        tags=tags_that_fit(tags_in(lead.tags)),
        picture=icon_of(lead.last_kind),
        at=moment(drive, lead.last_at),
        age=age_in_words(drive.clock - lead.last_at),
    )


def _draw(part: str, **values: Any) -> Markup:
    drawn: Markup = get_template_attribute("leads/parts.html", part)(**values)
    return drawn
