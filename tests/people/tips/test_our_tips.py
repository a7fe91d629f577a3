"""The twelve tips that come with the portal: of a length, true of the sandbox, and no two alike."""

import re
from collections import defaultdict
from html import unescape

import pytest

from portal.people.publications.topics import TOPICS
from portal.people.tips.reading import FOLDER, read_tip
from portal.people.tips.tip import Tip
from portal.shared.environment import ROOT

PATHS = sorted(FOLDER.glob("*.md"))
TIPS = [read_tip(path) for path in PATHS]
SENTENCE = 8  # words from which on a sentence is nobody's by chance


@pytest.mark.parametrize("tip", TIPS, ids=lambda tip: tip.slug)
def test_each_has_400_to_900_words(tip: Tip) -> None:
    assert 400 <= tip.word_count <= 900


def test_there_are_twelve_about_everything_that_there_is_a_topic_for() -> None:
    assert len(TIPS) == 12
    assert {topic for tip in TIPS for topic in tip.topics} == set(TOPICS)


def test_what_stands_in_bold_stands_on_a_page_of_the_sandbox() -> None:
    pages = [*(ROOT / "templates" / "sandbox").rglob("*.html"), *(ROOT / "portal" / "sandbox").rglob("*.py")]
    source = " ".join(path.read_text("utf-8") for path in [*pages, ROOT / "content/scenarios/fernhollow-cycles.toml"])
    shown = plain(re.sub(r"\{\{[^}]* else '([^']*)' \}\}", r"\1", source))
    missing = [
        f"{path.stem}: {words}"
        for path in PATHS
        for words in re.findall(r"\*\*([^*]+)\*\*", path.read_text("utf-8"))
        if plain(words) not in shown
    ]
    assert missing == []


def test_no_two_pieces_of_content_share_a_paragraph_or_a_sentence() -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for path in [*(ROOT / "content").rglob("*.md"), *(ROOT / "content" / "webinars").glob("*/*.toml")]:
        for part in parts_of(path.read_text("utf-8")):
            where[part].add(str(path.relative_to(ROOT)))
    shared = {part: files for part, files in where.items() if len(files) > 1 and not is_of_the_terms(files)}
    assert shared == {}


def is_of_the_terms(files: set[str]) -> bool:
    """Offers say the same conditions in the same words, which is what conditions are for."""
    return all(file.startswith("content/offers/") for file in files) or "content/README.md" in files


def parts_of(source: str) -> set[str]:
    """Its paragraphs and its sentences, as far as they are long enough not to be the same by chance."""
    source = re.sub(r"^# .*\n", "", source)  # what says for whom a file is
    head, body = re.fullmatch(r"(?:\+\+\+\n(.*?)\n\+\+\+\n)?(.*)", source, re.DOTALL).groups()  # type: ignore[union-attr]
    # Of the keys those that say something; `words` and `said` are a film's, to the letter.
    told = re.findall(r'^(?!words|said)\w+ = "(.*)"$', head or body, re.MULTILINE)
    paragraphs = [plain(part) for part in (*told, *re.split(r"\n\s*\n", body))]
    sentences = [plain(one) for part in paragraphs for one in re.split(r"(?<=[.?!:])\s+", part)]
    return {part for part in (*paragraphs, *sentences) if len(part.split()) >= SENTENCE}


def plain(words: str) -> str:
    return " ".join(re.sub(r"[*_`“”\"]", "", unescape(words)).casefold().split())


def test_the_two_halves_of_the_test_above_are_told_apart() -> None:
    head = "Whoever writes this sentence twice wastes a reader’s time."
    assert parts_of(f'+++\na = "{head}"\n+++\nShort. This one sentence has exactly eight words here.') == {
        plain(head),
        "short. this one sentence has exactly eight words here.",
        "this one sentence has exactly eight words here.",
    }
