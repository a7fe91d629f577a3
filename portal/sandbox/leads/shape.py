"""The only place that says how a list is shown, and reads that out of an address: its columns, and in which layout."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from portal.sandbox.leads.columns import DEFAULT, read_columns, write_columns
from portal.shared.problems import Problem

LAYOUTS = {"list": "List", "grouped": "Groups", "board": "Board"}
GROUPINGS = {"stage": "Stage", "owner": "Owner", "source": "Source", "last": "Last activity"}
NAMES = frozenset({"cols", "layout", "by", "view"})  # of the parts of an address that are about the shape
MOST_ID = 16


class Shape(NamedTuple):
    """How a list is shown; `view` is the id of the saved view that it was opened from, or empty."""

    columns: tuple[str, ...] = DEFAULT
    layout: str = "list"
    by: str = "stage"
    view: str = ""


def read_shape(sent: MultiDict[str, str], columns: tuple[str, ...] = DEFAULT, *, own: Collection[str] = ()) -> Shape:
    """The shape that an address asks for; `columns` where it names none. `own` are keys of the scenario's own ones.

    Raises Problem (400) for a column, a layout or a group that there is not.
    """
    layout, by, view = sent.get("layout") or "list", sent.get("by") or "stage", sent.get("view") or ""
    if layout not in LAYOUTS:
        raise Problem(400, "There is no such layout", f"There are: {', '.join(LAYOUTS)}.")
    if by not in GROUPINGS:
        raise Problem(400, "There is no such group", f"There are: {', '.join(GROUPINGS)}.")
    if view and not (view.isascii() and view.isalnum() and len(view) <= MOST_ID):
        raise Problem(400, "There is no such view", "Pick one of the views above the list.")
    return Shape(read_columns(sent.get("cols", ""), columns, own=own), layout, by, view)


def write_shape(shape: Shape, columns: tuple[str, ...] = DEFAULT) -> Mapping[str, str]:
    """The parts of an address that ask for the shape; what goes without saying is left out, such as `columns`."""
    parts = {
        "cols": write_columns(shape.columns, columns),
        "layout": "" if shape.layout == "list" else shape.layout,
        "by": shape.by if shape.layout == "grouped" and shape.by != "stage" else "",
        "view": shape.view,
    }
    return {name: value for name, value in parts.items() if value}
