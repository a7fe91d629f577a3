"""Two machines: one that runs and is backed up, and an empty one that the backup is put back on."""

import os
import shutil
from pathlib import Path

import pytest

from portal.people import backup
from portal.people.app import create_app
from portal.people.settings import load_settings
from tests.people.conftest import site
from tests.people.site import Site
from tests.support import engines
from tests.support.engines import Engine
from tests.support.sides import keep, people_app

__all__ = ["site"]


class Machine:
    """A machine with its data; what it is asked to do runs in this process, with its settings alone."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
        self.data = data
        self.environ = {"DATA": str(data)} | settings
        self._monkeypatch = monkeypatch

    def become(self) -> None:
        for name in [name for name in os.environ if name.startswith(("PEOPLE_", "SANDBOX_", "DATA"))]:
            self._monkeypatch.delenv(name)
        for name, value in self.environ.items():
            self._monkeypatch.setenv(name, value)

    def back_up(self, target: Path) -> Path:
        self.become()
        backup.back_up(target)
        return target

    def restore(
        self,
        source: Path,
        *,
        keys: Path | None = None,
        opt_outs: Path | None = None,
        lost_because: str | None = None,
        is_replacing: bool = False,
    ) -> backup.Restored:
        self.become()
        return backup.restore(
            source, keys=keys, opt_outs=opt_outs, lost_because=lost_because, is_replacing=is_replacing
        )

    def open(self) -> Site:
        """The people site on this machine, as it is."""
        return Site(keep(create_app(load_settings(self.environ))))


class Running(Machine):
    """A machine with a people site on a migrated database."""

    def __init__(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = Site(people_app(data))
        settings = self.site.settings
        super().__init__(
            data, monkeypatch, PEOPLE_DATABASE_URL=settings.database_url, PEOPLE_OWNER_URL=settings.owner_url
        )

    @property
    def journal(self) -> Path:
        return self.site.settings.opt_outs_folder


@pytest.fixture
def old(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    return Running(tmp_path / "old", monkeypatch)


@pytest.fixture
def new(old: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """An empty one, to which only the secret was brought."""
    (tmp_path / "new" / "people").mkdir(parents=True)
    shutil.copy(old.data / "people" / "secret_key", tmp_path / "new" / "people" / "secret_key")
    return Machine(tmp_path / "new", monkeypatch, **engines.current().empty("people"))
