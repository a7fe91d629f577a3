"""The film in a real browser, over a server that answers ranges: it plays natively, and a seek fetches its part."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser

PAGE = """<!doctype html><title>Film</title>
<video controls muted preload="metadata" src="second-message.mp4" poster="poster.webp">
<track kind="captions" srclang="en" src="captions.en.vtt" default><track kind="chapters" src="chapters.vtt">
</video>"""
DURATION = """video => new Promise(done =>
  video.readyState ? done(video.duration) : video.onloadedmetadata = () => done(video.duration))"""
PLAY = """video => new Promise(done => {
  video.ontimeupdate = () => video.currentTime > 200.1 && done(video.currentTime)
  video.play()
})"""
SEEK = """async (video, at) => {
  const moment = new Promise(done => video.addEventListener('seeked', done, {once: true}))
  video.currentTime = at
  await moment
  const canvas = new OffscreenCanvas(1280, 720).getContext('2d')
  canvas.drawImage(video, 0, 0)
  return [...canvas.getImageData(640, 700, 1, 1).data.slice(0, 3)]
}"""
SLIDE_GROUND = (20, 28, 31)
"""The dark surface of the site, which every drawn slide stands on."""


@pytest.fixture
def address(film: Path) -> Iterator[str]:
    _Ranges.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Ranges, directory=str(film)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_browser_plays_it_seeks_by_range_and_reads_its_tracks(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(address)
    video = page.locator("video")
    assert video.evaluate(DURATION) > 180
    assert _near(video.evaluate(SEEK, 2), SLIDE_GROUND)
    video.evaluate(SEEK, 200)
    assert max(_Ranges.asked) > 1_000_000
    assert video.evaluate(PLAY) > 200
    assert video.evaluate("video => video.textTracks[0].cues.length") > 40
    page.close()


def _near(seen: list[int], meant: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 4 for one, other in zip(seen, meant, strict=True))


class _Ranges(SimpleHTTPRequestHandler):
    asked: ClassVar[list[int]] = []
    kinds: ClassVar[dict[str, str]] = {".mp4": "video/mp4", ".vtt": "text/vtt", ".webp": "image/webp"}

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if self.path == "/":
            self._answer(PAGE.encode(), "text/html")
        elif path.is_file():
            self._answer(path.read_bytes(), self.kinds[path.suffix])
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def _answer(self, body: bytes, kind: str) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, len(body) - 1
        if wanted:
            first = int(wanted[1])
            last = min(last, first + 999_999, int(wanted[2] or last))
            self.asked.append(first)
        self.send_response(HTTPStatus.PARTIAL_CONTENT if wanted else HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.end_headers()
        self.wfile.write(body[first : last + 1])

    def log_message(self, *_: object) -> None:
        """Say nothing."""
