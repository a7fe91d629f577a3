"""The only place that knows what a film is made from that is spoken and drawn, so that an unchanged one is kept."""

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RECIPE = "webinar.toml"
OF_THE_PAGE = ("topics", "level", "speakers", "premiere")
"""Keys of a recipe that only the page reads: the film is the same whatever they say."""
TOKENS = ROOT / "static/shared/tokens.css"
TYPEFACE = ROOT.joinpath(
    "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files",
    "atkinson-hyperlegible-next-latin-wght-normal.woff2",
)
_TOOL = ROOT / "tools" / "video"
_NOT_IN_A_FILM = ("screens.py", "pack.py")  # they take the pictures, which count as they are


def find_missing() -> Path | None:
    """What drawing needs from set-up and does not find."""
    return next((path for path in (TOKENS, TYPEFACE) if not path.is_file()), None)


def source_of_recipe(folder: Path) -> str:
    """SHA-256 in hex over all that the film of `folder` depends on, which captions and the page's words are not."""
    total = hashlib.sha256()
    for path in _inputs(folder):
        digest = hashlib.sha256(_read(path)).hexdigest() if path.is_file() else "missing"
        total.update(f"{path.name} {digest}\n".encode())
    return total.hexdigest()


def _read(path: Path) -> bytes:
    """The bytes; of a recipe what it says of the film, as long as it can be read at all."""
    content = path.read_bytes()
    if path.name != RECIPE:
        return content
    try:
        recipe = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return content
    return repr({key: value for key, value in recipe.items() if key not in OF_THE_PAGE}).encode()


def _inputs(folder: Path) -> Iterator[Path]:
    yield folder / RECIPE
    yield folder / "poster.svg"
    yield from sorted((folder / "slides").glob("*"))
    yield from (path for path in sorted(_TOOL.glob("*.py")) if path.name not in _NOT_IN_A_FILM)
    yield from (ROOT / "requirements/video.txt", TOKENS, TYPEFACE)
