"""Notices are files that never change once anybody saw them; their hashes say so."""

import shutil
from pathlib import Path

import pytest

from portal.people.consent.notices import FOLDER, NoticeChanged, current_wording, digest_of


def test_every_notice_is_the_one_whose_hash_was_written_down() -> None:
    lines = (FOLDER / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}
    stored = {path.relative_to(FOLDER).as_posix(): digest_of(path.read_bytes()) for path in FOLDER.rglob("*.toml")}
    assert listed == stored != {}


def test_a_changed_notice_is_not_shown(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "notices")
    path = tmp_path / "notices" / "sign-up" / "1.en.toml"
    path.write_bytes(path.read_bytes().replace(b"At most two a month", b"At most ten a month"))
    with pytest.raises(NoticeChanged, match="write a new version"):
        current_wording("sign-up", folder=tmp_path / "notices")


def test_the_newest_version_is_shown_by_number(tmp_path: Path) -> None:
    folder = tmp_path / "notices"
    shutil.copytree(FOLDER, folder)
    content = (folder / "sign-up" / "1.en.toml").read_bytes()
    for number in (2, 10, 9):
        words = content.replace(b"At most two", f"Version {number}".encode())
        (folder / "sign-up" / f"{number}.en.toml").write_bytes(words)
        with (folder / "SHA256SUMS").open("a") as sums:
            sums.write(f"{digest_of(words)}  sign-up/{number}.en.toml\n")
    newest = current_wording("sign-up", folder=folder)
    assert (newest.version, newest.language) == ("sign-up/10.en", "en")
    assert newest.purposes[0].rhythm == "Version 10 a month"
