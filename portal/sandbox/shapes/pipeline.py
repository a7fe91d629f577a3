"""The only place that makes a pipeline of the stages that a visitor's list names."""

import re
from collections.abc import Sequence
from typing import Any

NEUTRAL = ("New", "Contacted", "Qualified", "Proposal", "Won", "Lost")

# What a stage asks for, by its mark: see `scenarios/recipe.py`.
_RULES: dict[str, dict[str, Any]] = {
    "new": {"chance": 10, "wait": 14, "needs": []},
    "contacted": {"chance": 20, "wait": 21, "needs": []},
    "qualified": {"chance": 40, "wait": 30, "needs": []},
    "proposal": {"chance": 60, "wait": 30, "needs": ["amount"]},
    "won": {"chance": 100, "wait": None, "needs": ["amount", "close_on"]},
    "lost": {"chance": 0, "wait": None, "needs": ["reason"]},
}
_OPEN = ("new", "contacted", "qualified", "proposal")
_MARKS = (  # the first that fits
    ("lost", r"lost|dead|disqual|unqual|reject|declin|cancel|churn|verloren|no(t)? interest|closed no|no sale"),
    ("won", r"\bwon|closed|customer|client|sold|signed|paid|active|gewonnen|kunde"),
    ("new", r"\bnew|fresh|open|incoming|neu\b|offen|lead"),
    ("contacted", r"contact|called|reached|attempt|working|nurtur|follow"),
    ("qualified", r"qualif|interest|demo|meeting|trial|warm|hot"),
    ("proposal", r"propos|quot|offer|negotiat|contract|angebot|decision"),
)


def pipeline_of(names: Sequence[str]) -> list[dict[str, Any]]:
    """The stages, in an order that leads from the first contact to won and lost; both of these are always there."""
    marked = [(name, _mark(name)) for name in names or NEUTRAL]
    for mark, name in (("won", "Won"), ("lost", "Lost")):
        if all(other != mark for _, other in marked):
            marked.append((name, mark))
    order = [*_OPEN, "won", "lost"]
    if all(mark in ("won", "lost") for _, mark in marked):
        marked.append(("New", "new"))
    marked.sort(key=lambda stage: order.index(stage[1]))
    return [{"name": name, "mark": mark} | _RULES[mark] for name, mark in marked]


def _mark(name: str) -> str:
    return next((mark for mark, words in _MARKS if re.search(words, name, re.IGNORECASE)), "contacted")
