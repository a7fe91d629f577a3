"""The only place that looks at the files that come with a path: small, of a few kinds, and about nobody real."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.people.media.offered import faults_in_offered
from portal.people.paths.learning_path import TYPES
from portal.shared.spotting import spotted

MOST_BYTES = 1_000_000
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(" + "|".join(TYPES) + ")")
# Programs that open tables take a cell that begins with one of these for a formula, unless it is a number.
_BEGINS_A_FORMULA, _NUMBER = ("=", "+", "-", "@", "\t"), re.compile(r"[+-][\d .,()-]+")


def faults_in_file(folder: Path, name: object) -> Iterator[str]:
    """What is wrong with the file of that name in the folder of a path."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield f"Name a file in the folder {folder.name}, by small letters, digits and dashes: {', '.join(TYPES)}."
        return
    path = folder / name
    if path.is_symlink() or not path.is_file():
        yield f"There is no file {name} in the folder {folder.name}, beside this one."
        return
    faults = list(faults_in_offered(path, most=MOST_BYTES))
    yield from faults
    if not faults and path.suffix != ".pdf":
        yield from _faults_in_text(path)


def _faults_in_text(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        real = [found for found in spotted(line) if not found.is_reserved]
        if real:
            yield f"Line {number} of it holds “{real[0].written}”, which could be real. Take a reserved one."
    if path.suffix == ".csv":
        yield from _faults_in_table(csv.reader(text.splitlines(keepends=True)))


def _faults_in_table(table: Any) -> Iterator[str]:
    try:
        for row in table:
            if any(cell.startswith(_BEGINS_A_FORMULA) and not _NUMBER.fullmatch(cell) for cell in row):
                yield f"Line {table.line_num} of it has a cell that a program for tables takes for a formula."
    except csv.Error as fault:
        yield f"Line {table.line_num} of it is no line of a table: {fault}."
