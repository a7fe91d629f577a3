"""The only place that takes a list of anything but leads out: the page that asks as what, and the file, in parts.

How rows are written and marked is `export.py`'s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask import Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.sandbox import web
from portal.sandbox.database import bind
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.export import FORMATS, file_name, money_cell, write_cards, write_data, write_table
from portal.shared.database import Database
from portal.shared.problems import Problem
from portal.shared.stores import database

AT_ONCE = 500  # rows that are read in one transaction, which is over before they are sent

Row = Mapping[str, Any]
Sent = MultiDict[str, str]


class Listed(NamedTuple):
    """A list to take out: what it is of, its address, and all that is in it, in its order.

    `heads` are the columns, by their names in JSON; `rows` reads some of `ids`, without those that are gone by then.
    A list of what an address book has no place for has no `card`.
    """

    one: str
    many: str
    address: str
    ids: Sequence[Any]
    heads: Mapping[str, str]
    rows: Callable[[Session, Drive, Sequence[Any]], list[dict[str, Any]]]
    card: Callable[[Drive, Row], bytes] | None = None

    @property
    def forms(self) -> list[str]:
        """As what it can be taken out."""
        return [form for form in FORMATS if form != "vcard" or self.card]


def take_out(read: Callable[[Session, Drive, Sent], Listed]) -> str | Response:
    """The file, where the address says as what; else the page that asks. `read` is given the rest of the address."""
    form, is_for_excel = request.args.get("as", ""), request.args.get("excel") == "1"
    rest = MultiDict((name, one) for name, one in request.args.items(multi=True) if name not in _OWN)
    with web.reading() as db:
        drive = open_drive(db)
        listed = read(db, drive, rest)
        if form and form not in listed.forms:
            raise Problem(400, "There is no such format", f"There are: {', '.join(listed.forms)}.")
        if not form:
            return _render(db, drive, listed, rest)
    rows = _read(database(), drive, listed)
    answer = Response(_written(drive, listed, rows, form, is_for_excel), content_type=FORMATS[form][1])
    name = file_name(drive, form, what=listed.many)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


_OWN = frozenset({"as", "excel", "page"})
_MONEY = frozenset({"amount", "value"})


def _read(store: Database, drive: Drive, listed: Listed) -> Iterator[Row]:
    """The rows, some at a time, so that whoever reads slowly, or no longer, holds nothing open."""
    for start in range(0, len(listed.ids), AT_ONCE):
        with store.reading() as db:
            bind(db, drive.id, layer=drive.layer)
            rows = listed.rows(db, drive, listed.ids[start : start + AT_ONCE])
        yield from rows


def _written(drive: Drive, listed: Listed, rows: Iterator[Row], form: str, is_for_excel: bool) -> Iterator[bytes]:
    if form == "json":
        return write_data(drive, listed.many, rows)
    if form == "vcard" and listed.card:
        card = listed.card
        return write_cards(card(drive, row) for row in rows)
    cells = ([_cell(drive, name, row[name]) for name in listed.heads] for row in rows)
    return write_table(list(listed.heads.values()), cells, is_for_excel=is_for_excel)


def _cell(drive: Drive, name: str, value: Any) -> str:
    if value is None:
        return ""
    return money_cell(drive, value) if name in _MONEY else str(value)


def _render(db: Session, drive: Drive, listed: Listed, rest: Sent) -> str:
    total = len(listed.ids)
    return render_template(
        "exports/show.html",
        drive=around(db, drive),
        listed=listed,
        picked=f"{total:,} {listed.one if total == 1 else listed.many}",
        formats={form: FORMATS[form] for form in listed.forms},
        files={form: file_name(drive, form, what=listed.many) for form in listed.forms},
        kept=[(name, one) for name, one in rest.items(multi=True) if one],
    )
