"""How fast a tip's page is, whose words were drawn when it was published, beside a view that does nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from flask import Response

from bench.asking import asking
from bench.figure import Figure, side_by_side
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
        app.add_url_rule("/bench-constant", "bench.constant")
        with app.extensions["database"].transaction() as db:
            for path in sorted(FOLDER.glob("*.md")):
                publish_tip(db, path, by="bench", now=clock.now())
        for name, address in (("page of a tip", "/tips/stages-with-rules"), ("list of tips, all of them", "/tips/")):
            text = app.test_client().get(address, base_url=app.extensions["settings"].url).text
            app.view_functions["bench.constant"] = lambda text=text: Response(text)
            value, peer = side_by_side(asking(app, address), asking(app, "/bench-constant"), rounds=300)
            yield Figure(
                name=name,
                value=1e6 / value,
                peer=1e6 / peer,
                against="a constant view of the same app",
                unit="a second",
                goal=0.35,
                bound="at least",
            )
