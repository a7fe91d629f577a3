"""The only place that draws a slide: its matter on the sheet, with the part that is spoken about brought forward."""

from PIL import Image

from tools.video.look import WIDTH, Sheet, color, drawing, wrapped
from tools.video.recipe import BadRecipe, Bars, Cover, Letter, Points, Recipe, Screen, Slide

HEAD = 64
"""Height of the strip above a screen, which holds the slide's title."""
_LEFT = 88
_CAPTIONS = 620
"""Where captions begin to cover the picture."""
_BRAND = "CustomerHub learning center"
_PRACTICE = "Practice data: everyone here is invented"
"""Said above every screen, since the sandbox's own band leaves the picture when the camera comes near."""


def draw_slide(recipe: Recipe, slide: Slide, mark: str | None) -> Image.Image:
    """The whole slide; of a screen only the strip with its title, for `screen.py` to fill."""
    match slide.matter:
        case Cover():
            return _draw_cover(recipe, slide, slide.matter)
        case Bars():
            return _draw_bars(slide, slide.matter, mark)
        case Points():
            return _draw_points(slide, slide.matter, mark)
        case Letter():
            return _draw_letter(slide, slide.matter, mark)
        case Screen():
            return _draw_head(slide, _PRACTICE, "practice").picture()


def _draw_cover(recipe: Recipe, slide: Slide, cover: Cover) -> Image.Image:
    sheet = Sheet(color("surface"))
    sheet.write(_LEFT, 112, _BRAND, size=24, weight=500, ink=color("ink-soft"))
    sheet.lay(drawing(recipe.poster, 1040, "light"), (688, 176, 504, 283.5), radius=12)
    y = 236
    for line in wrapped(slide.title, 540, size=64, weight=680):
        sheet.write(_LEFT - 3, y, line, size=64, weight=680, ink=color("ink"))
        y += 70
    for line in wrapped(cover.under, 520, size=29):
        sheet.write(_LEFT, y, line, size=29, ink=color("ink-soft"))
        y += 40
    sheet.panel((_LEFT, 500, 1104, 1.5), fill=color("line"))
    sheet.write(_LEFT, 550, recipe.presenter, size=26, weight=600, ink=color("ink"))
    return sheet.picture()


def _draw_bars(slide: Slide, bars: Bars, mark: str | None) -> Image.Image:
    sheet = _titled(slide.title)
    for number, line in enumerate(wrapped(bars.under, 1100, size=25)):
        sheet.write(_LEFT, 168 + 34 * number, line, size=25, ink=color("ink-soft"))
    floor, tallest, gap = 540, max(bars.values.values()), 72
    width = (WIDTH - 2 * _LEFT - gap * (len(bars.values) - 1)) / len(bars.values)
    for number, (name, value) in enumerate(bars.values.items()):
        is_hot = name == mark if mark else value == tallest
        x, height = _LEFT + number * (width + gap), 260 * value / tallest
        tone = color("accent" if is_hot else "line-strong")
        sheet.panel((x, floor - height, width, height), fill=tone if is_hot else None, edge=tone)
        ink = color("ink" if is_hot else "ink-soft")
        sheet.write(x, floor - height - 16, f"{value:g}", size=44, weight=680, ink=ink)
        sheet.write(x, floor + 40, name, size=28, weight=500, ink=ink)
    sheet.panel((_LEFT, floor - 1, WIDTH - 2 * _LEFT, 3), fill=color("line-strong"))
    return sheet.picture()


def _draw_points(slide: Slide, points: Points, mark: str | None) -> Image.Image:
    sheet = _titled(slide.title)
    y = 246
    for number, item in enumerate(points.items, 1):
        is_hot = str(number) == mark
        edge = color("accent" if is_hot or not mark else "line-strong")
        sheet.panel((_LEFT, y - 34, 68, 68), fill=edge if is_hot else None, edge=edge, radius=34)
        digit = color("accent-ink") if is_hot else edge
        sheet.write(_LEFT + 34, y + 12, str(number), size=34, weight=700, ink=digit, anchor="ms")
        ink = color("ink" if is_hot or not mark else "ink-soft")
        lines = wrapped(item, 980, size=38, weight=500)
        for offset, line in enumerate(lines):
            baseline = y + 13 + 48 * (offset - (len(lines) - 1) / 2)
            sheet.write(_LEFT + 104, baseline, line, size=38, weight=500, ink=ink)
        y += 124
    return sheet.picture()


def _draw_letter(slide: Slide, letter: Letter, mark: str | None) -> Image.Image:
    paragraphs = [wrapped(paragraph, 740, size=31) for paragraph in letter.paragraphs]
    height = 44 * sum(map(len, paragraphs)) + 22 * (len(paragraphs) - 1) + 96
    top = HEAD + (_CAPTIONS - HEAD - height) / 2
    if top < HEAD:
        raise BadRecipe(f"the letter of “{slide.title}” is too long for a slide: shorten it, or make two of it")
    sheet = _draw_head(slide, _BRAND, "ink-soft")
    sheet.panel((210, top, 860, height), fill=color("surface", "light"), radius=6)
    y = top + 80
    for number, lines in enumerate(paragraphs, 1):
        is_hot = str(number) == mark
        if is_hot:
            sheet.panel((250, y - 32, 12, 44 * len(lines)), fill=color("warm", "light"))
        for line in lines:
            sheet.write(290, y, line, size=31, ink=color("ink" if is_hot or not mark else "ink-soft", "light"))
            y += 44
        y += 22
    return sheet.picture()


def _titled(words: str) -> Sheet:
    sheet = Sheet(color("surface"))
    sheet.write(_LEFT - 2, 118, words, size=56, weight=680, ink=color("ink"))
    return sheet


def _draw_head(slide: Slide, words: str, tone: str) -> Sheet:
    sheet = Sheet(color("sunken"))
    sheet.write(32, 43, slide.title, size=29, weight=640, ink=color("ink"))
    sheet.write(WIDTH - 32, 42, words, size=20, ink=color(tone), anchor="rs")
    return sheet
