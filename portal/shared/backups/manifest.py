"""The only place that says what lies in a backup: every file with its hash, every table with its number of rows."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from portal.shared.backups.refusals import NotABackup

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a folder of a backup says of itself. `tables` maps names to rows; `more` is what only one side has."""

    side: str
    made_at: str
    engine: str
    revision: str
    tables: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Seal a folder: hash every file in it and write the manifest last, so that a backup broken off has none."""
    files = {_name(path, folder): sha256_of(path) for path in _files(folder)}
    content = {"format": FORMAT} | asdict(manifest) | {"files": files}
    (folder / NAME).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def read_manifest(folder: Path, *, side: str) -> Manifest:
    """The manifest, after every file was compared with it. Raises NotABackup."""
    try:
        content = json.loads((folder / NAME).read_text("utf-8"))
        if content.pop("format") != FORMAT:
            raise NotABackup(f"{folder} was written by another version of the portal, which has to read it.")
        manifest = Manifest(**content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise NotABackup(f"{folder} holds no whole backup: {NAME} is missing or cannot be read.") from fault
    if manifest.side != side:
        raise NotABackup(f"{folder} is a backup of {manifest.side}, not of {side}.")
    _compare(folder, manifest)
    return manifest


def sha256_of(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compare(folder: Path, manifest: Manifest) -> None:
    found = {_name(path, folder) for path in _files(folder)}
    if missing := sorted(manifest.files.keys() - found):
        raise NotABackup(f"{folder} lacks {missing[0]}, and {len(missing) - 1} files more. Take another backup.")
    if strange := sorted(found - manifest.files.keys()):
        raise NotABackup(f"{folder} holds {strange[0]}, which is not in its {NAME}. Take it away, or another backup.")
    for name, digest in manifest.files.items():
        if sha256_of(folder / name) != digest:
            raise NotABackup(f"{folder / name} is not the file that was backed up. Take another backup.")


def _files(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / NAME)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
