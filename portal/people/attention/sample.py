"""The only place that invents viewings, so that a new machine shows in its studio how a webinar is watched."""

import random
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.people.attention.groups import GROUP
from portal.people.attention.models import ViewingGroup
from portal.people.attention.seconds import bits_of, together
from portal.people.webinars.recording import Recording

GROUPS = 12


def add_sample_viewings(db: Session, *, webinar: Recording, today: date) -> bool:
    """Invent sixty viewings of a webinar, marked as such, where it has none; whether it did."""
    seconds = int(webinar.seconds)
    if not seconds or db.scalar(select(exists().where(ViewingGroup.film == webinar.source))):
        return False
    chance = random.Random(webinar.slug)  # the same ones on every machine; nothing hangs on them
    for _ in range(GROUPS):
        five = [bits_of(_invent(webinar, seconds, chance), seconds=seconds) for _ in range(GROUP)]
        counts = together(five, seconds=seconds)
        db.add(ViewingGroup(film=webinar.source, counts=counts, formed_on=today, is_sample=True))
    return True


def _invent(webinar: Recording, seconds: int, chance: random.Random) -> set[int]:
    """What somebody played: from the start until they had enough, or one chapter that they came for, or all of it."""
    way = chance.random()
    if way < 0.3:
        return set(range(seconds))
    if way < 0.45:
        chapter = chance.choice(webinar.chapters)
        return set(range(int(chapter.start), min(int(chapter.stop), seconds))) or {0}
    end = max(1, int(seconds * min(1.0, chance.expovariate(1.6))))
    skipped = chance.choice(webinar.chapters) if way > 0.85 else None
    played = set(range(end))
    return played - set(range(int(skipped.start), int(skipped.stop))) or played if skipped else played
