"""The only place that knows how a slide looks: the site's own colors, its typeface, text and shapes on a sheet."""

import io
import math
import re
from functools import cache
from pathlib import Path
from typing import Literal

import resvg_py
from PIL import Image, ImageDraw, ImageFont

from portal.people.films.recipes import TOKENS, TYPEFACE
from tools.video.recipe import BadRecipe

WIDTH, HEIGHT = 1280, 720

Theme = Literal["light", "dark"]
Color = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""


@cache
def color(name: str, theme: Theme = "dark") -> Color:
    """The site's token `--name` as red, green and blue; raises BadRecipe where the site has none."""
    value = r"oklch\(([^)]*)\)"
    token = re.search(rf"--{name}:\s*(?:light-dark\({value},\s*{value}\)|{value})", TOKENS.read_text(encoding="utf-8"))
    if not token:
        raise BadRecipe(f"the site has no color --{name}: use one of those in {TOKENS.name}")
    light, dark, only = token.groups()
    return _from_oklch(*(float(part) for part in (only or (dark if theme == "dark" else light)).split()))


def drawing(svg: Path, width: int, theme: Theme) -> Image.Image:
    """An SVG in the site's colors: it names them as `var(--accent)`, like a stylesheet."""
    source = svg.read_text(encoding="utf-8")
    for name in set(re.findall(r"var\(--([\w-]+)\)", source)):
        source = source.replace(f"var(--{name})", "rgb({},{},{})".format(*color(name, theme)))
    try:
        picture = resvg_py.svg_to_bytes(svg_string=source, width=width)
    except ValueError as error:
        raise BadRecipe(f"{svg.name} is not a drawing ({error}): save it as an SVG") from None
    return Image.open(io.BytesIO(picture)).convert("RGB")


@cache
def typeface(size: float, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(TYPEFACE, size)
    font.set_variation_by_axes([weight])
    return font


class Sheet:
    """One slide to draw on, in pixels of the film; drawn at twice the size, so that edges come out smooth."""

    _SCALE = 2

    def __init__(self, background: Color) -> None:
        self._image = Image.new("RGB", (WIDTH * self._SCALE, HEIGHT * self._SCALE), background)
        self._draw = ImageDraw.Draw(self._image)

    def panel(self, box: Box, *, fill: Color | None = None, edge: Color | None = None, radius: float = 0) -> None:
        left, top, width, height = (round(number * self._SCALE) for number in box)
        corners = (left, top, left + width - 1, top + height - 1)
        self._draw.rounded_rectangle(corners, radius * self._SCALE, fill, edge, 3 * self._SCALE if edge else 0)

    def write(
        self, x: float, y: float, words: str, *, size: int, weight: int = 400, ink: Color, anchor: str = "ls"
    ) -> None:
        """Words on the baseline `y`; `anchor` as Pillow names it: ls begins at `x`, ms is centered, rs ends there."""
        font = typeface(size * self._SCALE, weight)
        self._draw.text((x * self._SCALE, y * self._SCALE), words, fill=ink, font=font, anchor=anchor)

    def lay(self, picture: Image.Image, box: Box, *, radius: float) -> None:
        left, top, width, height = (round(number * self._SCALE) for number in box)
        mask = Image.new("L", (width, height), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius * self._SCALE, 255)
        self._image.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (left, top), mask)

    def picture(self) -> Image.Image:
        return self._image.reduce(self._SCALE)


def wrapped(words: str, width: float, *, size: int, weight: int = 400) -> list[str]:
    """The words in as few lines as fit `width`, about equally long."""
    font = typeface(size, weight)
    fewest = _filled(words, width, font)
    narrowest = int(font.getlength(words) / len(fewest))
    tries = (_filled(words, room, font) for room in range(narrowest, int(width), 10))
    return next((lines for lines in tries if len(lines) == len(fewest)), fewest)


def _filled(words: str, width: float, font: ImageFont.FreeTypeFont) -> list[str]:
    first, *others = words.split()
    lines = [first]
    for word in others:
        longer = f"{lines[-1]} {word}"
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _from_oklch(lightness: float, chroma: float, hue: float) -> Color:
    """CSS Color 4, section 18: Oklch to Oklab, to linear light, to sRGB."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _eight_bit(red), _eight_bit(green), _eight_bit(blue)


def _eight_bit(light: float) -> int:
    light = min(1.0, max(0.0, light))
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))
