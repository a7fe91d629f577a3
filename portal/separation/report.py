"""What a check says: a line for each claim, with what it counted and what follows from that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["holds", "fails", "not shown on this machine"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One claim and its evidence. `examined` counts what was looked at, `faults` names what should not be there.

    Names are of tables, rows and settings, never values: the evidence is public.
    """

    name: str
    title: str
    claim: str
    examined: Mapping[str, int]
    faults: tuple[str, ...] = ()
    because: str = field(default="")

    @property
    def state(self) -> State:
        """A line that examined nothing has shown nothing, and fails, unless it says why it could not look."""
        if self.faults:
            return "fails"
        if self.because:
            return "not shown on this machine"
        return "holds" if all(count > 0 for count in self.examined.values()) and self.examined else "fails"

    def as_dict(self) -> dict[str, Any]:
        because = self.because
        if self.state == "fails" and not self.faults:
            because = "It examined nothing: " + ", ".join(what for what, count in self.examined.items() if not count)
        return {
            "name": self.name,
            "title": self.title,
            "claim": self.claim,
            "state": self.state,
            "because": because,
            "examined": dict(self.examined),
            "faults": list(self.faults),
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """All lines of one run."""

    lines: tuple[Line, ...]
    checked_at: datetime
    seconds: float

    @property
    def is_held(self) -> bool:
        return not any(line.state == "fails" for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        return {
            "held": self.is_held,
            "checked_at": self.checked_at.isoformat().replace("+00:00", "Z"),
            "seconds": self.seconds,
            "lines": [{"number": i} | line.as_dict() for i, line in enumerate(self.lines, 1)],
        }

    def as_words(self) -> str:
        """The same for people: a line each, its counts, and what is wrong with it."""
        words = []
        for line in self.lines:
            counts = ", ".join(f"{count:,} {what}" for what, count in line.examined.items())
            words.append(f"{line.state:>9}  {line.title}" + (f" ({counts})" if counts else ""))
            words += [f"           {fault}" for fault in (*line.faults, line.as_dict()["because"]) if fault]
        holding = sum(line.state == "holds" for line in self.lines)
        return "\n".join([*words, f"{holding} of {len(self.lines)} claims hold, {self.seconds} s"])
