"""The only place that draws the outlook: its finding as a sentence, and its bar, in shares of a whole."""

from typing import NamedTuple

from portal.sandbox.deals.board import Outlook
from portal.sandbox.drives.days import day_in_words, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.leads.wording import money_in_words

PATTERNS = ("fill-accent", "fill-hatch", "fill-dots", "fill-grid")  # from the last open stage back
SMALLEST_LABEL = 17.0  # of the bar's width, in percent: less has no room for its words


class Part(NamedTuple):
    """A stretch of the bar: its fill, where it begins, how long it is, in percent, and its words."""

    fill: str
    since: float
    share: float
    name: str
    amount: str
    is_named: bool


class Bar(NamedTuple):
    """The bar: what is won, then what is likely of each stage, the furthest first; `goal_at` in percent, or None."""

    parts: list[Part]
    goal_at: float | None
    goal: str
    words: str


def finding_of(drive: Drive, outlook: Outlook) -> str:
    """What the outlook says, in a sentence."""
    until = day_in_words(outlook.until, seen_from=today(drive))
    if not outlook.heading:
        return f"Nothing is heading for {until} yet"
    sentence = f"Heading for {money_in_words(outlook.heading // 100 * 100, drive.currency)} by {until}"
    if outlook.goal is None:
        return sentence
    percent = round((outlook.heading - outlook.goal) * 100 / outlook.goal)
    if percent == 0:
        return f"{sentence}, right at the goal"
    return f"{sentence}, {abs(percent)}% {'above' if percent > 0 else 'below'} the goal"


def bar_of(drive: Drive, outlook: Outlook) -> Bar:
    """The outlook as a bar."""
    whole = max(outlook.heading, outlook.goal or 0, 1)
    amounts = [("Won", outlook.won, "fill-good")]
    for place, (stage, amount) in enumerate(reversed(outlook.parts)):
        amounts.append((stage.name, amount, PATTERNS[min(place, len(PATTERNS) - 1)]))
    parts, since = [], 0.0
    for name, amount, fill in amounts:
        share = amount * 100 / whole
        if amount:
            words = money_in_words(amount // 100 * 100, drive.currency)
            parts.append(Part(fill, round(since, 2), round(share, 2), name, words, share >= SMALLEST_LABEL))
        since += share
    goal = money_in_words(outlook.goal, drive.currency)
    said = ", ".join(f"{part.name} {part.amount}" for part in parts) or "nothing yet"
    return Bar(
        parts,
        None if outlook.goal is None else round(outlook.goal * 100 / whole, 2),
        goal,
        f"{said}{f', against a goal of {goal}' if goal else ''}",
    )
