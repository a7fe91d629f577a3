"""The only place that reads what `webinar.toml` says about a webinar, and not about how its film is drawn."""

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, field_validator

from portal.people.publications.topics import MOST, TOPICS
from portal.people.webinars.languages import NAMES
from portal.shared.content import parse_content
from portal.shared.proofreading import BadContent, Fault, text_of

Text80 = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$")
]
Text300 = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")
]


class About(BaseModel):
    """What `webinar.toml` says about the webinar; what it says about the film is read by who makes that."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str
    title: Text80
    summary: Text300
    presenter: Text80 | None = None
    speakers: list[Text80] = []
    topics: list[Text80] = []
    level: Literal["first steps", "everyday", "advanced"] = "everyday"
    date: datetime.date
    language: str = "en"
    said: str = ""
    premiere: AwareDatetime | None = None
    voice: Any = None
    pace: Any = None
    pitch: Any = None
    sounds: Any = None
    chapters: Any = None

    @field_validator("topics")
    @classmethod
    def _topics_are_ours(cls, topics: list[str]) -> list[str]:
        if len(topics) > MOST or not set(topics) <= set(TOPICS):
            raise ValueError(f'List up to {MOST} of {", ".join(TOPICS)}: topics = ["{TOPICS[0]}"]')
        return topics

    @property
    def is_recipe(self) -> bool:
        """Whether the film is spoken and drawn from this very file."""
        return self.chapters is not None


def read_about(path: Path) -> About:
    """What the file at `path` says. Raises BadContent."""
    about = parse_content(path, text_of(path), About)
    if not about.presenter and not about.speakers:
        raise BadContent(path, [Fault(1, "speakers", 'Say who speaks: speakers = ["Ines Okafor-Lind"]')])
    if about.language not in NAMES:
        raise BadContent(path, [Fault(1, "language", f"Write one of {', '.join(NAMES)}.")])
    return about
