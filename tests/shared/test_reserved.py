"""Every value stands on one side of the wall or on none, and both databases say so as Python does."""

import re
import sqlite3
import string
from collections.abc import Iterator, Sequence
from contextlib import closing
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from portal.shared import reserved
from portal.shared.reserved import ColumnKind, Standing

# What hides an address from a careless pattern; each was accepted by some form in use somewhere.
TRICKS = {
    "a second line": "x@attacker.io\n@a.example",
    "a comma": "x@attacker.io,y@a.example",
    "a second at sign": "x@attacker.io@a.example",
    "upper case": "Ada@Shop.Example",
    "a trailing dot": "ada@shop.example.",
    "a letter of another alphabet": "аda@shop.example",
    "a NUL": "ada@shop.example\0@attacker.io",
    "a space": "x@attacker.io ada@shop.example",
    "a line end behind it": "ada@shop.example\n",
    "a reserved name in front": "ada@shop.example.attacker.io",
    "a reserved name glued on": "ada@attackerexample",
    "no name before the suffix": "ada@example",
    "an empty label": "ada@shop..example",
    "a hyphen at the edge": "ada@-shop.example",
    "an angle bracket": "<x@attacker.io>ada@shop.example",
}

_SQLITE, _POSTGRESQL = sqlite.dialect(), postgresql.dialect()  # type: ignore[no-untyped-call]
PIECES = (
    *("example", "invalid", "test", "local", "example.com", "com", "io", "net", "people.customerhub.net"),
    *("ada", "x", "shop", "a-b", "-a", "a-", "1.2.3.4", "xn--p1ai", "o'brien", "a+b", "", "é", "А", "ſ", "\u212a"),
    *("@", "@", "@", "@", ".", ".", ".", "..", ",", " ", "\n", "\0", "A", "<", "\u202e", "a" * 63, "a" * 64),
)
BEGINNINGS = sorted({re.split(r"[x\[]", pattern)[0] for numbers in reserved.NUMBERS for pattern in numbers.patterns})

SIDES = {Standing.RESERVED: reserved.only_reserved, Standing.REAL: reserved.only_real}
STANDING = {"email": reserved.email_standing, "phone": reserved.phone_standing}
PREDICATES = {
    ("email", Standing.RESERVED): reserved.is_reserved_email,
    ("email", Standing.REAL): reserved.is_real_email,
    ("phone", Standing.RESERVED): reserved.is_reserved_phone,
    ("phone", Standing.REAL): reserved.is_real_phone,
}
many = settings(max_examples=20, deadline=None)
some = settings(max_examples=8, deadline=None)


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function("regexp", 2, _matches, deterministic=True)
        connection.create_function("strpos", 2, lambda text, part: text.find(part) + 1, deterministic=True)
        yield connection


@pytest.mark.parametrize(
    "address", ["ada@shop.example", "a.b+c_d-e@north.shop.example", "rowan-7f3a@larkfield.invalid", "a@1.example"]
)
def test_an_invented_address_may_stand_in_the_sandbox_and_nowhere_else(address: str) -> None:
    assert reserved.email_standing(address) is Standing.RESERVED


@pytest.mark.parametrize("address", ["jane@gmail.com", "o'brien@mueller.de", "a@xn--80ak6aa92e.xn--p1ai"])
def test_an_address_that_could_reach_someone_may_stand_on_the_people_side_and_nowhere_else(address: str) -> None:
    assert reserved.email_standing(address) is Standing.REAL


def test_our_invented_people_count_as_real() -> None:
    assert reserved.is_real_email(f"ada@{reserved.SAMPLE_DOMAIN}")


@pytest.mark.parametrize("domain", sorted(name for name, ours in reserved.SUFFIXES.items() if not ours))
def test_a_special_domain_that_is_not_ours_stands_nowhere(domain: str) -> None:
    assert reserved.email_standing(f"ada@shop.{domain}") is Standing.SET_ASIDE


@pytest.mark.parametrize("address", TRICKS.values(), ids=TRICKS)
def test_a_trick_does_not_pass_for_an_invented_address(address: str, database: sqlite3.Connection) -> None:
    assert not reserved.is_reserved_email(address)
    assert not accepted(database, sqlite_check("email", Standing.RESERVED), [address])


@pytest.mark.parametrize(
    "number", ["+15035550142", "+12025550100", "+19895550199", "+447700900123", "+442079460999", "+441632960000"]
)
def test_a_number_set_aside_for_films_may_stand_in_the_sandbox(number: str) -> None:
    assert reserved.phone_standing(number) is Standing.RESERVED


@pytest.mark.parametrize(
    "number", ["+18005550142", "+19005550142", "+19115550142", "+15335550142", "+15035550242", "+15035551142"]
)
def test_a_number_beside_the_reserved_ones_is_real(number: str) -> None:
    assert reserved.phone_standing(number) is Standing.REAL


@pytest.mark.parametrize("number", ["+18005550199", "+61255501234", "+33199001234", "+353209112345", "+46701740605"])
def test_a_number_that_we_know_only_by_hearsay_stands_nowhere(number: str) -> None:
    assert reserved.phone_standing(number) is Standing.SET_ASIDE


@pytest.mark.parametrize(
    "number", ["5035550142", "+1 503 555 0142", "+15035550142\n", "+0123456789", "+123456", "+1" * 9, ""]
)
def test_a_number_that_is_not_e164_stands_nowhere(number: str) -> None:
    assert reserved.phone_standing(number) is Standing.MALFORMED


@pytest.mark.parametrize("kind", ["email", "phone"])
@many
@given(chance=st.randoms(use_true_random=False).map(lambda found: Random(found.getrandbits(64))))
def test_the_sides_are_disjoint_and_each_value_has_one_standing(kind: ColumnKind, chance: Random) -> None:
    for value in some_values(kind, chance):
        held = {side for side in SIDES if PREDICATES[kind, side](value)}
        assert held == {STANDING[kind](value)} & set(SIDES), value


@pytest.mark.parametrize("side", SIDES, ids=["reserved", "real"])
@pytest.mark.parametrize("kind", ["email", "phone"])
@some
@given(chance=st.randoms(use_true_random=False).map(lambda found: Random(found.getrandbits(64))))
def test_both_databases_store_exactly_what_python_allows(
    kind: ColumnKind, side: Standing, database: sqlite3.Connection, chance: Random
) -> None:
    values = some_values(kind, chance)
    allowed = {value for value in values if PREDICATES[kind, side](value)}
    assert accepted(database, sqlite_check(kind, side), values) == allowed
    # PostgreSQL's text cannot hold a NUL at all.
    assert accepted(database, postgresql_check(kind, side), [v for v in values if "\0" not in v]) == allowed


def test_bytes_are_not_stored_in_place_of_text(database: sqlite3.Connection) -> None:
    assert not accepted(database, sqlite_check("email", Standing.RESERVED), [b"ada@shop.example"])


def test_a_lead_without_an_address_can_be_stored(database: sqlite3.Connection) -> None:
    (answer,) = database.execute(
        f"SELECT {sqlite_check('email', Standing.RESERVED)} FROM (SELECT NULL AS v)"
    ).fetchone()
    assert answer is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("(503) 555-0142", "+15035550142"),
        ("1-503-555-0142", "+15035550142"),
        ("503.555.0142", "+15035550142"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("011 44 7700 900123", "+447700900123"),
        ("00 44 7700 900123", "+447700900123"),
        ("+1\u00a0503\u2013555\u20130142", "+15035550142"),
        ("555-0142", None),
        ("call me", None),
        ("+", None),
        ("(((((((", None),
        ("+12345678901234567890", None),
    ],
)
def test_a_typed_number_is_read_as_a_person_means_it(typed: str, number: str | None) -> None:
    assert reserved.normal_phone(typed) == number


def test_only_plain_letters_are_lowered() -> None:
    assert reserved.normal_email(" Ada@Shop.Example ") == "ada@shop.example"
    assert reserved.email_standing(reserved.normal_email("ada@shop.invalid\u212a")) is Standing.MALFORMED


def test_a_long_text_is_refused_at_once() -> None:
    assert reserved.email_standing("@." * 500_000 + "a") is Standing.MALFORMED


def some_values(kind: ColumnKind, chance: Random) -> list[str]:
    make = {"email": _some_email, "phone": _some_phone}[kind]
    return sorted({make(chance) for _ in range(500)})


def _some_email(chance: Random) -> str:
    if chance.random() < 0.4:
        return "".join(chance.choices(PIECES, k=chance.randrange(9)))
    local, name, suffix = *chance.choices(PIECES, k=2), chance.choice((*reserved.SUFFIXES, *PIECES))
    return f"{local}@{name}.{suffix}"


def _some_phone(chance: Random) -> str:
    tail = "".join(chance.choices(string.digits, k=chance.randrange(10)))
    area = "".join(chance.choices(string.digits, k=3))
    if chance.random() < 0.5:
        return f"+1{area}55501{tail[:2]}"
    odd = chance.choice(("", "", "", "", "\n", "\0", " ", "-", "٣", "+"))
    return chance.choice((*BEGINNINGS, "+", "")) + tail + odd


def sqlite_check(kind: ColumnKind, side: Standing) -> str:
    return str(SIDES[side](kind, "v").sqltext.compile(dialect=_SQLITE))


def postgresql_check(kind: ColumnKind, side: Standing) -> str:
    """PostgreSQL's condition with its pattern operator in SQLite's spelling; the patterns stay as they are."""
    return str(SIDES[side](kind, "v").sqltext.compile(dialect=_POSTGRESQL)).replace("v ~ ", "v REGEXP ")


def accepted(database: sqlite3.Connection, condition: str, values: Sequence[str | bytes]) -> set[str | bytes]:
    """What a CHECK with this condition lets into a table."""
    database.execute("CREATE TEMP TABLE typed (v)")
    database.executemany("INSERT INTO typed VALUES (?)", ((value,) for value in values))
    found = {row[0] for row in database.execute(f"SELECT v FROM typed WHERE {condition}")}
    database.execute("DROP TABLE typed")
    return found


def _matches(pattern: str, value: str) -> bool:
    return re.search(pattern, value, re.DOTALL) is not None
