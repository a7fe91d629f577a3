"""The only place that backs up the sandbox and puts it back."""

from pathlib import Path
from typing import Any

from portal.sandbox.app import Base
from portal.sandbox.settings import load_settings
from portal.sandbox.setup import REVISIONS
from portal.shared import clock
from portal.shared.backups import side
from portal.shared.backups.manifest import Manifest
from portal.shared.backups.of_postgres import Binding

BINDING = Binding(setting="app.drive", owners="SELECT id FROM drives ORDER BY id", seen_by_all=("drives",))
SIDE = side.Side(name="sandbox", metadata=Base.metadata, revisions=REVISIONS, binding=BINDING)
FOLDER = "sandbox"


def back_up(target: Path) -> dict[str, Any]:
    """Copy the sandbox into `target`/sandbox, while it runs; what was copied."""
    folder = target / FOLDER
    manifest = side.back_up(SIDE, url=load_settings().database_url, folder=folder, now=clock.now())
    side.seal(folder, manifest)
    return {"folder": str(folder), "rows": manifest.rows}


def restore(source: Path, *, is_replacing: bool) -> Manifest:
    """Put the sandbox back from `source`/sandbox."""
    settings = load_settings()
    return side.restore(
        SIDE,
        url=settings.database_url,
        owner_url=settings.owner_url,
        folder=source / FOLDER,
        is_replacing=is_replacing,
        finish=lambda _url, _manifest: None,
    )
