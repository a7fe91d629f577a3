"""The only place that knows where the built files of a side lie, under which names, and how an icon is drawn."""

import json
from pathlib import Path

from markupsafe import Markup

from portal.shared.environment import SettingsError


class NotBuilt(SettingsError):
    """There is no built file of that name; the message says how to make it."""


class Assets:
    """What `tools/assets.mjs` wrote into one side's folder, by the plain names that templates use."""

    def __init__(self, folder: Path) -> None:
        manifest = folder / "manifest.json"
        if not manifest.is_file():
            raise NotBuilt(f"{folder} holds no built styles and scripts. Run: make setup")
        self._folder = folder
        self._names: dict[str, str] = json.loads(manifest.read_text())
        self._icons: dict[tuple[str, str | None], Markup] = {}  # drawn once: a page has dozens

    def url(self, name: str) -> str:
        """The address of a file (`people.css`), which changes with its content; NotBuilt for an unknown name."""
        if name not in self._names:
            raise NotBuilt(f"Nothing is built under the name {name}. Run: make setup")
        return f"/static/{self._names[name]}"

    def read(self, name: str) -> bytes:
        """What a file holds, for who serves it at an address that does not change."""
        return (self._folder / self.url(name).rpartition("/")[2]).read_bytes()

    def icon(self, name: str, label: str | None = None) -> Markup:
        """A drawing from the sprite: silent beside words, an image with a name where it stands alone."""
        return self._icons.get((name, label)) or self._icons.setdefault((name, label), self._draw(name, label))

    def _draw(self, name: str, label: str | None) -> Markup:
        drawing = Markup('<use href="{}"/>').format(self.url(f"icons.svg#{name}"))
        if label is None:
            return Markup('<svg class="icon" aria-hidden="true">{}</svg>').format(drawing)
        return Markup('<svg class="icon" role="img" aria-label="{}">{}</svg>').format(label, drawing)
