"""The only place that draws the parts of a list that many pages share; each is drawn once and kept."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup, escape

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import moment, stages_of, tags_in
from portal.sandbox.drives.lately import Lately
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import Options
from portal.sandbox.drives.own_columns import own_columns
from portal.sandbox.drives.question import Filter
from portal.sandbox.leads.columns import DEFAULT, ORDER_ICONS, columns_for, heads_of
from portal.sandbox.leads.counting import Tab
from portal.sandbox.leads.filter_forms import Ask, ask_of
from portal.sandbox.leads.filters import filter_in_words, label_of, offers
from portal.sandbox.leads.lists import Asked
from portal.sandbox.leads.own import own_cells
from portal.sandbox.leads.shape import GROUPINGS, LAYOUTS
from portal.sandbox.leads.wording import (
    age_in_words,
    date_in_words,
    icon_of,
    money_in_words,
    phone_in_words,
    tags_that_fit,
)

LAYOUT_ICONS = {"list": "rows-3", "grouped": "list-tree", "board": "square-kanban"}

# By all that a part depends on: rows and fields, and whole pages of rows.
_parts: Lately[Hashable, Markup] = Lately(20_000)
_pages: Lately[Hashable, Markup] = Lately(300)


def draw_rows(drive: Drive, leads: list[Lead], *, view: str, columns: Sequence[str] = DEFAULT) -> Markup:
    """The table rows of these leads, as the drive's present sees them; each leads on with `view`, the list's query."""
    seen_from = (drive.version, drive.epoch, drive.clock, tuple(columns))
    page = (seen_from, view, tuple(leads))
    return _pages.find(page) or _pages.keep(page, _rows(drive, seen_from, leads, columns).replace(_VIEW, escape(view)))


def draw_heads(drive: Drive, asked: Asked) -> Markup:
    """The heads of the columns, each with the way to sort by it."""
    key, there = ("heads", drive.version, asked), columns_for(drive)
    if (found := _parts.find(key)) is not None:
        return found
    heads = [
        (head, asked.sorted_by(head.sort).address() if head.sort else "")
        for head in heads_of(asked.question, [there[key] for key in asked.shape.columns])
    ]
    return _parts.keep(key, _draw("heads", heads=heads, icons=ORDER_ICONS))


def draw_cards(drive: Drive, leads: list[Lead], *, view: str) -> Markup:
    """The same leads as cards of a board."""
    cards = [
        (
            lead,
            money_in_words(lead.value, drive.currency),
            age_in_words(drive.clock - lead.last_at),
            icon_of(lead.last_kind),
        )
        for lead in leads
    ]
    return _draw("cards", cards=cards, view=view)


def draw_tabs(tabs: list[Tab]) -> Markup:
    """The views above a list."""
    key = ("tabs", tuple(tabs))
    return _parts.find(key) or _parts.keep(key, _draw("tabs", tabs=tabs))


def draw_chips(drive: Drive, asked: Asked, options: Options) -> Markup:
    """The filters that are on, each to change or to take off, and what else there is to filter by."""
    key = ("chips", drive.version, asked, options)
    if (found := _parts.find(key)) is not None:
        return found
    offered = {offer.field: offer for offer in offers(options)}
    chips = [
        (words_of(drive, one), ask_of(offered[one.field], one, at=str(number)), asked.without(number).address())
        for number, one in enumerate(asked.question.filters)
    ]
    return _parts.keep(key, _draw("chips", chips=chips, offers=offered.values(), here=asked.address(), **_any(asked)))


def draw_ask(asked: Asked, ask: Ask, *, action: str = "/leads/filter", more: Mapping[str, str] | None = None) -> Markup:
    """The form of one filter; `action` is what it is filled in for, `more` what it carries along."""
    return _draw("ask", ask=ask, here=asked.address(), id="ask", action=action, more=more or {})


def draw_tools(drive: Drive, asked: Asked) -> Markup:
    """How the list is shown: in a list, in groups, on a board; and its columns."""
    key = ("tools", drive.version, asked)
    layouts = [
        (name, words, LAYOUT_ICONS[name], asked.shaped(layout=name).address(), asked.shape.layout == name)
        for name, words in LAYOUTS.items()
    ]
    groupings = [(words, asked.shaped(by=name).address(), asked.shape.by == name) for name, words in GROUPINGS.items()]
    return _parts.find(key) or _parts.keep(
        key,
        _draw(
            "tools",
            layouts=layouts,
            groupings=groupings if asked.shape.layout == "grouped" else (),
            menu=draw_columns(drive, asked) if asked.shape.layout != "board" else "",
            count=len(asked.shape.columns),
            of=len(columns_for(drive)),
        ),
    )


def draw_columns(
    drive: Drive, asked: Asked, *, columns: Sequence[str] | None = None, shown: Sequence[str] | None = None
) -> Markup:
    """The form that chooses and orders columns: those that are shown first, in their order, then the others."""
    there = columns_for(drive)
    chosen = asked.shape.columns if shown is None else shown
    order = columns or (*chosen, *(key for key in there if key not in chosen))
    return _draw("columns", columns=[there[key] for key in order], chosen=chosen, here=asked.address())


def words_of(drive: Drive, one: Filter) -> tuple[str, str]:
    """A filter as a chip says it: the field, and the rest of the sentence."""
    words, label = (
        filter_in_words(one, currency=drive.currency, own=own_columns(drive)),
        label_of(one, own_columns(drive)),
    )
    return (label, words.removeprefix(f"{label} ")) if words.startswith(f"{label} ") else ("", words)


_VIEW = "\x1e"  # stands in a kept row for the query of the list; no text that was let in holds it


def _any(asked: Asked) -> dict[str, Any]:
    """Whether all filters are met or any, and the way to the other, where there are several."""
    question = asked.question
    if len(question.filters) < 2 or asked.base.filters:
        return {"any_of": False, "other": ""}
    other = asked.asking(replace(question, any_of=not question.any_of))
    return {"any_of": question.any_of, "other": other.address()}


def _rows(drive: Drive, seen_from: Hashable, leads: list[Lead], columns: Sequence[str]) -> Markup:
    keys = [(seen_from, lead) for lead in leads]
    rows = _parts.find_all(keys)
    return Markup("").join(
        row or _parts.keep(key, _row(drive, key[1], columns)) for key, row in zip(keys, rows, strict=True)
    )


def _row(drive: Drive, lead: Lead, columns: Sequence[str]) -> Markup:
    return _draw(
        "row",
        lead=lead,
        columns=columns,
        view=_VIEW,
        step={stage.name: stage.step for stage in stages_of(drive)}[lead.stage],
        value=money_in_words(lead.value, drive.currency),
        tags=tags_that_fit(tags_in(lead.tags)),
        phone=phone_in_words(lead.phone),
        created=date_in_words(moment(drive, lead.came_at)),
        contact=date_in_words(moment(drive, lead.contact_since)) if lead.contact_since is not None else "",
        picture=icon_of(lead.last_kind),
        at=moment(drive, lead.last_at),
        age=age_in_words(drive.clock - lead.last_at),
        own=own_cells(drive, lead, columns),
    )


def _draw(part: str, **values: Any) -> Markup:
    drawn: Markup = get_template_attribute("leads/parts.html", part)(**values)
    return drawn
