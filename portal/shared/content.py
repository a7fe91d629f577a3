"""The only place that reads a TOML file of marketing's by a model, and says of each fault line, key and cure."""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from portal.shared.proofreading import NOT_TOML, BadContent, Fault, broken_at

Model = TypeVar("Model", bound=BaseModel)
Where = tuple[int | str, ...]


def read_content(path: Path, model: type[Model]) -> Model:
    """What the TOML file at `path` holds; the model gets the file's name as `slug`. Raises BadContent."""
    return parse_content(path, path.read_text("utf-8"), model)


def parse_content(name: str | Path, source: str, model: type[Model]) -> Model:
    """What the TOML `source` holds, which `name` is the file of. Raises BadContent."""
    path = Path(name)
    try:
        return model(slug=path.stem, **tomllib.loads(source))
    except tomllib.TOMLDecodeError as fault:
        raise BadContent(path, [Fault(broken_at(fault, source), "file", NOT_TOML)]) from fault
    except ValidationError as invalid:
        raise BadContent(path, [_fault(source, error) for error in invalid.errors()]) from invalid


def _fault(source: str, error: ErrorDetails) -> Fault:
    where = error["loc"] or ("file",)
    words = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    spelled = ".".join(str(part + 1) if isinstance(part, int) else part for part in where)
    return Fault(_line_of(source, where), spelled, words if words.endswith(".") else f"{words}.")


_WORDS = {
    "missing": "This is missing. Add it.",
    "extra_forbidden": "There is no such key. Check its spelling in content/README.md.",
}


def _line_of(source: str, where: Where) -> int:
    """The line of a key: tables are found by their headers, a key after them by its name."""
    lines = source.splitlines()
    line = 0
    for part, after in zip(where, (*where[1:], None), strict=True):
        if isinstance(part, int):
            continue
        header = rf"\s*\[\[{part}\]\]" if isinstance(after, int) else rf"\s*\[{part}\]"
        nth = after if isinstance(after, int) else 0
        found = [number for number, text in enumerate(lines) if re.match(header, text)]
        if nth < len(found):
            line = found[nth]
            continue
        end = next((number for number in range(line + 1, len(lines)) if re.match(r"\s*\[", lines[number])), len(lines))
        keys = (number for number in range(line, end) if re.match(rf'\s*"?{part}"?\s*=', lines[number]))
        line = next(keys, line)
    return line + 1
