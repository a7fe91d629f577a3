"""The only place that lists what the palette can do and where it can go, beside the records that it finds."""

from typing import NamedTuple

from rapidfuzz import fuzz

from portal.sandbox.scenarios.order import fold


class Entry(NamedTuple):
    """A line of the palette: an icon, words, what stands small beside them, and an address to go to.

    With `sends`, the address is posted to, with these fields.
    """

    picture: str
    words: str
    hint: str
    address: str
    sends: tuple[tuple[str, str], ...] | None = None


# By name, since the build looks for icons in mappings that are called so.
ICONS = {
    "today": "sun",
    "leads": "users",
    "contacts": "contact",
    "companies": "building-2",
    "pipeline": "square-kanban",
    "segments": "filter",
    "reports": "chart-no-axes-column",
    "tasks": "list-checks",
    "duplicates": "copy",
    "views": "list-filter",
    "clock": "clock-3",
    "drives": "bookmark",
    "shapes": "file-spreadsheet",
    "history": "history",
    "settings": "settings",
    "new": "plus",
    "undo": "undo-2",
    "redo": "redo-2",
    "fork": "git-fork",
    "reset": "rotate-ccw",
    "tour": "signpost",
    "keys": "keyboard",
    "export": "download",
    "share": "link",
    "forward": "fast-forward",
    "back": "rewind",
    "task": "check",
    "lead": "user",
    "company": "building-2",
    "deal": "handshake",
    "view": "list-filter",
}

PLACES = (
    Entry(ICONS["today"], "Today", "what is due", "/today"),
    Entry(ICONS["leads"], "Leads", "all of them", "/leads"),
    Entry(ICONS["contacts"], "Contacts", "leads that were converted", "/contacts"),
    Entry(ICONS["companies"], "Companies", "who they work for", "/companies"),
    Entry(ICONS["tasks"], "Tasks", "all that is to be done", "/tasks"),
    Entry(ICONS["pipeline"], "Pipeline", "the board of deals", "/pipeline"),
    Entry(ICONS["deal"], "Deals", "as a list", "/deals"),
    Entry(ICONS["segments"], "Segments", "questions you saved", "/segments"),
    Entry(ICONS["views"], "Views", "lists you saved", "/views"),
    Entry(ICONS["duplicates"], "Duplicates", "who is there twice", "/duplicates"),
    Entry(ICONS["reports"], "Reports", "funnel, sources, cohorts, forecast, activity", "/reports"),
    Entry(ICONS["history"], "History", "everything you did", "/history"),
    Entry(ICONS["clock"], "Practice clock", "who would come in, who would go out", "/clock"),
    Entry(ICONS["settings"], "Settings", "checkpoints, links, how long this drive stays", "/settings"),
    Entry(ICONS["drives"], "Your test drives", "switch between them", "/drives"),
    Entry(ICONS["shapes"], "Import by shape", "practice with the columns of your own list", "/shapes"),
    Entry(ICONS["keys"], "Keys", "every shortcut", "/keys"),
)

ACTS = (
    Entry(ICONS["new"], "New lead", "", "/leads/new"),
    Entry(ICONS["new"], "New deal", "", "/deals/new"),
    Entry(ICONS["new"], "New task", "", "/tasks/new"),
    Entry(ICONS["new"], "New segment", "", "/segments/new"),
    Entry(ICONS["new"], "New view", "save the list of all leads, or one of your own", "/views/new"),
    Entry(ICONS["export"], "Export leads", "CSV, JSON, vCard", "/leads/export"),
    Entry(ICONS["export"], "Export companies", "CSV, JSON, vCard", "/companies/export"),
    Entry(ICONS["export"], "Export deals", "CSV, JSON", "/deals/export"),
    Entry(ICONS["export"], "Export tasks", "CSV, JSON", "/tasks/export"),
    Entry(ICONS["undo"], "Undo", "take the last act back", "/undo", ()),
    Entry(ICONS["redo"], "Redo", "do it again", "/redo", ()),
    Entry(ICONS["forward"], "Move the clock on a day", "", "/clock", (("by", "1"),)),
    Entry(ICONS["forward"], "Move the clock on a week", "", "/clock", (("by", "7"),)),
    Entry(ICONS["forward"], "Move the clock on 30 days", "", "/clock", (("by", "30"),)),
    Entry(ICONS["back"], "Move the clock back to day 1", "", "/clock", (("to", "start"),)),
    Entry(ICONS["share"], "Share as it is now", "a link that opens copies", "/share", ()),
    Entry(ICONS["fork"], "Fork this drive", "try another way beside this one", "/fork", ()),
    Entry(ICONS["reset"], "Reset this drive", "back to the scenario; can be undone", "/reset", ()),
    Entry(ICONS["tour"], "Take the tour", "five steps", "/tour", (("step", "1"),)),
)

LEAST = 70  # of 100; below it, rapidfuzz finds what nobody meant


def entries_like(entries: tuple[Entry, ...], sought: str) -> list[Entry]:
    """Those whose words or hint hold what is sought, or nearly; all of them where nothing is sought."""
    wanted = fold(sought)
    if not wanted:
        return list(entries)
    scored = [(fuzz.partial_ratio(wanted, fold(f"{entry.words} {entry.hint}")), entry) for entry in entries]
    return [entry for score, entry in sorted(scored, key=lambda one: -one[0]) if score >= LEAST]
