"""The only place that says what the address of a list asks for as a whole: a question, a page of it, and its shape."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import stages_of, tags_in
from portal.sandbox.drives.own_columns import is_own, own_columns
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.leads.address import read_address, write_query
from portal.sandbox.leads.columns import DEFAULT
from portal.sandbox.leads.shape import NAMES, Shape, read_shape, write_shape
from portal.shared.problems import Problem
from portal.shared.text import NotText, checked_text

MOST_ADDRESS = 8_000


class Base(NamedTuple):
    """A page that holds a list: its title, the columns it begins with, and what it asks for by itself."""

    title: str
    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()


BASES: Mapping[str, Base] = {
    "/leads": Base("Leads", DEFAULT),
    "/contacts": Base(
        "Contacts",
        ("name", "role", "company", "email", "phone", "contact", "last"),
        (Filter("contact", "is", ("yes",)),),
    ),
}


@dataclass(frozen=True)
class Asked:
    """What an address asks for: on which page, which question as written there, which page of it, in which shape."""

    path: str
    question: Question
    page: int
    shape: Shape

    @property
    def base(self) -> Base:
        return BASES[self.path]

    @property
    def whole(self) -> Question:
        """The question together with what the page asks for by itself."""
        return within(self.base, self.question)

    def query(self, *, page: int = 1) -> str:
        """The query of the address, from the `?` on; what goes without saying is left out."""
        return _query(self.question, self.shape, self.base.columns, page=page)

    def address(self, *, page: int = 1) -> str:
        """The address that restores the list."""
        return self.path + self.query(page=page)

    def query_of_leads(self) -> str:
        """The same as a query to `/leads`, for what is opened from the list."""
        return _query(self.whole, self.shape, BASES["/leads"].columns, page=1)

    def asking(self, question: Question) -> "Asked":
        """The same list, with another question."""
        return replace(self, question=question, page=1)

    def sorted_by(self, sort: str) -> "Asked":
        """The same list in another order."""
        return self.asking(replace(self.question, sort=sort))

    def shaped(self, **values: object) -> "Asked":
        """The same list, shown otherwise."""
        return replace(self, shape=self.shape._replace(**values), page=1)  # type: ignore[arg-type]

    def without(self, number: int) -> "Asked":
        """The same list less one of its filters, counted from 0."""
        filters = self.question.filters
        return self.asking(replace(self.question, filters=filters[:number] + filters[number + 1 :]))

    def seeking(self, words: str) -> "Asked":
        """The same list, with other words sought, or none."""
        return self.asking(replace(self.question, q=words))


def within(base: Base, question: Question) -> Question:
    """A question together with what a page asks for by itself.

    Where any of the filters will do, the page's own still holds: it is not said with them, so none of them may be.
    """
    if not base.filters:
        return question
    return replace(question, filters=(*base.filters, *question.filters))


def read_list(path: str, sent: MultiDict[str, str], drive: Drive) -> Asked:
    """What an address asks for. Raises Problem (400)."""
    asked = read_address(
        _less(sent, NAMES), stages=[stage.name for stage in stages_of(drive)], tags=tags_in(drive.tags)
    )
    if BASES[path].filters and asked.question.any_of:
        raise Problem(
            400, "Contacts meet all filters", "Take any=1 out of the address, or ask it of the list of leads."
        )
    own = own_columns(drive)
    named = [one.field for one in asked.question.filters] + [asked.question.sort.removeprefix("-")]
    if strangers := [key for key in named if is_own(key) and key not in own]:
        raise Problem(
            400,
            f"This business has no column {strangers[0]}",
            "Pick one of the columns and filters that the list offers.",
        )
    return Asked(path, asked.question, asked.page, read_shape(sent, BASES[path].columns, own=own))


def read_list_in(text: str, drive: Drive) -> Asked:
    """The same of an address in a form's field. Raises Problem (400)."""
    try:
        path, _, query = checked_text(text, most=MOST_ADDRESS).partition("?")
    except NotText as fault:
        raise Problem(400, "That list cannot be read", str(fault)) from fault
    if path not in BASES:
        raise Problem(400, "There is no such list", "Open the list of leads, and go on from there.")
    return read_list(path, MultiDict(parse_qsl(query)), drive)


def _query(question: Question, shape: Shape, columns: tuple[str, ...], *, page: int) -> str:
    asked, shaped = write_query(question, page=page), urlencode(write_shape(shape, columns), safe=",")
    return f"{asked}{'&' if asked else '?'}{shaped}" if shaped else asked


def _less(sent: MultiDict[str, str], names: frozenset[str]) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, value in sent.items(multi=True) if name not in names])
