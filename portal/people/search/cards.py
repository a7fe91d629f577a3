"""The only place that knows what lists show of something public, without the whole of it."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """A webinar, tip or path as lists show it; `poster` is an address, `source` what its film is made from.

    Before `premiere_at`, where it is set, it is announced and no more.
    """

    kind: str
    slug: str
    title: str
    summary: str
    by: tuple[str, ...]
    held_on: date
    seconds: float = 0
    topics: tuple[str, ...] = ()
    level: str = ""
    language: str = "en"
    poster: str = ""
    source: str = ""
    premiere_at: datetime | None = None

    @property
    def url(self) -> str:
        return f"/{self.kind}s/{self.slug}"

    @property
    def emblem(self) -> str:
        """The name of the picture of its first topic."""
        return self.topics[0].lower().replace(" ", "-") if self.topics else ""

    def as_json(self) -> str:
        """The card as it is stored."""
        days = {"held_on": self.held_on.isoformat(), "premiere_at": self.premiere_at and self.premiere_at.isoformat()}
        return json.dumps(asdict(self) | days, ensure_ascii=False)


def from_json(text: str) -> Card:
    """The card that `as_json` wrote."""
    found = json.loads(text)
    return Card(
        **found
        | {
            "by": tuple(found["by"]),
            "topics": tuple(found["topics"]),
            "premiere_at": found["premiere_at"] and datetime.fromisoformat(found["premiere_at"]),
            "held_on": date.fromisoformat(found["held_on"]),
        }
    )
