"""The command that makes the index of the search again from what is public."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import func, select

from portal.people.commands.opened import opened_database
from portal.people.search.indexing import forget, put_in_anew, settle
from portal.people.search.models import SearchDocument, SearchEntry
from portal.shared import clock


class Made(NamedTuple):
    """What is in the index: publications, and all that can be found in them."""

    publications: int
    entries: int


def make_index(*, tell: Callable[[int, int], object] = lambda _done, _of: None) -> Made:
    """Make every entry again; `tell` is called with how many publications are done, of how many.

    One publication a transaction, so that nobody who writes waits long, and what is not at hand yet is found as before.
    """
    with opened_database() as (database, _):
        with database.transaction() as db:
            held = list(db.scalars(select(SearchDocument.publication_id).order_by(SearchDocument.publication_id)))
            forget(db)
        for done, publication_id in enumerate(held, 1):
            with database.transaction() as db:
                put_in_anew(db, publication_id, now=clock.now())
            tell(done, len(held))
        is_settled = False
        while not is_settled:
            with database.transaction() as db:
                is_settled = not settle(db, now=clock.now(), most=1)
        with database.reading() as db:
            return Made(
                *(db.scalar(select(func.count()).select_from(table)) or 0 for table in (SearchDocument, SearchEntry))
            )
