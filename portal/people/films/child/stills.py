"""The only place that draws what stands for a film before it plays: its poster, and the sheet of its previews."""

from pathlib import Path

import av
from PIL import Image, ImageStat

TILE = 160  # pixels, the longer side
COLUMNS = 10
MOST_TILES = 120
EVERY = 5.0  # seconds, where the film is not so long that this made too many
_POSTER = 1280
_POSTER_WITHIN = 0.25  # of the film
_QUALITY = 72


class Stills:
    """Looks at the pictures of a film as they pass, and draws the sheet and the poster at the end."""

    def __init__(self, *, seconds: float, width: int, height: int) -> None:
        self.every = max(EVERY, seconds / MOST_TILES)
        self.poster_until = max(self.every, seconds * _POSTER_WITHIN)
        self.size = (width, height)
        shrunk = TILE / max(width, height)
        self.tile = (max(2, round(width * shrunk)), max(2, round(height * shrunk)))
        self.tiles: list[Image.Image] = []
        self.last: av.VideoFrame | None = None
        self.poster: Image.Image | None = None
        self.poster_worth = -1.0

    def see(self, frame: av.VideoFrame, at: float) -> None:
        """The next picture, which appears at this second."""
        self._take_until(at)
        self.last = frame

    def write(self, folder: Path, *, seconds: float) -> dict[str, float]:
        """Write sprite.webp and poster.webp; returns how the sheet is laid out."""
        self._take_until(seconds)
        width, height = self.tile
        rows = -(-len(self.tiles) // COLUMNS)
        sheet = Image.new("RGB", (width * min(COLUMNS, len(self.tiles)), height * rows))
        for number, tile in enumerate(self.tiles):
            sheet.paste(tile, (number % COLUMNS * width, number // COLUMNS * height))
        sheet.save(folder / "sprite.webp", quality=_QUALITY - 10, method=4)
        if self.poster is not None:
            self.poster.save(folder / "poster.webp", quality=_QUALITY, method=4)
        return {"tiles": len(self.tiles), "every": self.every, "width": width, "height": height}

    def _take_until(self, second: float) -> None:
        while self.last is not None and len(self.tiles) * self.every < second and len(self.tiles) < 2 * MOST_TILES:
            self._consider(self.last, len(self.tiles) * self.every)
            self.tiles.append(_drawn(self.last, *self.tile))

    def _consider(self, frame: av.VideoFrame, at: float) -> None:
        """The poster is the picture of the first quarter on which there is most to see: no black, no empty slide."""
        if at > self.poster_until and self.poster is not None:
            return
        worth = ImageStat.Stat(_drawn(frame, *self.tile).convert("L")).stddev[0]
        if worth > self.poster_worth * 1.1:
            shrunk = min(1.0, _POSTER / max(self.size))
            self.poster = _drawn(frame, round(self.size[0] * shrunk), round(self.size[1] * shrunk))
            self.poster_worth = worth


def _drawn(frame: av.VideoFrame, width: int, height: int) -> Image.Image:
    drawn: Image.Image = frame.to_image(width=width, height=height)  # type: ignore[no-untyped-call]
    return drawn
