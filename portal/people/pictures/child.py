"""The process that draws: it reads what to draw as JSON, writes PNG files, and is imported by nothing.

Colours are the site's tokens in their light form, the typeface is the one that the site ships, and the emblems are
those of its pages. Everything is drawn at twice its size, so that edges come out smooth.
"""

import json
import math
import re
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw, ImageFont

from portal.people.pictures.picture import HEIGHT, WIDTH
from portal.shared.environment import ROOT

Color = tuple[int, int, int]
Point = tuple[float, float]

TWICE = 2
PANEL = 440  # the field on the right, on which the emblem stands
MARGIN = 72
ROOM = WIDTH - PANEL - 2 * MARGIN + 16
SIZES = (80, 72, 64, 56, 48, 42)
LINES_HIGH = 300
EMBLEM_SCALE = 1.75


def main() -> None:
    """Draw what is asked for on standard input; one that cannot be drawn keeps no other back."""
    broken = 0
    for order in json.loads(sys.stdin.buffer.read()):
        try:
            picture = draw(title=order["title"], label=order["label"], foot=order["foot"], emblem=order["emblem"])
            picture.save(order["path"], optimize=True)
        except (OSError, ValueError) as fault:
            broken += 1
            sys.stderr.write(f"{order['title'][:80]!r}: {fault}\n")
    sys.exit(1 if broken else 0)


def draw(*, title: str, label: str, foot: str, emblem: str) -> Image.Image:
    """One picture, in few colours, so that its file is small."""
    image = Image.new("RGB", (WIDTH * TWICE, HEIGHT * TWICE), color("paper"))
    pen = ImageDraw.Draw(image)
    ours = ROOT / "templates" / "people" / "emblems" / f"{Path(emblem).name}.svg"
    _draw_emblem(pen, ET.fromstring(ours.read_text("utf-8")))  # noqa: S314  a file of this repository
    _draw_name(pen)
    size, lines = _fit(title)
    top = 150
    _write(pen, (MARGIN, top), label, size=28, weight=600, ink="accent")
    top += 56
    for line in lines:
        _write(pen, (MARGIN, top), line, size=size, weight=700)
        top += round(size * 1.12)
    _write(pen, (MARGIN, HEIGHT - MARGIN - 26), _cut(foot, 26, 400), size=26, weight=400, ink="ink-soft")
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(
        128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )


def _draw_name(pen: ImageDraw.ImageDraw) -> None:
    x, y, unit = MARGIN * TWICE, 70 * TWICE, 1.4 * TWICE
    pen.rectangle((x, y, x + 11 * unit, y + 20 * unit), fill=color("accent"))
    pen.rectangle((x + 18 * unit, y, x + 28 * unit, y + 20 * unit), outline=color("accent"), width=round(2 * unit))
    pen.rectangle((x + 13.8 * unit, y - 4 * unit, x + 15.2 * unit, y + 24 * unit), fill=color("ink"))
    _write(pen, (MARGIN + 56, 66), "CustomerHub", size=28, weight=720)
    after = typeface(28, 720).getlength("CustomerHub ") / TWICE
    _write(pen, (MARGIN + 56 + after, 66), "learning center", size=28, weight=400, ink="ink-soft")


def _write(pen: ImageDraw.ImageDraw, at: Point, words: str, *, size: int, weight: int, ink: str = "ink") -> None:
    pen.text((at[0] * TWICE, at[1] * TWICE), words, fill=color(ink), font=typeface(size, weight))


def _fit(title: str) -> tuple[int, list[str]]:
    """The largest letters in which the title fits, and its lines; at the smallest, what is too long is cut off."""
    for size in SIZES:
        lines = _lines(title, size)
        if len(lines) * size * 1.12 <= LINES_HIGH and all(_width(line, size, 700) <= ROOM for line in lines):
            return size, lines
    size, most = SIZES[-1], int(LINES_HIGH / SIZES[-1] / 1.12)
    lines = [_cut(line, size, 700) for line in _lines(title, size)]
    return size, [*lines[: most - 1], _cut(f"{lines[most - 1]} …", size, 700)] if len(lines) > most else lines


def _lines(words: str, size: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(longer, size, 700) > ROOM:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _cut(words: str, size: int, weight: int) -> str:
    if _width(words, size, weight) <= ROOM:
        return words
    while words and _width(f"{words}…", size, weight) > ROOM:
        words = words[:-1]
    return f"{words.rstrip(' …')}…"


def _width(words: str, size: int, weight: int) -> float:
    return typeface(size, weight).getlength(words) / TWICE


@cache
def typeface(size: int, weight: int) -> ImageFont.FreeTypeFont:
    built = ROOT / "static" / "built" / "people"
    name = json.loads((built / "manifest.json").read_text())["font.woff2"]
    font = ImageFont.truetype(built / Path(name).name, size * TWICE)
    font.set_variation_by_axes([weight])
    return font


def _draw_emblem(pen: ImageDraw.ImageDraw, emblem: ET.Element) -> None:
    is_warm = "emblem-warm" in emblem.get("class", "")
    field = "warm-wash" if is_warm else "accent-wash"
    solid = "ink" if is_warm else "accent"
    pen.rectangle(((WIDTH - PANEL) * TWICE, 0, WIDTH * TWICE, HEIGHT * TWICE), fill=color(field))
    inks = {"emblem-line": solid, "emblem-solid": solid, "emblem-cut": field, "emblem-dot": "warm"}
    for shape in emblem:
        kind = shape.get("class", "")
        if shape.tag.endswith("circle"):
            _circle(pen, shape, color(inks[kind]))
            continue
        for points, is_closed in _paths(shape.get("d", "")):
            placed = [_placed(point) for point in points]
            if kind in ("emblem-solid", "emblem-dot"):
                pen.polygon(placed, fill=color(inks[kind]))
            else:
                width = round((3 if kind == "emblem-cut" else 2.5) * EMBLEM_SCALE * TWICE)
                pen.line(
                    [*placed, placed[0]] if is_closed else placed, fill=color(inks[kind]), width=width, joint="curve"
                )


def _circle(pen: ImageDraw.ImageDraw, shape: ET.Element, ink: Color) -> None:
    x, y = _placed((float(shape.get("cx", 0)), float(shape.get("cy", 0))))
    radius = float(shape.get("r", 0)) * EMBLEM_SCALE * TWICE
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def _placed(point: Point) -> Point:
    """Where a point of an emblem, which is 320 by 180, stands on the picture: in the middle of the field."""
    return (
        (WIDTH - PANEL / 2 + (point[0] - 160) * EMBLEM_SCALE) * TWICE,
        (HEIGHT / 2 + (point[1] - 90) * EMBLEM_SCALE) * TWICE,
    )


def _paths(source: str) -> list[tuple[list[Point], bool]]:
    """The lines of an SVG path that holds only M, l, h, v, H, V and z, as ours do."""
    found: list[tuple[list[Point], bool]] = []
    for command, numbers in re.findall(r"([MlhvHVz])([^MlhvHVz]*)", source):
        values = [float(value) for value in re.findall(r"-?\d+(?:\.\d+)?", numbers)]
        if command == "M":
            found.append(([(values[0], values[1])], False))
            continue
        points, _ = found[-1]
        if command == "z":
            found[-1] = (points, True)
        elif command == "l":
            for dx, dy in zip(values[::2], values[1::2], strict=True):
                points.append((points[-1][0] + dx, points[-1][1] + dy))
        else:
            x, y = points[-1]
            moved = {"h": (x + values[0], y), "H": (values[0], y), "v": (x, y + values[0]), "V": (x, values[0])}
            points.append(moved[command])
    return found


@cache
def color(token: str) -> Color:
    """The site's token `--token` as it is in the light: from oklch to sRGB, as CSS Color 4 has it."""
    source = (ROOT / "static" / "shared" / "tokens.css").read_text("utf-8")
    named = re.search(rf"--{token}:\s*(?:light-dark\()?oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", source)
    if named is None:
        raise ValueError(f"There is no colour --{token} in static/shared/tokens.css.")
    lightness, chroma, hue = (float(part) for part in named.groups())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _eight_bit(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _eight_bit(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _eight_bit(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _eight_bit(light: float) -> int:
    light = min(max(light, 0.0), 1.0)
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


if __name__ == "__main__":
    main()
