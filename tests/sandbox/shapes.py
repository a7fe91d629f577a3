"""A shape as the page sends one, for tests."""

import json
from typing import Any

COLUMNS: list[dict[str, Any]] = [
    {"name": "Full name", "kind": "names", "as": "name", "filled": 100},
    {"name": "Firm", "kind": "text", "as": "company", "filled": 80},
    {"name": "E-mail", "kind": "email", "as": "email", "filled": 90},
    {"name": "Mobile", "kind": "phone", "as": "phone", "filled": 70},
    {"name": "Street", "kind": "address", "as": "address", "filled": 60},
    {
        "name": "Status",
        "kind": "choice",
        "as": "stage",
        "filled": 100,
        "values": ["Closed Won", "Fresh", "In talks", "No interest"],
    },
    {"name": "Amount", "kind": "money", "as": "value", "filled": 50},
    {"name": "Signed on", "kind": "date", "as": "came", "filled": 100, "from": "2025-01", "to": "2025-09"},
    {"name": "Region", "kind": "choice", "filled": 100, "values": ["Coast", "Hills"]},
    {"name": "Remarks", "kind": "text", "filled": 30},
]


def a_shape(*, columns: list[dict[str, Any]] | None = None, **changes: Any) -> str:
    """The text of a shape, with changes to its top; without one key where its change is None."""
    shape = {"shape": 1, "name": "Harbor Rentals", "leads": 200, "columns": columns or COLUMNS} | changes
    return json.dumps({key: value for key, value in shape.items() if value is not None}, ensure_ascii=False)


def with_column(**changes: Any) -> str:
    """The same with one more column, which is harmless but for the changes."""
    column = {"name": "One more", "kind": "text", "filled": 50} | changes
    return a_shape(columns=[*COLUMNS, {key: value for key, value in column.items() if value is not ...}])
