"""How fast a tip's page is, whose words were drawn when it was published, beside a view that does nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.asking import beside_constant
from bench.figure import Figure
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER
from portal.shared import clock
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.sides import people_app


def figures() -> Iterator[Figure]:
    """Requests a second of one tip's page and of the list of all, through WSGI, uncompressed."""
    engines.use(Sqlite())
    with tempfile.TemporaryDirectory() as folder:
        app = people_app(Path(folder))
        with app.extensions["database"].transaction() as db:
            for path in sorted(FOLDER.glob("*.md")):
                publish_tip(db, path, by="bench", now=clock.now())
        for name, address in (("page of a tip", "/tips/stages-with-rules"), ("list of tips, all of them", "/tips/")):
            yield beside_constant(app, address, name=name)
