"""The only place that says how a webinar is watched, for who made it: by sentence, by chapter, drawn, as a file."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import groupby, pairwise

from sqlalchemy.orm import Session

from portal.people.attention.strip import Strip, count_viewings, find_strip
from portal.people.publications.records import list_records
from portal.people.webinars.recording import Chapter, Line, Recording, from_json

STEP = 10
"""Seconds in a row of the table."""

A_DROP = 0.1  # of all viewings, between two chapters: worth a headline


class NeverPublished(LookupError):
    """No webinar of this name was ever public, or no version of it has this film."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A webinar as it was public with one version of its film, and how many viewings of that are shown."""

    webinar: Recording
    viewings: int
    is_newest: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence, and the part of viewings that covered it, from 0 to 1."""

    line: Line
    share: float


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is shown of a webinar with one version of its film: its strip laid beside what is said."""

    webinar: Recording
    strip: Strip

    def chapters(self) -> Iterator[tuple[Chapter, float, list[Said]]]:
        """Each chapter, its share, and its sentences with theirs."""
        for chapter in self.webinar.chapters:
            lines = [Said(line=line, share=self.strip.share(line.start, line.stop)) for line in chapter.lines]
            yield chapter, self.strip.share(chapter.start, chapter.stop), lines

    def steps(self) -> Iterator[tuple[int, int, float]]:
        """From, to and share of each ten seconds."""
        for start in range(0, self.strip.seconds, STEP):
            stop = min(start + STEP, self.strip.seconds)
            yield start, stop, self.strip.share(start, stop)

    @property
    def at_the_end(self) -> float:
        """The share of the last second."""
        return self.strip.share(self.strip.seconds - 1, self.strip.seconds)

    @property
    def drop(self) -> tuple[Chapter, float] | None:
        """The chapter that lost most against the one before it, and how much, where any lost a tenth."""
        shares = [(chapter, share) for chapter, share, _ in self.chapters()]
        lost = [(later[0], earlier[1] - later[1]) for earlier, later in pairwise(shares)]
        most = max(lost, key=lambda one: one[1], default=None)
        return most if most and most[1] >= A_DROP else None

    @property
    def outline(self) -> str:
        """The strip as the path of an SVG one unit high and as many wide as there are seconds."""
        steps, at = [], 0
        for height, run in groupby(1 - count / self.strip.viewings for count in self.strip.counts):
            at += len(list(run))
            steps.append(f"V{height:.4g}H{at}")
        return f"M0 1{''.join(steps)}V1Z"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One version of a webinar's film, the versions that there are, the newest first, and what is shown of this one."""

    webinar: Recording
    versions: list[Version]
    shown: Shown | None

    @property
    def is_newest(self) -> bool:
        """Whether this is the version that was published last."""
        return self.webinar.source == self.versions[0].webinar.source


def get_report(db: Session, *, slug: str, film: str = "") -> Report:
    """How a webinar is watched: its newest version, or that whose film's hash begins so. Raises NeverPublished."""
    versions = _versions(db, slug)
    asked = [one for one in versions if one.webinar.source.startswith(film)]
    if not asked:
        raise NeverPublished
    webinar = asked[0].webinar
    strip = find_strip(db, film=webinar.source)
    shown = Shown(webinar=webinar, strip=strip) if strip is not None else None
    return Report(webinar=webinar, versions=versions, shown=shown)


def as_csv(shown: Shown | None) -> str:
    """Every second with the viewings that covered it, as a file for other programs."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["second", "covered_by_nearest_5", "of_viewings", "share"])
    if shown is not None:
        of = shown.strip.viewings
        writer.writerows([second, by, of, f"{by / of:.4f}"] for second, by in enumerate(shown.strip.counts))
    return out.getvalue()


def _versions(db: Session, slug: str) -> list[Version]:
    """One for each film that the webinar ever had, as its newest publication told it, the last published first."""
    found: dict[str, Recording] = {}
    for record in list_records(db, kind="webinar", slug=slug):
        if record.is_shown:
            webinar = from_json(record.content)
            found.setdefault(webinar.source, webinar)
    viewings = count_viewings(db, films=found)
    return [
        Version(webinar=webinar, viewings=viewings.get(source, 0), is_newest=not at)
        for at, (source, webinar) in enumerate(found.items())
    ]
