"""The only place that lists what keys do: the sheet of keys is made of it, and the scripts read it there."""

from collections.abc import Collection
from typing import NamedTuple


class Key(NamedTuple):
    """What some keys do: each press as browsers name it, `Control+z` or, one after the other, `g l`.

    `act` is what the scripts call it, empty where the browser does it by itself; `address` is where it goes.
    """

    words: str
    presses: tuple[str, ...]
    act: str = ""
    address: str = ""

    @property
    def caps(self) -> list[list[str]]:
        """The keys of each press, as they are written on them."""
        return [[_CAPS.get(key, key) for key in press.replace("+", " ").split()] for press in self.presses]


class Group(NamedTuple):
    """Keys that work in the same place."""

    name: str
    keys: tuple[Key, ...]


# Where several keys of one press could do something, the last does: what is more special comes later.
GROUPS = (
    Group(
        "Anywhere",
        (
            Key("Search", ("/",), "search"),
            Key("Search or do anything", ("Control+k",), "", "/palette"),
            Key("New lead", ("n",), "new", "/leads/new"),
            Key("Undo", ("Control+z",), "undo"),
            Key("Redo", ("Control+Shift+z",), "redo"),
            Key("These keys", ("?",), "sheet", "/keys"),
        ),
    ),
    Group(
        "In a list",
        (
            Key("Next lead", ("j", "ArrowDown"), "next"),
            Key("Previous lead", ("k", "ArrowUp"), "previous"),
            Key("Open the lead", ("Enter",)),
            Key("Select the lead", ("x",), "select"),
            Key("Edit it where it stands", ("e",), "edit"),
            Key("Add a filter", ("f",), "filter"),
        ),
    ),
    Group(
        "With what is selected",
        (
            Key("Tag", ("t",), "picked-tag"),
            Key("Move to a stage", ("s",), "picked-stage"),
            Key("Hand over", ("o",), "picked-owner"),
            Key("Clear the selection", ("Escape",), "picked-clear"),
        ),
    ),
    Group(
        "On the page of a lead",
        (
            Key("Next lead of the list", ("j",), "next-lead"),
            Key("Previous lead of the list", ("k",), "previous-lead"),
            Key("Write a note", ("n",), "note"),
            Key("Add a tag", ("t",), "tags"),
        ),
    ),
    Group(
        "On the pipeline",
        (
            Key("The ways to move a deal", ("m",)),
            Key("To a stage by its number", ("1",)),
            Key("Along the stages", ("ArrowLeft", "ArrowRight")),
            Key("Drop the deal", ("Enter",)),
            Key("Put it back", ("Escape",)),
        ),
    ),
    Group(
        "Go to",
        (
            Key("Leads", ("g l",), "go", "/leads"),
            Key("Contacts", ("g c",), "go", "/contacts"),
            Key("Pipeline", ("g p",), "go", "/pipeline"),
            Key("Today", ("g t",), "go", "/today"),
        ),
    ),
)

_CAPS = {"Control": "Ctrl", "Escape": "Esc"} | {"ArrowDown": "↓", "ArrowUp": "↑", "ArrowLeft": "←", "ArrowRight": "→"}


def keys_of(addresses: Collection[str]) -> list[Group]:
    """The keys, less those that go to an address that there is not."""
    groups = (
        Group(group.name, tuple(key for key in group.keys if not key.address or key.address in addresses))
        for group in GROUPS
    )
    return [group for group in groups if group.keys]
