"""How fast the page of a learning path is beside a view that does nothing."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from bench.asking import beside_constant
from bench.figure import Figure
from portal.people.media.models import MediaFile
from portal.people.media.store import open_store
from portal.people.paths.learning_path import from_json
from portal.people.paths.publishing import publish_learning_path
from portal.people.paths.reading import FOLDER
from portal.people.paths.sharing import picture_of
from portal.people.pictures.models import DrawnPicture
from portal.people.publications.records import in_force
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER as TIPS
from portal.shared import clock
from tests.support import engines
from tests.support.engines import Sqlite
from tests.support.sides import people_app

PATH = "/paths/lists-and-numbers-you-can-trust"


def figures() -> Iterator[Figure]:
    """Requests a second of a path's page and of the list, by whoever has done nothing yet, through WSGI."""
    engines.use(Sqlite())
    with tempfile.TemporaryDirectory() as folder:
        app = people_app(Path(folder))
        store = open_store(app.extensions["settings"])
        with app.extensions["database"].transaction() as db:
            for tip in sorted(TIPS.glob("*.md")):
                publish_tip(db, tip, by="bench", now=clock.now())
            for path in sorted(FOLDER.glob("*.md")):
                publish_learning_path(db, path, store=store, by="bench", now=clock.now())
            note_drawn(db)
        for name, address in (("page of a path", PATH), ("list of paths", "/paths/")):
            yield beside_constant(app, address, name=name)


def note_drawn(db: Session) -> None:
    """Say that the picture of each link is drawn, as it is a minute after publishing."""
    db.add(MediaFile(sha256="a" * 64, size=1, added_at=clock.now()))
    db.flush()
    for record in in_force(db, kind="path", at=clock.now()):
        source = picture_of(from_json(record.content)).source
        db.add(DrawnPicture(source=source, sha256="a" * 64, name="picture.png", drawn_at=clock.now()))
