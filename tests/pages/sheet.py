"""The only place that lays pictures side by side on one page, to be looked at."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

_PAGE = """<!doctype html>
<html lang="en-US">
<meta charset="utf-8">
<title>Every page</title>
<style>
  :root {{ color-scheme: light dark; }}
  body {{ margin: 24px; font: 15px/1.4 system-ui, sans-serif; }}
  section {{ margin-block-end: 32px; }}
  div {{ display: flex; gap: 12px; align-items: start; overflow-x: auto; }}
  img {{ display: block; height: 420px; object-fit: cover; object-position: top; border: 1px solid #8888; }}
</style>
<h1>Every page</h1>
{sections}
</html>
"""


def write_sheet(path: Path, pictures: Mapping[str, Sequence[Path]]) -> None:
    """A page at `path` with a row of pictures for each title; all lie below its folder."""
    sections = "\n".join(_section(title, paths, path.parent) for title, paths in pictures.items())
    path.write_text(_PAGE.format(sections=sections))


def _section(title: str, paths: Sequence[Path], folder: Path) -> str:
    links = "".join(
        f'<a href="{name}"><img src="{name}" alt="{name}" loading="lazy"></a>'
        for name in (escape(str(path.relative_to(folder))) for path in paths)
    )
    return f"<section><h2>{escape(title)}</h2><div>{links}</div></section>"
