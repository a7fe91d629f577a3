"""A marketer's first webinar, from a folder to live, as `docs/publishing.md` shows it: each step as it really goes."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from portal.people.outreach import campaigns
from portal.people.webinars import reading
from portal.shared.environment import ROOT
from tests.pages.installation import Installation
from tests.pages.seen import Seen, seen
from tests.pages.terminal import Terminal
from tests.people.browser import Browser
from tests.people.site import Site
from tests.support.films import SAMPLE, record_sample

SLUG = "the-second-message"
ABOUT = """\
title = "The second message"
summary = "Most leads go quiet after the first message. The second one brings something new."
speakers = ["Ines Okafor-Lind"]
topics = ["Following up"]
level = "everyday"
date = 2026-04-14
"""
SLIP = ("00:00:05.440 --> 00:00:08.200", "00:00:04.440 --> 00:00:08.200")


def tell(installed: Installation, desk: Path) -> Iterator[Seen]:
    """Each step: what was typed with what it said, and the pages that came of it."""
    folder, terminal, site = desk / "content" / "webinars" / SLUG, Terminal(desk), Site(installed.people)
    here = f"content/webinars/{SLUG}"
    installed.seed("people")
    _lay_out(folder)
    with ExitStack() as stack:
        for module, name in ((reading, "webinars"), (campaigns, "campaigns")):
            (desk / "content" / name).mkdir(exist_ok=True)
            stack.enter_context(patch.object(module, "FOLDER", desk / "content" / name))
        terminal.type(f"ls {here}")
        terminal.type(f"cat {here}/webinar.toml")
        yield _window(terminal, "1-folder")
        _change(folder / "captions.en.vtt", *SLIP)
        terminal.type("bin/portal content check")
        _change(folder / "captions.en.vtt", *reversed(SLIP))
        terminal.type("bin/portal content check")
        yield _window(terminal, "2-check")
        assert terminal.type(f"bin/portal publish {here}") == 0, terminal.lines
        yield _window(terminal, "3-publish")
        yield seen("people", "publishing-4-page", site.get(f"/webinars/{SLUG}"))
        mara = Browser(site).by_start_link(role="publisher", email="mara@people.customerhub.net")
        studio = f"/studio/publications/webinars/{SLUG}"
        yield seen("people", "publishing-5-studio", mara.get(studio))
        yield seen(
            "people", "publishing-6-preview", mara.get(f"/studio/previews/2026-12-24T18:00Z/visitor/webinars/{SLUG}")
        )
        draft = mara.post(f"{studio}/announce", from_page=studio).location
        assert draft
        yield seen("people", "publishing-7-draft", mara.get(draft))


def _lay_out(folder: Path) -> None:
    """What she has after recording it: the video, its captions and chapters, and six lines about it."""
    written = ROOT / "content" / "webinars" / SAMPLE
    folder.mkdir(parents=True)
    shutil.copyfile(record_sample() / f"{SAMPLE}.mp4", folder / "recording.mp4")
    for name in ("captions.en.vtt", "chapters.vtt"):
        shutil.copyfile(written / name, folder / name)
    (folder / "webinar.toml").write_text(ABOUT, "utf-8")


def _change(path: Path, old: str, new: str) -> None:
    words = path.read_text("utf-8")
    assert old in words
    path.write_text(words.replace(old, new, 1), "utf-8")


def _window(terminal: Terminal, name: str) -> Seen:
    return Seen(
        side="people",
        name=f"publishing-{name}",
        method="",
        cookie="",
        url="",
        status=200,
        mimetype="text/html",
        headers={"Content-Type": "text/html; charset=utf-8"},
        text=terminal.page(name),
    )
