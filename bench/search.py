"""What it costs to find a sentence among a million: the slowest of a hundred questions of each kind, and the index."""

import gc
import itertools
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, insert, text

from bench.consent import new_database
from bench.figure import Figure
from bench.stores import Store, stores
from portal.people.database import Database
from portal.people.publications.models import Publication
from portal.people.search.cards import Card
from portal.people.search.engines import entry_id
from portal.people.search.finding import find
from portal.people.search.models import DROP_INDEX, MAKE_INDEX, SearchDocument, SearchEntry, SearchWord
from portal.people.search.shelf import Shelves
from portal.people.search.spelling import Vocabularies
from portal.people.search.words import read, stem
from tests.support import engines

WEBINARS = 1_000
WORDS_EACH = 10_000
CHAPTERS_EACH = 8
KNOWN_WORDS = 40_000
ROUNDS = 300
LIMIT_MS = 10.0
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "il", "or")]
Question = Callable[[], str]


class Corpus(NamedTuple):
    """A library in which words are as common as they are in a language: the n-th half as much as the n/2-th."""

    words: list[str]  # the most common first
    said: list[list[list[int]]]  # by webinar and sentence, the numbers of its words


def figures() -> Iterator[Figure]:
    """Every kind of question on each engine, and what the index takes."""
    corpus = make_corpus()
    gc.freeze()  # it is no part of a portal, whose collector need not go through it

    for store in stores():
        with ExitStack() as stack:
            database = new_database(store, Path(stack.enter_context(TemporaryDirectory())), stack)
            with engines.current().raw(database.writer.url.render_as_string(hide_password=False)) as connection:
                _fill(connection, corpus)
            _settle_down(database)
            yield from _asked(database, corpus, store)
            yield _room(database, corpus, store)


def make_corpus() -> Corpus:
    """A million sentences or so, the same each time."""
    draw, chance = random.Random(6), np.random.default_rng(6)
    words = [
        "".join(parts)
        for parts in itertools.islice(itertools.product(draw.sample(_SYLLABLES, 60), repeat=3), KNOWN_WORDS)
    ]
    draw.shuffle(words)
    shares = 1 / np.arange(1, KNOWN_WORDS + 1)
    shares /= shares.sum()
    said = []
    for _ in range(WEBINARS):
        numbers = chance.choice(KNOWN_WORDS, size=WORDS_EACH, p=shares).tolist()
        cuts = [0, *(int(cut) for cut in chance.integers(6, 15, size=1_700).cumsum() if cut < WORDS_EACH), WORDS_EACH]
        said.append([numbers[begin:end] for begin, end in itertools.pairwise(cuts)])
    return Corpus(words, said)


def _asked(database: Database, corpus: Corpus, store: Store) -> Iterator[Figure]:
    shelves, vocabularies = Shelves(), Vocabularies()

    def ask(typed: str) -> int:
        with database.reading() as db:
            shelf = shelves.current(db, now=NOW)
            kept = lambda: vocabularies.current(db, stamp=shelf.stamp)  # noqa: E731
            return find(db, shelf, read(typed), vocabulary=kept).count

    for name, question in _questions(corpus).items():
        asked = [question() for _ in range(ROUNDS)]
        found = sum(bool(ask(typed)) for typed in asked[:20])
        if found < 15:
            raise RuntimeError(f"Of 20 questions ({name}) only {found} were answered, so their time says little.")
        times = []
        for typed in asked:
            began = time.perf_counter()
            ask(typed)
            times.append((time.perf_counter() - began) * 1_000)
        p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        yield Figure(
            name=f"Search, {name}, {store.name}",
            value=p99,
            peer=LIMIT_MS,
            against=f"the limit of p99 (p50 {p50:.1f} ms)",
            unit="ms",
            goal=1.0,
        )


def _questions(corpus: Corpus) -> dict[str, Question]:
    draw = random.Random(7)
    words = corpus.words

    def rare() -> str:
        return words[draw.randrange(800, 20_000)]

    def sentence() -> list[int]:
        return draw.choice(draw.choice(corpus.said))

    def two_of_one(least: int) -> str:
        while True:
            chosen = list(dict.fromkeys(number for number in sentence() if number >= least))
            if len(chosen) >= 2:
                return " ".join(words[number] for number in draw.sample(chosen, 2))

    def slip() -> str:
        letters = list(rare())
        at = draw.randrange(1, len(letters) - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
        letters[-1] = "q"
        return "".join(letters)

    return {
        "one rare word": rare,
        "one word of any kind": lambda: words[draw.choice(sentence())],
        "two words of a sentence": lambda: two_of_one(20),
        "a whole sentence": lambda: " ".join(words[number] for number in sentence()),
        "a slip in a rare word": slip,
        "the commonest words alone": lambda: " ".join(draw.sample(words[:8], draw.randrange(1, 4))),
        "common words and a rare one": lambda: f"{words[0]} {words[1]} {rare()}",
    }


def _fill(connection: Connection, corpus: Corpus) -> None:
    """Bulk, as no portal does it: what is measured is what comes after."""
    dialect = connection.dialect.name
    connection.exec_driver_sql(DROP_INDEX[dialect])
    connection.execute(insert(Publication), [_publication(one) for one in range(1, WEBINARS + 1)])
    entries = [len(sentences) + CHAPTERS_EACH + 1 for sentences in corpus.said]
    connection.execute(insert(SearchDocument), [_document(one, entries[one - 1]) for one in range(1, WEBINARS + 1)])
    (_copy if dialect == "postgresql" else _insert)(connection, _entries(corpus))
    counts = Counter(number for sentences in corpus.said for numbers in sentences for number in set(numbers))
    words = [{"word": word, "stem": stem(word), "entries": counts[at]} for at, word in enumerate(corpus.words)]
    connection.execute(insert(SearchWord), words)
    connection.exec_driver_sql(MAKE_INDEX[dialect])
    if dialect == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('rebuild')")


def _publication(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "webinar",
        "slug": f"webinar-{number}",
        "version": f"{number:064x}",
        "content": "{}",
        "public_from": NOW,
        "redirect_to": "",
        "reason": "",
        "published_at": NOW,
        "published_by": "bench",
    }


def _document(number: int, entries: int) -> dict[str, Any]:
    card = Card(
        kind="webinar",
        slug=f"webinar-{number}",
        title=f"Webinar {number}",
        summary="",
        by=("Ines Okafor-Lind",),
        held_on=date(2026, 3, 3),
        seconds=3_600,
    )
    return {
        "publication_id": number,
        "kind": "webinar",
        "slug": card.slug,
        "card": card.as_json(),
        "entries": entries,
        "found_from": NOW,
        "indexed_at": NOW,
        "counted_at": NOW,
    }


def _entries(corpus: Corpus) -> Iterator[tuple[int, str, int | None, str, list[str]]]:
    """Id, kind, second, words, stems: in each webinar a title, chapters, and what is said in them."""
    stems = [stem(word) for word in corpus.words]
    for number, sentences in enumerate(corpus.said, 1):
        yield entry_id(number, 0, is_heading=True), "title", None, f"Webinar {number}", ["webinar", str(number), "H"]
        each = -(-len(sentences) // CHAPTERS_EACH)
        for at, numbers in enumerate(sentences):
            if at % each == 0:
                named = numbers[:4]
                place = entry_id(number, at + at // each + 1, is_heading=True)
                yield place, "chapter", at * 4, _joined(corpus.words, named), [*_joined(stems, named).split(), "H"]
            place = entry_id(number, at + at // each + 2, is_heading=False)
            yield place, "cue", at * 4, _joined(corpus.words, numbers), _joined(stems, numbers).split()


def _joined(words: Sequence[str], numbers: Sequence[int]) -> str:
    return " ".join(words[number] for number in numbers)


def _insert(connection: Connection, entries: Iterator[tuple[int, str, int | None, str, list[str]]]) -> None:
    driver: Any = connection.connection.driver_connection
    driver.executemany(
        "INSERT INTO search_entries (id, kind, second, words, stems) VALUES (?, ?, ?, ?, ?)",
        (
            (one, kind, second, words, " ".join(name for name in stems if name != "H"))
            for one, kind, second, words, stems in entries
        ),
    )


def _copy(connection: Connection, entries: Iterator[tuple[int, str, int | None, str, list[str]]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor().copy("COPY search_entries (id, kind, second, words, stems) FROM STDIN") as copying:
        for one, kind, second, words, stems in entries:
            of = (one & ((1 << 60) - 1)) >> 20
            copying.write_row((one, kind, second, words, " ".join((*dict.fromkeys(stems), f"P{of}"))))


def _settle_down(database: Database) -> None:
    """What a database does by itself in the hours after."""
    act = "VACUUM ANALYZE" if database.writer.dialect.name == "postgresql" else "ANALYZE"
    with engines.current().raw(database.writer.url.render_as_string(hide_password=False)) as owner:
        apart = owner.engine.execution_options(isolation_level="AUTOCOMMIT")  # a VACUUM stands in no transaction
        with apart.connect() as connection:
            connection.execute(text(act))


def _room(database: Database, corpus: Corpus, store: Store) -> Figure:
    spoken = sum(len(_joined(corpus.words, numbers)) + 1 for sentences in corpus.said for numbers in sentences)
    question = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN "
        f"('{SearchEntry.__tablename__}', '{SearchDocument.__tablename__}', '{SearchWord.__tablename__}')",
    }
    with database.reading() as db:
        taken = db.execute(text(question[database.writer.dialect.name])).scalar_one()
    return Figure(
        name=f"The room that a searchable library takes, {store.name}",
        value=float(taken) / 1e6,
        peer=spoken / 1e6,
        against="the text of its transcripts",
        unit="MB",
        goal=5.0,
    )
