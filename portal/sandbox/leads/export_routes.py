"""Taking leads out of the sandbox, marked as invented: a page to choose what and how, and the file itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.sandbox import web
from portal.sandbox.database import bind
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.holding import open_drive
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import ids_of, leads_of
from portal.sandbox.drives.shell import around
from portal.sandbox.leads.export import FORMATS, as_csv, as_json, as_vcard, columns_for, file_name
from portal.sandbox.leads.lists import read_list
from portal.sandbox.leads.selection import ids_selected, selected
from portal.sandbox.leads.shape import NAMES
from portal.sandbox.leads.wording import leads_in_words
from portal.shared.database import Database
from portal.shared.problems import Problem
from portal.shared.stores import database

blueprint = Blueprint("export", __name__)

AT_ONCE = 500  # leads that are read in one transaction, which is over before they are sent
_OWN = frozenset({"as", "of", "columns", "excel"})
_TICK = "column-"
_LEFT = NAMES | {"page"}  # of a list's address what says nothing of which leads


@blueprint.get("/leads/export")
def index() -> str | Response:
    """The file, where the address says as what; else the page that asks."""
    with web.reading() as db:
        drive = open_drive(db)
        asked = _Asked(db, drive)
        if not asked.form:
            return _render(db, drive, asked)
    leads = _read(database(), drive, asked.ids)
    answer = Response(_WRITERS[asked.form](drive, leads, asked), content_type=FORMATS[asked.form][1])
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(drive, asked.form)}"'
    return answer


class _Asked:
    """What an address asks for: which leads, which columns, and as what; `form` is empty where it does not say yet."""

    def __init__(self, db: Session, drive: Drive) -> None:
        sent = request.args
        self.form = sent.get("as", "")
        if self.form and self.form not in FORMATS:
            raise Problem(400, "There is no such format", f"There are: {', '.join(FORMATS)}.")
        self.is_of_selection = sent.get("of") == "selection"
        self.is_for_excel = sent.get("excel") == "1"
        rest = MultiDict((name, one) for name, one in sent.items(multi=True) if not _is_own(name))
        asked = read_list("/leads", rest, drive)
        self.columns = _columns(drive, sent, asked.shape.columns if "cols" in sent else ())
        self.address = asked.address()
        if self.is_of_selection:
            selection = selected(drive)
            self.address = selection.address
            self.ids = ids_selected(db, drive, selection)
        else:
            self.ids = ids_of(db, drive, asked.whole)


def _read(store: Database, drive: Drive, ids: Sequence[str]) -> Iterator[Lead]:
    """The leads of these ids, some at a time, so that whoever reads slowly, or no longer, holds nothing open."""
    for start in range(0, len(ids), AT_ONCE):
        with store.reading() as db:
            bind(db, drive.id, layer=drive.layer)
            leads = leads_of(db, drive, ids[start : start + AT_ONCE])
        yield from leads


_WRITERS: Mapping[str, Callable[[Drive, Iterator[Lead], _Asked], Iterator[bytes]]] = {
    "csv": lambda drive, leads, asked: as_csv(drive, leads, asked.columns, is_for_excel=asked.is_for_excel),
    "json": lambda drive, leads, asked: as_json(drive, leads, asked.columns),
    "vcard": lambda drive, leads, asked: as_vcard(drive, leads, asked.columns),
}


def _columns(drive: Drive, sent: MultiDict[str, str], shown: Sequence[str]) -> list[str]:
    """The columns that are asked for, in their own order; else those of the list, or all. Raises Problem (400)."""
    there = columns_for(drive)
    named = [name for name in sent.get("columns", "").split(",") if name]
    named += [name.removeprefix(_TICK) for name in sent if name.startswith(_TICK)]
    if strangers := [name for name in named if name not in there]:
        raise Problem(400, f"There is no column called {strangers[0][:40]}", f"There are: {', '.join(there)}.")
    return [name for name in there if name in (named or shown)] or list(there)


def _is_own(name: str) -> bool:
    return name in _OWN or name.startswith(_TICK)


def _render(db: Session, drive: Drive, asked: _Asked) -> str:
    kept = [(name, one) for name, one in request.args.items(multi=True) if not _is_own(name) and name not in _LEFT]
    return render_template(
        "leads/export.html",
        drive=around(db, drive),
        asked=asked,
        picked=leads_in_words(len(asked.ids)),
        formats=FORMATS,
        columns=columns_for(drive),
        kept=[("of", "selection")] if asked.is_of_selection else kept,
        files={form: file_name(drive, form) for form in FORMATS},
        back=asked.address,
    )
