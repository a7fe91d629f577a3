"""What looks real is replaced by an invented twin; what does not is left as it was typed."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.sandbox.drives.twins import NotAnAddress, NotANumber, Twins, key_of
from portal.shared.reserved import is_reserved_email, is_reserved_phone
from portal.shared.spotting import spotted

NOTES = Path(__file__).parent / "notes"
HARMLESS = (NOTES / "harmless.txt").read_text("utf-8").splitlines()
HARMFUL = tomllib.loads((NOTES / "harmful.toml").read_text("utf-8"))["notes"]
SECRET = "a secret of this process, in no database"


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


def test_there_are_two_hundred_harmless_notes() -> None:
    assert len(set(HARMLESS)) >= 200


@pytest.mark.parametrize("note", HARMLESS)
def test_a_harmless_note_comes_through_unchanged(note: str, twins: Twins) -> None:
    assert twins.of_text(note).text == note
    assert not twins.of_text(note).swaps


@pytest.mark.parametrize("case", HARMFUL, ids=[case["note"] for case in HARMFUL])
def test_what_looks_real_in_a_note_is_replaced(case: dict[str, str], twins: Twins) -> None:
    found = twins.of_text(case["note"])
    assert found.swaps
    assert [part for part in case["hides"] if part.lower() in found.text.lower()] == []
    assert all(one.is_reserved for one in spotted(found.text))


def test_the_rest_of_a_note_stays(twins: Twins) -> None:
    found = twins.of_text("Ask Ann (ann@acme.com) on 2026-03-14, not ann@shop.example; or 503-555-0142.")
    assert found.text == f"Ask Ann ({found.swaps[0].twin}) on 2026-03-14, not ann@shop.example; or 503-555-0142."


def test_nothing_of_the_original_is_in_the_answer(twins: Twins) -> None:
    found = twins.of_text("Reach Annabel.Whitfield@acmetools.com or 415-867-5309.")
    told = " ".join([found.text, *(f"{swap.masked} {swap.twin}" for swap in found.swaps)]).lower()
    for part in ("annabel", "whitfield", "acmetools", "415", "867"):
        assert part not in told


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(["ann", "@", ".", "com", " ", "+1", "415", "867", "5309", "-", "(", ")", "call", "example"]),
        max_size=14,
    )
)
def test_a_text_that_was_twinned_needs_no_second_time(parts: list[str]) -> None:
    twins = Twins(key_of("7f3k", secret=SECRET))
    once = twins.of_text("".join(parts)).text
    assert twins.of_text(once).text == once
    assert all(one.is_reserved for one in spotted(once))


@settings(max_examples=200, deadline=None)
@given(st.emails())
def test_any_address_at_all_is_invented_afterwards(address: str) -> None:
    twins = Twins(key_of("7f3k", secret=SECRET))
    try:
        assert is_reserved_email(twins.of_email(address).text)
    except NotAnAddress:
        assert not is_reserved_email(address)
