"""The only place that has pictures drawn, by a process of its own, and keeps them in the media store."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from portal.people.database import Database
from portal.people.media.store import Store, note_file, put_file
from portal.people.pictures.library import list_missing
from portal.people.pictures.models import DrawnPicture
from portal.people.pictures.picture import Picture
from portal.shared.environment import ROOT

MOST_AT_ONCE = 8
MOST_SECONDS = 60


class NotDrawn(RuntimeError):
    """Some could not be drawn; the message is the last line of the process that draws. The others are kept."""


def draw_missing(database: Database, pictures: Sequence[Picture], *, store: Store, now: datetime) -> int:
    """Draw those that are missing, a few at a time, and keep them; how many. Raises NotDrawn."""
    with database.reading() as db:
        missing = list_missing(db, pictures)[:MOST_AT_ONCE]
    if not missing:
        return 0
    with TemporaryDirectory(prefix="portal-") as folder:
        fault = _draw(missing, Path(folder))
        drawn = [(picture, path) for picture in missing if (path := _path(folder, picture)).is_file()]
        for picture, path in drawn:
            _keep(database, picture, path, store=store, now=now)
    if fault:
        raise NotDrawn(fault)
    return len(drawn)


def _draw(pictures: Sequence[Picture], folder: Path) -> str:
    """Write a file for each; what went wrong, or nothing."""
    order = [asdict(picture) | {"path": str(_path(folder, picture))} for picture in pictures]
    try:
        child = subprocess.run(
            [sys.executable, "-m", "portal.people.pictures.child"],
            cwd=ROOT,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our settings: there are keys among them
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"Drawing took longer than {MOST_SECONDS} seconds."
    said = child.stderr.decode("utf-8", "replace").strip().splitlines()
    return "" if child.returncode == 0 else (said or ["It said nothing."])[-1][:300]


def _path(folder: str | Path, picture: Picture) -> Path:
    return Path(folder, f"{picture.source}.png")


def _keep(database: Database, picture: Picture, path: Path, *, store: Store, now: datetime) -> None:
    name = f"{picture.emblem}.png"
    stored = put_file(path, store=store, name=name)
    with database.transaction() as db:
        file = note_file(db, stored, store=store, now=now)
        if db.get(DrawnPicture, picture.source) is None:  # somebody else may have drawn it meanwhile
            db.add(DrawnPicture(source=picture.source, sha256=file.sha256, name=name, drawn_at=now))
