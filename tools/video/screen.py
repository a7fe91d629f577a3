"""The only place that films a screen of the sandbox: the camera nears what is spoken about, and the rest steps back."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, UnidentifiedImageError

from tools.video.look import HEIGHT, WIDTH, Box, color
from tools.video.recipe import BadRecipe, Screen
from tools.video.slides import HEAD

_ROOM = WIDTH, HEIGHT - HEAD
_NEAREST = 1.45
_DIMMED = 0.26
_MARGIN, _RIM = 8, 4


@dataclass(frozen=True)
class Shot:
    """What the camera sees of a picture, in its pixels, and the box that glows in it."""

    seen: Box
    marked: Box
    glow: float

    def towards(self, other: "Shot", share: float) -> "Shot":
        """The shot on the way to `other`; a box that only appears, or only goes, stays where it is."""
        start = other.marked if not self.glow else self.marked
        end = self.marked if not other.glow else other.marked
        return Shot(
            _between(self.seen, other.seen, share),
            _between(start, end, share),
            self.glow + (other.glow - self.glow) * share,
        )


class Camera:
    """Films one picture."""

    def __init__(self, screen: Screen) -> None:
        try:
            self._picture = Image.open(screen.picture).convert("RGB")
        except (UnidentifiedImageError, OSError):
            raise BadRecipe(
                f"{screen.picture.name} is not a picture: take it again with tools/video/screens.py"
            ) from None
        self._marks = screen.marks
        width, height = self._picture.size
        if width < WIDTH or height * _ROOM[0] < width * _ROOM[1]:
            wanted = f"at least {WIDTH} wide, and {_ROOM[1]} high for each {_ROOM[0]} of width"
            raise BadRecipe(f"{screen.picture.name} is {width} by {height}: a screen is {wanted}")

    def shot(self, mark: str | None) -> Shot:
        width = float(self._picture.width)
        aspect = _ROOM[0] / _ROOM[1]
        if mark is None:
            return Shot((0, 0, width, width / aspect), (0, 0, width, width / aspect), 0)
        left, top, marked_width, marked_height = self._marks[mark]
        seen = min(width, max(marked_width / 0.7, marked_height / 0.55 * aspect, width / _NEAREST))
        x = left + marked_width / 2 - seen / 2
        y = top + marked_height / 2 - 0.42 * seen / aspect  # above the middle: captions stand at the bottom
        x = min(max(0, x), width - seen)
        y = min(max(0, y), self._picture.height - seen / aspect)
        return Shot((x, y, seen, seen / aspect), (left, top, marked_width, marked_height), 1)

    def film(self, shot: Shot) -> Image.Image:
        """The picture that the camera sees, as large as the room under a slide's head."""
        x, y, width, height = shot.seen
        seen = self._picture.resize(_ROOM, Image.Resampling.BILINEAR, box=(x, y, x + width, y + height))
        if shot.glow:
            self._light(seen, shot)
        return seen

    def _light(self, seen: Image.Image, shot: Shot) -> None:
        """Lights the marked box in the picture that the camera sees: a rim around it, and the rest a little darker."""
        scale = _ROOM[0] / shot.seen[2]
        left = round((shot.marked[0] - shot.seen[0]) * scale) - _MARGIN
        top = round((shot.marked[1] - shot.seen[1]) * scale) - _MARGIN
        width, height = (round(length * scale) + 2 * _MARGIN for length in shot.marked[2:])
        inside = seen.crop((left, top, left + width, top + height))
        seen.paste(Image.blend(seen, Image.new("RGB", _ROOM, color("sunken")), _DIMMED * shot.glow))
        rim = _rounded(width + 2 * _RIM, height + 2 * _RIM).point(lambda level: round(level * shot.glow))
        seen.paste(color("warm", "light"), (left - _RIM, top - _RIM), rim)
        seen.paste(inside, (left, top), _rounded(width, height))


def _rounded(width: int, height: int) -> Image.Image:
    """A mask that is white inside rounded corners, drawn twice as large so that its edge is smooth."""
    mask = Image.new("L", (2 * width, 2 * height), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 2 * width - 1, 2 * height - 1), 20, 255)
    return mask.reduce(2)


def _between(one: Box, other: Box, share: float) -> Box:
    a, b, c, d = (start + (end - start) * share for start, end in zip(one, other, strict=True))
    return a, b, c, d
