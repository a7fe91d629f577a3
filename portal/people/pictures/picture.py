"""The only place that says what stands on a picture of a page, and by what it is known."""

import hashlib
import json
from dataclasses import asdict, dataclass

STYLE = 1  # one more, and all of them are drawn anew
WIDTH, HEIGHT = 1200, 630


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is drawn: a title, the words above and below it, and one of the emblems in `templates/people/emblems`."""

    title: str
    label: str
    foot: str
    emblem: str

    @property
    def source(self) -> str:
        """The SHA-256 of all that it is drawn from: the same words make the same picture."""
        content = json.dumps({"style": STYLE} | asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()
