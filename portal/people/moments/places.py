"""The only place that finds in which line of `moments.toml` a key stands."""

import re

_MOMENT = re.compile(r"\s*\[\[\s*moments\s*\]\]")
_ANSWER = re.compile(r"\s*\[\[\s*moments\s*\.\s*answers\s*\]\]")
_TABLE = re.compile(r"\s*\[")


class Places:
    """The lines of a file, looked up by the number of a moment and of an answer in it, both from 0."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()

    def line_of(self, key: str, moment: int | None, answer: int | None = None) -> int:
        """The line of `key`; where it is missing, that of the moment or answer it belongs to."""
        begin, end = 0, len(self._lines)
        if moment is not None:
            begin, end = self._nth(_MOMENT, moment, begin, end)
        if answer is not None:
            begin, end = self._nth(_ANSWER, answer, begin, end)
        elif moment is not None:
            end = next((number for number in range(begin + 1, end) if _TABLE.match(self._lines[number])), end)
        spelled = re.compile(rf'\s*["\']?{re.escape(key)}["\']?\s*[.=]')
        return 1 + next((number for number in range(begin, end) if spelled.match(self._lines[number])), begin)

    def _nth(self, header: re.Pattern[str], nth: int, begin: int, end: int) -> tuple[int, int]:
        """Where the table that has this header for the nth time begins and ends; the whole span where none has."""
        heads = [number for number in range(begin, end) if header.match(self._lines[number])]
        if nth >= len(heads):
            return begin, end
        return heads[nth], (*heads, end)[nth + 1]
