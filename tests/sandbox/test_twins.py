"""What looks real is replaced by an invented twin; what does not is left as it was typed."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.sandbox.drives.twins import NotAnAddress, NotANumber, Twins, Unclear, key_of
from portal.shared.reserved import Kind, is_reserved_email, is_reserved_phone
from portal.shared.spotting import spotted
from portal.shared.spotting.check_digits import passes_luhn
from portal.shared.spotting.reading import LOOK_ALIKES

NOTES = Path(__file__).parent / "notes"
HARMLESS = (NOTES / "harmless.txt").read_text("utf-8").splitlines()
HARMFUL: dict[str, dict[str, list[str]]] = tomllib.loads((NOTES / "harmful.toml").read_text("utf-8"))
SECRET = "a secret of this process, in no database"
TWINS: dict[Kind, str] = {
    "email": "ann.7f3k@larkfield-19.invalid",
    "phone": "+1 503 555 0142",
    "card": "0000 4479 2051 4577",
    "account": "XX00 0000 0000 8993 48",
    "tax_id": "000-37-9651",
    "street": "66 Sample Lane",
    "town": "Exampleham 00000",
}
MOMENTS = (
    *("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%y, %H.%M"),
    *("%m/%d/%Y %I:%M %p", "%Y%m%d", "%Y%m%d%H%M%S", "%H:%M:%S.%f", "%M:%S.%f", "%d %b %Y %H:%M", "%d/%m %H:%M", "%s"),
)
ORIGINALS = ("jane@acme.com", "(415) 867-5301", "4999 9999 9700 0110", "812-00-1234", "123 Dreamt St")
CALM = st.characters(categories=["Lo"], include_characters="🚲🔧…", exclude_characters=LOOK_ALIKES)
UNSEEN = "\u200b\u00ad\u2060\u0301\ufe0f"
PIECES = (
    *("ann", "@", ".", "com", " ", " ", "+1", "415", "867", "5309", "-", "(", ")", "call", "example", "\n", ",", "/"),
    *("4999", "9999", "9700", "0110", "812", "00", "1234", "ssn", "DE93", "XX00", "000", "O", "l", "one"),
    *(
        "seven",
        "at",
        "Main",
        "St",
        "Street",
        "12",
        "IL",
        "62704",
        "zip",
        "00000",
        "SW99",
        "9ZZ",
        "dot",
        "\u200b",
        "\u0430",
        "\uff10",
    ),
)


@pytest.fixture
def twins() -> Twins:
    return Twins(key_of("7f3k", secret=SECRET))


def test_a_real_address_becomes_an_invented_one(twins: Twins) -> None:
    found = twins.of_email("Ann@Acme.com")
    assert is_reserved_email(found.text)
    assert [(swap.kind, swap.masked, swap.twin) for swap in found.swaps] == [("email", "a•••••@•••••.com", found.text)]


def test_the_same_original_gives_the_same_twin_however_it_is_typed(twins: Twins) -> None:
    assert twins.of_email("ann@acme.com") == twins.of_email("  ANN@Acme.com ")
    assert twins.of_phone("415-867-5309") == twins.of_phone("+1 (415) 867 5309")
    assert twins.of_email("ann@acme.com").text in twins.of_text("Write to Ann@ACME.com.").text


def test_another_drive_has_other_twins(twins: Twins) -> None:
    other = Twins(key_of("9q2m", secret=SECRET))
    assert other.of_email("ann@acme.com") != twins.of_email("ann@acme.com")
    assert other.of_phone("4158675309").text != twins.of_phone("4158675309").text


def test_another_secret_gives_other_twins(twins: Twins) -> None:
    assert Twins(key_of("7f3k", secret="another")).of_email("ann@acme.com") != twins.of_email("ann@acme.com")


def test_different_originals_have_different_twins(twins: Twins) -> None:
    assert len({twins.of_email(f"ann{number}@acme.com").text for number in range(3000)}) == 3000


def test_colleagues_stay_colleagues(twins: Twins) -> None:
    domains = {twins.of_email(f"{who}@acme.com").text.partition("@")[2] for who in ("ann", "bob", "eve")}
    assert len(domains) == 1
    assert twins.of_email("ann@other.org").text.partition("@")[2] not in domains


@pytest.mark.parametrize("address", ["ann@shop.example", "rowan.7f3a@larkfield-19.invalid"])
def test_an_invented_address_is_kept(address: str, twins: Twins) -> None:
    assert twins.of_email(address.upper()).text == address
    assert not twins.of_email(address).swaps


@pytest.mark.parametrize(
    "typed", ["ann", "ann@", "@acme.com", "ann@acme", "ann@acme.com,bob@acme.com", "аnn@acme.com", ""]
)
def test_what_is_no_address_is_refused_with_words(typed: str, twins: Twins) -> None:
    with pytest.raises(NotAnAddress, match=r"name@shop\.example"):
        twins.of_email(typed)


def test_a_special_address_is_replaced_too(twins: Twins) -> None:
    assert is_reserved_email(twins.of_email("ann@example.com").text)


def test_a_real_number_becomes_an_invented_one(twins: Twins) -> None:
    found = twins.of_phone("(415) 867-5309")
    assert is_reserved_phone(found.text)
    assert found.swaps[0].masked == "••• ••• ••09"
    assert found.swaps[0].twin.replace(" ", "") == found.text


def test_an_invented_number_is_kept(twins: Twins) -> None:
    assert twins.of_phone("(503) 555-0142").text == "+15035550142"
    assert twins.of_phone("+44 7700 900123").text == "+447700900123"


@pytest.mark.parametrize("typed", ["", "555-0142", "call me", "12345", "+"])
def test_what_is_no_number_is_refused_with_words(typed: str, twins: Twins) -> None:
    with pytest.raises(NotANumber, match="area code"):
        twins.of_phone(typed)


def test_the_corpora_are_as_large_as_they_claim() -> None:
    assert len(set(HARMLESS)) >= 350
    assert sum(map(len, HARMFUL.values())) >= 440
    assert set(HARMFUL) == set(get_args(Kind))


@pytest.mark.parametrize("note", HARMLESS)
def test_a_harmless_note_comes_through_unchanged(note: str, twins: Twins) -> None:
    assert twins.of_text(note).text == note
    assert not twins.of_text(note).swaps


@pytest.mark.parametrize(
    ("kind", "note", "hides"),
    [(kind, note, hides) for kind, notes in HARMFUL.items() for note, hides in notes.items()],
)
def test_what_looks_real_in_a_note_is_replaced(kind: str, note: str, hides: list[str], twins: Twins) -> None:
    found = twins.of_text(note)
    assert kind in {swap.kind for swap in found.swaps}
    assert [part for part in hides if part.lower() in found.text.lower()] == []
    assert all(one.is_reserved for one in spotted(found.text))


@pytest.mark.parametrize(("kind", "twin"), TWINS.items())
def test_a_twin_of_each_kind_is_known_as_one(kind: Kind, twin: str) -> None:
    assert [(one.kind, one.is_reserved) for one in spotted(f"It is {twin}, as told.")] == [(kind, True)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("4999 9999 9700 0110", "card 4999999997000110"),
        ("DE93 9999 9999 0000 0000 01", "de93-9999-9999-0000-0000-01"),
        ("812-00-1234", "ssn 812001234"),
        ("123 Made Up St.", "123  Made\u200b Up St"),
        ("Nowhereville, IL 99901", "Nowhereville IL 99901"),
        ("415-867-5301", "four one five, eight six seven, five three oh one"),
        ("0171 9999901", "+49 171 9999901"),
        ("jane@acme.com", "j a n e @ a c m e . c o m"),
    ],
)
def test_a_text_gives_one_twin_for_one_original_and_each_drive_another(one: str, other: str, twins: Twins) -> None:
    (swap,) = twins.of_text(one.replace("  ", " ")).swaps
    (again,) = twins.of_text(other.replace("  ", " ")).swaps
    assert "".join(filter(str.isalnum, swap.twin)) == "".join(filter(str.isalnum, again.twin))
    assert Twins(key_of("9q2m", secret=SECRET)).of_text(one).text != swap.twin


def test_a_card_keeps_its_shape_and_can_be_no_card(twins: Twins) -> None:
    for number in range(50):
        digits = f"499999{number:09}"
        card = next(digits + last for last in "0123456789" if passes_luhn(digits + last))
        (swap,) = twins.of_text(f"{card[:4]}-{card[4:10]} {card[10:]}").swaps
        assert re.fullmatch("0000-[0-9]{6} [0-9]{6}", swap.twin)
        assert not passes_luhn(re.sub("[^0-9]", "", swap.twin))


def test_the_rest_of_a_note_stays(twins: Twins) -> None:
    found = twins.of_text("Ask Ann (ann@acme.com) on 2026-03-14, not ann@shop.example; or 503-555-0142.")
    assert found.text == f"Ask Ann ({found.swaps[0].twin}) on 2026-03-14, not ann@shop.example; or 503-555-0142."


def test_nothing_of_the_original_is_in_the_answer(twins: Twins) -> None:
    found = twins.of_text("Reach Annabel.Whitfield@acmetools.com or 415-867-5309.")
    told = " ".join([found.text, *(f"{swap.masked} {swap.twin}" for swap in found.swaps)]).lower()
    for part in ("annabel", "whitfield", "acmetools", "415", "867"):
        assert part not in told


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=40))
def test_a_text_that_was_twinned_needs_no_second_time(text: str) -> None:
    twins = Twins(key_of("7f3k", secret=SECRET))
    once = twins.of_text(text).text
    assert twins.of_text(once).text == once
    assert all(one.is_reserved for one in spotted(once))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ORIGINALS), st.text(CALM, max_size=12), st.text(CALM, max_size=12), st.text(UNSEEN, max_size=5))
def test_the_text_around_stays_whatever_characters_stand_in_it(
    original: str, before: str, after: str, unseen: str
) -> None:
    twins = Twins(key_of("7f3k", secret=SECRET))
    hidden = unseen.join(original)
    found = twins.of_text(f"{before} {hidden} {after}")
    assert len(found.swaps) == 1
    assert found.text == f"{before} {found.swaps[0].twin} {after}"


@settings(max_examples=1000, deadline=None)
@given(st.integers(6 * 10**14, 22 * 10**14), st.sampled_from(MOMENTS))
def test_a_moment_is_no_number_in_whatever_form(microseconds: int, form: str) -> None:
    assert spotted(datetime.fromtimestamp(microseconds / 1e6, UTC).strftime(form)) == []


def test_a_text_that_keeps_reading_like_one_more_is_refused_with_words(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.sandbox.drives.twins._ROUNDS", 1)
    with pytest.raises(Unclear, match="Put spaces or words"):
        twins.of_text("jane@acme.com")


@settings(max_examples=200, deadline=None)
@given(st.emails())
def test_any_address_at_all_is_invented_afterwards(address: str) -> None:
    twins = Twins(key_of("7f3k", secret=SECRET))
    try:
        assert is_reserved_email(twins.of_email(address).text)
    except NotAnAddress:
        assert not is_reserved_email(address)
