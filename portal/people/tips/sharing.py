"""The only place that says what stands on the picture of a tip."""

from portal.people.pictures.picture import Picture
from portal.people.tips.tip import Tip


def picture_of(tip: Tip) -> Picture:
    """The picture beside a link to its page."""
    minutes = f"{tip.minutes} {'minute' if tip.minutes == 1 else 'minutes'}"
    return Picture(
        title=tip.title, label=f"Tip · {tip.topics[0]}", foot=f"{tip.author} · {minutes}", emblem=tip.topic_slugs[0]
    )
