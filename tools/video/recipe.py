"""The only place that reads a webinar's recipe, `webinar.toml`, and says in plain words what to mend in it."""

import datetime
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from portal.people.films.recipes import OF_THE_PAGE

WHOLE = "whole"
"""What a line points at to step back to all of a slide."""
_LONGEST_TITLE, _MOST_POINTS = 40, 3


class BadRecipe(Exception):
    """One line for the person who wrote the recipe: where, what is wrong, what to do."""


@dataclass(frozen=True)
class Cover:
    under: str


@dataclass(frozen=True)
class Bars:
    under: str
    values: dict[str, float]


@dataclass(frozen=True)
class Points:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Screen:
    picture: Path
    marks: dict[str, tuple[float, float, float, float]]
    """Name to left, top, width and height, in pixels of the picture."""


@dataclass(frozen=True)
class Line:
    """One spoken sentence; `mark` is the part of the slide it speaks about, `breath` asks for a longer pause before."""

    words: str
    mark: str | None
    breath: bool


@dataclass(frozen=True)
class Slide:
    title: str
    matter: Cover | Bars | Points | Letter | Screen
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    title: str
    slides: tuple[Slide, ...]


@dataclass(frozen=True)
class Recipe:
    title: str
    summary: str
    presenter: str
    date: datetime.date
    voice: str
    pace: float
    pitch: float
    """1 is the voice as it is, 0.9 a deeper one, so that not every presenter sounds the same."""
    said: str
    """The words of the one line that the home page quotes."""
    sounds: dict[str, str]
    poster: Path
    chapters: tuple[Chapter, ...]

    @property
    def lines(self) -> list[str]:
        """Every spoken line, in order."""
        return [line.words for chapter in self.chapters for slide in chapter.slides for line in slide.lines]


def read_recipe(folder: Path) -> Recipe:
    """The recipe in `folder`/webinar.toml; raises BadRecipe."""
    top = _Table(_load(folder / "webinar.toml"), "webinar.toml")
    recipe = Recipe(
        title=top.text("title"),
        summary=top.text("summary"),
        presenter=top.text("presenter"),
        date=top.date("date"),
        voice=top.text("voice"),
        pace=top.number("pace", low=0.7, high=1.3),
        pitch=top.number("pitch", low=0.85, high=1.1) if "pitch" in top.values else 1.0,
        said=top.text("said"),
        sounds=top.pairs("sounds"),
        poster=_existing(folder / "poster.svg", "draw it as an SVG of 320 by 180"),
        chapters=tuple(_read_chapter(table, folder) for table in top.tables("chapters", "chapter")),
    )
    if top.text("language") != "en":
        raise top.problem('the voices speak English only: write language = "en"')
    top.leave(OF_THE_PAGE)
    top.refuse_others()
    return _with_whole_quote(recipe)


def _read_chapter(table: "_Table", folder: Path) -> Chapter:
    slides = tuple(_read_slide(slide, folder) for slide in table.tables("slides", "slide"))
    chapter = Chapter(table.text("title"), slides)
    table.refuse_others()
    return chapter


def _read_slide(table: "_Table", folder: Path) -> Slide:
    matter = _read_matter(table, folder)
    slide = Slide(table.text("title", longest=_LONGEST_TITLE), matter, tuple(_read_lines(table, _mark_names(matter))))
    table.refuse_others()
    return slide


def _read_matter(table: "_Table", folder: Path) -> Cover | Bars | Points | Letter | Screen:
    kinds = [kind for kind in ("screen", "bars", "points", "letter") if kind in table.values]
    if len(kinds) > 1:
        raise table.problem(f"a slide shows one thing, this one has {' and '.join(kinds)}: make two slides of it")
    match kinds:
        case ["screen"]:
            return _read_screen(table, folder / "slides")
        case ["bars"]:
            return Bars(table.text("under"), table.amounts("bars"))
        case ["points"]:
            return Points(table.texts("points", most=_MOST_POINTS))
        case ["letter"]:
            return Letter(table.texts("letter"))
    return Cover(table.text("under"))


def _read_screen(table: "_Table", slides: Path) -> Screen:
    name = table.text("screen")
    remedy = f'take it with tools/video/screens.py, or mend screen = "{name}" ({table.where})'
    picture = _existing(slides / f"{name}.webp", remedy)
    marks = _load(slides / "marks.toml").get(name, {}) if (slides / "marks.toml").exists() else {}
    if not isinstance(marks, dict) or not all(_is_box(box) for box in marks.values()):
        raise BadRecipe(f"slides/marks.toml: a mark of [{name}] is not four numbers: write [left, top, width, height]")
    return Screen(picture, {mark: tuple(box) for mark, box in marks.items()})


def _read_lines(table: "_Table", marks: tuple[str, ...]) -> Iterator[Line]:
    mark, breath = None, False
    for raw in table.text("say").strip().splitlines():
        bracket, words = _LINE.fullmatch(raw.strip()).groups()  # type: ignore[union-attr]  # it matches any line
        if bracket and bracket not in (WHOLE, *marks):
            known = ", ".join((*marks, WHOLE))
            raise table.problem(f"[{bracket}] is not on this slide, which has: {known}")
        if raw.strip() and not re.search(r"\w", words):
            raise table.problem(f"the line “{raw.strip()}” has no words to say: write some, or take it out")
        if bracket:
            mark = None if bracket == WHOLE else bracket
        if words:
            yield Line(words, mark, breath)
        breath = not words


_LINE = re.compile(r"(?:\[([^\]]*)\])?\s*(.*)")


def _mark_names(matter: Cover | Bars | Points | Letter | Screen) -> tuple[str, ...]:
    match matter:
        case Screen(marks=marks):
            return tuple(marks)
        case Bars(values=values):
            return tuple(values)
        case Points(items=parts) | Letter(paragraphs=parts):
            return tuple(str(number) for number in range(1, len(parts) + 1))
    return ()


def _with_whole_quote(recipe: Recipe) -> Recipe:
    """The same recipe with `said` grown from a few of a line's words to that line."""
    quoted = [words for words in recipe.lines if recipe.said in words]
    if len(quoted) != 1:
        raise BadRecipe(
            f"webinar.toml: said = “{recipe.said}” is in {len(quoted)} lines of the script: "
            "write words that are in exactly one"
        )
    return replace(recipe, said=quoted[0])


class _Table:
    """One table of the recipe, that knows where it stands and which keys nobody asked for."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        self.values = values
        self.where = where
        self._asked: set[str] = set()

    def problem(self, words: str) -> BadRecipe:
        return BadRecipe(f"{self.where}: {words}")

    def text(self, key: str, *, longest: int | None = None) -> str:
        value = self._get(key, str, f'{key} = "…"')
        if not value.strip():
            raise self.problem(f'{key} is empty: write {key} = "…"')
        if longest and len(value) > longest:
            raise self.problem(f"{key} has {len(value)} characters, {longest} fit: shorten it")
        return str(value)

    def texts(self, key: str, *, most: int | None = None) -> tuple[str, ...]:
        values = self._get(key, list, f'{key} = ["…", "…"]')
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise self.problem(f'{key} is a list of texts, none empty: write {key} = ["…", "…"]')
        if most and len(values) > most:
            raise self.problem(f"{key} has {len(values)} texts, {most} fit: make two slides of it")
        return tuple(values)

    def amounts(self, key: str) -> dict[str, float]:
        amounts = self.table(key)
        if not all(isinstance(amount, int | float) and amount >= 0 for amount in amounts.values()):
            raise self.problem(f"{key} holds something else than amounts: write {key} = {{ First = 9, Second = 21 }}")
        if not any(amounts.values()):
            raise self.problem(f"{key} has nothing to show: write {key} = {{ First = 9, Second = 21 }}")
        return amounts

    def date(self, key: str) -> datetime.date:
        value: datetime.date = self._get(key, datetime.date, f"{key} = 2026-03-12")
        return value

    def number(self, key: str, *, low: float, high: float) -> float:
        value = self._get(key, (int, float), f"{key} = 1.0")
        if not low <= value <= high:
            raise self.problem(f"{key} = {value} is out of range: write a number from {low} to {high}")
        return float(value)

    def table(self, key: str) -> dict[str, Any]:
        return dict(self._get(key, dict, f"{key} = {{ name = … }}"))

    def pairs(self, key: str) -> dict[str, str]:
        """A table of texts, which may be missing."""
        pairs = self.table(key) if key in self.values else {}
        if not all(written and isinstance(text, str) for written, text in pairs.items()):
            raise self.problem(f'{key} is a table of texts: write "Ines" = "Ee-ness" below [{key}]')
        return pairs

    def tables(self, key: str, noun: str) -> "list[_Table]":
        rows = self._get(key, list, f"[[{key}]]")
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise self.problem(f"there is no {noun}: begin one with [[{key}]]")
        return [_Table(row, f"{self.where}, {noun} {number}") for number, row in enumerate(rows, 1)]

    def leave(self, keys: tuple[str, ...]) -> None:
        """What others read and check."""
        self._asked.update(keys)

    def refuse_others(self) -> None:
        for key in self.values.keys() - self._asked:
            raise self.problem(f"nothing reads “{key}”: mend its spelling, or take it out")

    def _get(self, key: str, kind: type | tuple[type, ...], example: str) -> Any:
        self._asked.add(key)
        if not isinstance(self.values.get(key), kind):
            state = "is not written as it should be" if key in self.values else "is missing"
            raise self.problem(f"{key} {state}: write {example}")
        return self.values[key]


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadRecipe(f"{path.name} is missing: name a folder that holds one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecipe(f"{path.name} cannot be read ({error}): save it as plain text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise BadRecipe(f"{path.name} is not TOML ({error}): mend that line") from None


def _existing(path: Path, remedy: str) -> Path:
    if not path.is_file():
        raise BadRecipe(f"{path.name} is missing: {remedy}")
    return path


def _is_box(box: object) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(isinstance(number, int | float) for number in box)
