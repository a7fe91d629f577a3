"""The only place that says what the tour shows, in which order, and where."""

from typing import NamedTuple


class Step(NamedTuple):
    """A step: the page it is about, the part of that page it points at (as `tour.css` names it), and its words."""

    page: str
    part: str
    title: str
    words: str
    next: str  # what the button to the step after it says


STEPS = (
    Step(
        "/leads",
        "list",
        "Everyone here is invented",
        "Open a lead, change it, write a note, delete it. This copy of the business is yours alone, and nobody can be "
        "reached from it. Type something real and an invented twin takes its place.",
        "Next: ask the list",
    ),
    Step(
        "/leads",
        "filters",
        "Ask the list anything",
        "Filter by stage, tag, value or the time since you last spoke, search for a name, sort by any column. The "
        "address in your browser keeps the answer.",
        "Next: the pipeline",
    ),
    Step(
        "/pipeline",
        "board",
        "Move a deal",
        "Drag a card to another stage, or press its arrow and pick one. A stage says no where something is missing, "
        "and why; then nothing was changed.",
        "Next: the clock",
    ),
    Step(
        "/today",
        "clock",
        "This clock moves the whole business",
        "Go on a day, a week or a month: tasks fall due, leads go quiet, deals wait too long. Go back whenever you "
        "like.",
        "Next: take it back",
    ),
    Step(
        "/history",
        "undo",
        "Everything can be taken back",
        "Undo takes back one act after another, the history takes you to any moment, and a fork lets you try another "
        "way beside this one. So try things.",
        "End the tour",
    ),
)
