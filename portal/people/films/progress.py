"""The only place that writes down how far a film is while it is made, and so keeps saying that somebody makes it."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from portal.people.database import Database
from portal.people.films.claiming import Claim, LeaseLost, note_progress
from portal.shared import clock
from portal.shared.faults import STORE_FAULTS

Tell = Callable[[int, str], None]

_LOOK_EVERY_SECONDS = 0.2
_WRITE_EVERY_SECONDS = 1.0
_BEAT_EVERY_SECONDS = 5.0


class Progress:
    """Beats in a thread of its own while a film is made. `halt` is set where it should end: by us, or by the lease."""

    def __init__(self, database: Database, held: Claim, *, stopping: threading.Event, tell: Tell) -> None:
        self.database = database
        self.held = held
        self.stopping = stopping
        self.tell = tell
        self.halt = threading.Event()
        self.is_lost = False
        self.stage, self.percent, self.words = "", 0, ""
        self._from, self._to = 0.0, 0.0
        self._is_over = threading.Event()
        self._written: tuple[str, int, str] | None = None
        self._thread = threading.Thread(target=self._beat, name="film-progress")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def enter(self, stage: str, words: str, *, until: float) -> None:
        """A stage begins; at its end, this share of all the work is done."""
        if stage != self.stage:
            self._from = self._to
        self.stage, self.words, self._to = stage, words, until
        self.at(0)

    @property
    def share(self) -> float:
        """How much of all the work will be done at the end of the stage."""
        return self._to

    def at(self, percent: int) -> None:
        """So much of the stage is done."""
        share = self._from + (self._to - self._from) * min(100, max(0, percent)) / 100
        self.percent = max(self.percent, min(99, int(100 * share)))
        self.tell(self.percent, self.words)

    def _beat(self) -> None:
        written_at = 0.0
        while not self._is_over.wait(_LOOK_EVERY_SECONDS):
            if self.stopping.is_set():
                self.halt.set()
            since = time.monotonic() - written_at
            stage, is_news = self.stage, (self.stage, self.percent, self.words) != self._written
            is_begun = stage != (self._written or ("",))[0]
            if is_begun or since >= _BEAT_EVERY_SECONDS or (is_news and since >= _WRITE_EVERY_SECONDS):
                self._write()
                written_at = time.monotonic()

    def _write(self) -> None:
        said = (self.stage, self.percent, self.words)
        try:
            with self.database.transaction() as db:
                note_progress(db, self.held, stage=said[0], percent=said[1], words=said[2], now=clock.now())
            self._written = said
        except STORE_FAULTS:
            pass  # the film goes on; whether somebody else took it is seen as soon as the database is back
        except LeaseLost:
            self.is_lost = True
            self.halt.set()
