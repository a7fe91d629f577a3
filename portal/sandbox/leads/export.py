"""The only place that writes rows out: as CSV, JSON or vCard, every file and every row of it marked as invented.

Each writer is given rows one by one and gives pieces of the file, so that 100,000 of them take no more memory than a
few. What visitors typed is only ever text there: quoted, escaped, and never the beginning of a formula.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import more_in, tags_in
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.own_columns import OwnColumn, own_columns
from portal.sandbox.leads.data import lead_as_data, rfc3339
from portal.sandbox.leads.wording import phone_in_words

Piece = TypeVar("Piece")

MARK = "Invented: practice data"
ROWS_IN_A_PIECE = 200


class Column(NamedTuple):
    """A column that can be written: its name in a table, and what a cell of it says; keys of JSON that go with it."""

    name: str
    cell: Callable[[Drive, Lead], str]
    keys: tuple[str, ...]


COLUMNS: Mapping[str, Column] = {
    "name": Column("Name", lambda _, lead: lead.name, ("name",)),
    "role": Column("Role", lambda _, lead: lead.role, ("role",)),
    "company": Column("Company", lambda _, lead: lead.company, ("company",)),
    "email": Column("E-mail", lambda _, lead: lead.email or "", ("email",)),
    "phone": Column("Phone", lambda _, lead: phone_in_words(lead.phone), ("phone",)),
    "stage": Column("Stage", lambda _, lead: lead.stage, ("stage",)),
    "tags": Column("Tags", lambda _, lead: "; ".join(tags_in(lead.tags)), ("tags",)),
    "owner": Column("Owner", lambda _, lead: lead.owner, ("owner",)),
    "source": Column("Source", lambda _, lead: lead.source, ("source",)),
    "address": Column("Address", lambda _, lead: lead.address, ("address",)),
    "deal": Column("Open deal", lambda _, lead: lead.deal, ("deal",)),
    "value": Column("Value of open deal", lambda drive, lead: money_cell(drive, lead.value), ("value", "currency")),
    "created": Column("Created", lambda drive, lead: rfc3339(drive, lead.came_at), ("created",)),
    "contact": Column("Contact since", lambda drive, lead: _moment(drive, lead.contact_since), ("contact_since",)),
    "last": Column("Last activity", lambda drive, lead: rfc3339(drive, lead.last_at), ("last",)),
    "more": Column("Own columns", lambda _, lead: _pairs(more_in(lead.more)), ("more",)),
}


def columns_for(drive: Drive) -> Mapping[str, Column]:
    """All columns that leads of this drive can be written with: where the scenario has its own, each of them is one."""
    own = own_columns(drive)
    if not own:
        return COLUMNS
    return {key: one for key, one in COLUMNS.items() if key != "more"} | {key: _own(one) for key, one in own.items()}


def as_csv(
    drive: Drive, leads: Iterable[Lead], columns: Sequence[str], *, is_for_excel: bool = False
) -> Iterator[bytes]:
    """RFC 4180, in UTF-8; the first column marks each row. With the byte order mark that Excel knows UTF-8 by."""
    there = columns_for(drive)
    chosen = [there[name] for name in columns]
    rows = ([column.cell(drive, lead) for column in chosen] for lead in leads)
    return write_table([column.name for column in chosen], rows, is_for_excel=is_for_excel)


def as_json(drive: Drive, leads: Iterable[Lead], columns: Sequence[str]) -> Iterator[bytes]:
    """One object with a list; money in minor units, moments in RFC 3339, UTC."""
    there = columns_for(drive)
    keys = {"id", *(key for name in columns for key in there[name].keys)}
    own = {one.name for key, one in own_columns(drive).items() if key in columns}
    rows = ({key: value for key, value in _data(drive, lead, own).items() if key in keys} for lead in leads)
    return write_data(drive, "leads", rows)


def as_vcard(drive: Drive, leads: Iterable[Lead], columns: Sequence[str]) -> Iterator[bytes]:
    """RFC 6350, version 4.0, of the columns that a card can hold; its name always."""
    chosen = frozenset(columns)
    return write_cards(_card(drive, lead, chosen) for lead in leads)


def write_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, is_for_excel: bool = False) -> Iterator[bytes]:
    """Rows of any list as CSV."""
    head = _lines([[MARK.partition(":")[2].strip().capitalize(), *map(safe_cell, heads)]])
    yield (b"\xef\xbb\xbf" if is_for_excel else b"") + head
    for some in _pieces(rows):
        yield _lines([["Invented", *map(safe_cell, row)] for row in some])


def write_data(drive: Drive, what: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Rows of any list as JSON; `what` they are is the name of their member."""
    head = {"practice_data": MARK, "business": drive.business, "currency": drive.currency}
    yield (_dumps(head)[:-1] + f',"{what}":[').encode()
    between = ""
    for some in _pieces(rows):
        yield (between + ",\n".join(_dumps({"invented": True, **row}) for row in some)).encode()
        between = ",\n"
    yield b"]}\n"


def write_cards(cards: Iterable[bytes]) -> Iterator[bytes]:
    """Cards of `card_of`, some at a time."""
    for some in _pieces(cards):
        yield b"".join(some)


def card_of(
    drive: Drive, row_id: str, name: str, *, kind: str, lines: Iterable[str], tags: Iterable[str] = ()
) -> bytes:
    """A card, marked by a category and a note; `lines` say what else it holds, their values `escaped`."""
    whole = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"KIND:{kind}",
        f"UID;VALUE=text:practice-data-{row_id}",
        f"FN:{escaped(name)}",
        *lines,
        f"CATEGORIES:{','.join(map(escaped, ('Practice data', *tags)))}",
        f"NOTE:{escaped(f'{MARK} of {drive.business}. Nobody is called so, and nothing reaches anybody.')}",
        "END:VCARD",
    ]
    return b"".join(map(_folded, whole))


FORMATS: Mapping[str, tuple[str, str, str]] = {
    "csv": ("Table (CSV)", "text/csv; charset=utf-8", "csv"),
    "json": ("Data (JSON)", "application/json", "json"),
    "vcard": ("Address cards (vCard)", "text/vcard; charset=utf-8", "vcf"),
}


def file_name(drive: Drive, form: str, *, what: str = "leads") -> str:
    """What the file is called: that it is practice data comes first."""
    business = re.sub(r"[^a-z0-9]+", "-", drive.business.lower()).strip("-") or "business"
    return f"practice-data-{business}-{what}.{FORMATS[form][2]}"


def safe_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: an apostrophe comes before what would begin one."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}")[:1] in _FORMULAS and text.strip(" ") else text


def money_cell(drive: Drive, minor: int | None) -> str:
    """Money as a cell."""
    return "" if minor is None else f"{minor // 100}.{minor % 100:02} {drive.currency}"


def escaped(text: str) -> str:
    """A text value of RFC 6350, 3.4."""
    return re.sub(r"([\\,;])", r"\\\1", text).replace("\n", "\\n")


_MOST_OCTETS = 75
_FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")  # full-width ones count in some spreadsheets


def _pieces(rows: Iterable[Piece]) -> Iterator[list[Piece]]:
    rest = iter(rows)
    while some := list(islice(rest, ROWS_IN_A_PIECE)):
        yield some


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _own(column: OwnColumn) -> Column:
    return Column(column.name, lambda _, lead: more_in(lead.more).get(column.name, ""), ("more",))


def _data(drive: Drive, lead: Lead, own: Collection[str]) -> dict[str, Any]:
    """A lead as data; of columns of the scenario's own those that are asked for."""
    since = None if lead.contact_since is None else rfc3339(drive, lead.contact_since)
    more = {name: text for name, text in more_in(lead.more).items() if not own or name in own}
    return lead_as_data(drive, lead) | {"role": lead.role, "contact_since": since, "more": more}


def _pairs(more: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in more.items())


def _moment(drive: Drive, offset: int | None) -> str:
    return "" if offset is None else rfc3339(drive, offset)


def _card(drive: Drive, lead: Lead, chosen: frozenset[str]) -> bytes:
    given, _, family = lead.name.rpartition(" ")
    tags = tags_in(lead.tags) if "tags" in chosen else ()
    lines = [f"N:{escaped(family)};{escaped(given)};;;"]
    lines += [f"TITLE:{escaped(lead.role)}"] if lead.role and "role" in chosen else []
    lines += [f"ORG:{escaped(lead.company)}"] if lead.company and "company" in chosen else []
    lines += [f"EMAIL:{escaped(lead.email)}"] if lead.email and "email" in chosen else []
    lines += [f"TEL;VALUE=uri:tel:{lead.phone}"] if lead.phone and "phone" in chosen else []
    lines += [f"ADR:;;{escaped(lead.address)};;;;"] if lead.address and "address" in chosen else []
    return card_of(drive, lead.id, lead.name, kind="individual", lines=lines, tags=tags)


def _folded(line: str) -> bytes:
    """A line of at most 75 octets, and the rest of it on further ones; no character is cut (RFC 6350, 3.2)."""
    whole = line.encode()
    if len(whole) <= _MOST_OCTETS:
        return whole + b"\r\n"
    lines, room = [b""], _MOST_OCTETS
    for sign in line:
        octets = sign.encode()
        if len(lines[-1]) + len(octets) > room:
            lines.append(b" ")
        lines[-1] += octets
    return b"\r\n".join(lines) + b"\r\n"
