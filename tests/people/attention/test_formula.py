"""The formula that is published is the one that is computed: its worked example comes out as the page says."""

import re
from collections.abc import Iterable

from portal.people.attention.seconds import add_up, bits_of, together
from portal.people.attention.strip import strip_of
from portal.shared.environment import ROOT
from tests.people.attention.conftest import BELOW, Cinema

SECONDS = 10


def cells(text: str, name: str) -> list[list[str]]:
    """The rows of the example's table of that name."""
    (table,) = re.findall(rf'<table data-example="{name}">(.*?)</table>', text, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in rows]


def seconds_of(spans: str) -> Iterable[int]:
    for span in spans.split(", "):
        first, _, last = span.partition("–")
        yield from range(int(first), int(last or first) + 1)


def test_the_example_comes_out_as_the_page_says(cinema: Cinema) -> None:
    page = cinema.client.get(BELOW).text
    in_groups: dict[str, list[bytes]] = {}
    for group, _, _, covers in cells(page, "viewings")[1:]:
        in_groups.setdefault(group, []).append(bits_of(seconds_of(covers), seconds=SECONDS))
    assert [len(five) for five in in_groups.values()] == [5, 5]
    counts = [together(five, seconds=SECONDS) for five in in_groups.values()]
    strip = strip_of(counts)
    _, summed, shown, shares = (row[1:] for row in cells(page, "shown"))
    assert list(map(int, summed)) == list(add_up(counts))
    assert list(map(int, shown)) == list(strip.counts)
    assert shares == [f"{strip.share(at, at + 1):.0%}".replace("%", " %") for at in range(SECONDS)]
    assert f"cover {strip.average:.0%}".replace("%", " %") in page


def test_the_docs_tell_the_same_formula(cinema: Cinema) -> None:
    page, docs = cinema.client.get(BELOW).text, (ROOT / "docs" / "attention.md").read_text()
    told = re.findall(r"<li><strong>(.*?)</strong>(.*?)</li>", page)
    assert len(told) == 6
    for name, words in told:
        assert f"**{name}**{words}" in docs, name


def test_a_share_is_the_mean_of_every_second_that_is_touched() -> None:
    strip = strip_of([bytes([5, 5, 0, 0]), bytes([5, 5, 5, 5])])
    assert (strip.viewings, strip.counts) == (10, (10, 10, 5, 5))
    assert strip.share(0, 2) == 1
    assert strip.share(1.9, 2.1) == 0.75
    assert strip.share(3, 99) == 0.5
    assert strip.share(4, 4) == 0.5  # what is said after the last whole second counts as that one
    assert strip.average == 0.75
