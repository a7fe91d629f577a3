"""The only place that ends drives whose time is over, while the sandbox runs: the process sweeps its own floor."""

import threading
import time
from collections.abc import Callable

import structlog

from portal.sandbox.database import Database
from portal.sandbox.drives.drive import end_drives
from portal.sandbox.drives.private import forget_private_scenarios
from portal.sandbox.web import SandboxCounter, SandboxSession
from portal.shared import clock
from portal.shared.counters import forget_old_counters
from portal.shared.faults import STORE_FAULTS, words_of
from portal.shared.sessions import end_old_sessions

EVERY_SECONDS = 600
FEW = 5  # scenarios of up to ten thousand leads
AT_A_TIME = 50  # short transactions: a visitor's act waits for one of them at the most

log = structlog.get_logger()


def start_sweeping(database: Database, *, count: Callable[[str, int], None]) -> None:
    """Sweep now and every ten minutes, for as long as the process lives; `count` is told what was ended."""
    threading.Thread(target=_keep_sweeping, args=(database, count), name="sweep", daemon=True).start()


def sweep(database: Database) -> int:
    """End every drive whose time is over, old sessions and counters; say how many drives those were."""
    ended = 0
    while True:
        with database.transaction() as db:
            few = len(end_drives(db, now=clock.now(), most=AT_A_TIME))
            forget_private_scenarios(db, now=clock.now(), most=FEW)
            end_old_sessions(db, SandboxSession, now=clock.now())
            forget_old_counters(db, SandboxCounter, now=clock.now())
        ended += few
        if few < AT_A_TIME:
            return ended


def _keep_sweeping(database: Database, count: Callable[[str, int], None]) -> None:
    while True:
        try:
            if ended := sweep(database):
                log.info("drives.ended", count=ended)
                count("drive-ended", ended)
        except STORE_FAULTS as fault:  # the store is away for now: try again at the next turn
            log.warning("drives.not_swept", error=words_of(fault))
        time.sleep(EVERY_SECONDS)
