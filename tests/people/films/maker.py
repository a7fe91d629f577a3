"""A worker that makes films and does nothing else: a process of its own, which a test may kill."""

import threading
import time

from portal.people.database import Database
from portal.people.films.making import FOLDER, Studio, make_next
from portal.people.media.store import open_store
from portal.people.settings import load_settings


def main() -> None:
    settings = load_settings()
    database = Database(settings.database_url)
    studio = Studio(database=database, store=open_store(settings), folder=settings.folder / FOLDER)
    while True:
        if not make_next(studio, stopping=threading.Event()):
            time.sleep(0.05)


if __name__ == "__main__":
    main()
