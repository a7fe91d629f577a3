"""The only place that knows what a film is made from, so that an unchanged one is not made again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKENS = ROOT / "static/shared/tokens.css"
TYPEFACE = ROOT.joinpath(
    "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files",
    "atkinson-hyperlegible-next-latin-wght-normal.woff2",
)


def find_missing() -> Path | None:
    """What a build needs from set-up and does not find."""
    return next((path for path in (TOKENS, TYPEFACE) if not path.is_file()), None)


def fingerprint(folder: Path) -> str:
    """One hash over everything the film of `folder` depends on, which captions and the page's words are not."""
    total = hashlib.sha256()
    for path in _inputs(folder):
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        total.update(f"{path.name} {digest}\n".encode())
    return total.hexdigest()


def _inputs(folder: Path) -> Iterator[Path]:
    yield folder / "webinar.toml"
    yield folder / "poster.svg"
    yield from sorted((folder / "slides").glob("*"))
    yield from sorted(Path(__file__).parent.glob("*.py"))
    yield from (ROOT / "requirements/video.txt", TOKENS, TYPEFACE)
