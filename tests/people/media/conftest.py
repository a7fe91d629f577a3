"""A people side whose media lie in a folder, and one whose media lie in a bucket of a real S3 server."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from portal.people.media.bucket import Bucket
from portal.people.media.models import MediaFile
from portal.people.media.store import Store, open_store, store_file
from portal.shared import clock
from tests.people.site import Site
from tests.support.engines import Engine
from tests.support.s3_server import BUCKET, USER, S3Server
from tests.support.sides import people_app


class Shelf:
    """A site, its media store, and a folder in which files wait to be stored."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.folder.mkdir()
        self.store: Store = open_store(site.settings)

    def write(self, name: str, content: bytes) -> Path:
        """A file that is not stored yet."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def keep(self, name: str, content: bytes, *, at: datetime | None = None) -> str:
        """Store a file; its address."""
        with self.site.database.transaction() as db:
            file: MediaFile = store_file(db, self.write(name, content), store=self.store, now=at or clock.now())
            return f"/media/{file.sha256}/{name}"

    @property
    def bucket(self) -> Bucket:
        assert isinstance(self.store, Bucket)
        return self.store

    def hashes(self) -> set[str]:
        """What lies in the store."""
        return {sha256 for sha256, _ in self.store.listed()}


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with S3Server(tmp_path_factory.mktemp("s3")) as started:
        yield started


@pytest.fixture
def in_folder(engine: Engine, tmp_path: Path) -> Shelf:
    return Shelf(Site(people_app(tmp_path / "data")), tmp_path / "shelf")


@pytest.fixture
def in_bucket(engine: Engine, tmp_path: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    for name, value in USER.items():
        monkeypatch.setenv(name, value)
    return Shelf(Site(people_app(tmp_path / "data", **settings_of(s3, tmp_path.name))), tmp_path / "shelf")


@pytest.fixture(params=["in_folder", "in_bucket"])
def shelf(request: pytest.FixtureRequest, engine: Engine) -> Shelf:
    """Either of them."""
    found: Shelf = request.getfixturevalue(request.param)
    return found


def settings_of(s3: S3Server, prefix: str) -> dict[str, str]:
    return {"MEDIA_URL": f"s3://{BUCKET}/{prefix}", "S3_ENDPOINT_URL": s3.url, "S3_PUBLIC_URL": s3.url}
