"""A premiere as a calendar reads it: whole lines, the moment in UTC, and nothing that a title could add to it."""

from datetime import datetime, timedelta, timezone

import pytest

from portal.people.webinars.premiere import Premiere, as_calendar

AT = datetime(2027, 3, 4, 10, 5, tzinfo=timezone(timedelta(hours=1)))


def premiere(title: str = "Ask your list") -> Premiere:
    return Premiere(
        slug="ask-your-list",
        title=title,
        summary="Three filters, and one sentence.",
        url="https://learn.people.customerhub.net/webinars/ask-your-list",
        begins_at=AT,
        seconds=213.6,
        told_at=AT - timedelta(days=7),
    )


def read(calendar: str) -> dict[str, str]:
    """Its lines, unfolded, by name."""
    assert calendar.endswith("\r\n")
    assert "\n" not in calendar.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    return dict(line.split(":", 1) for line in calendar.replace("\r\n ", "").strip().split("\r\n"))


def test_it_says_what_when_for_how_long_and_where() -> None:
    lines = read(as_calendar(premiere()))
    assert lines["DTSTART"] == "20270304T090500Z"
    assert lines["DTSTAMP"] == "20270225T090500Z"
    assert lines["DURATION"] == "PT214S"
    assert lines["UID"] == "ask-your-list@learn.people.customerhub.net"
    assert lines["SUMMARY"] == "Ask your list"
    assert lines["DESCRIPTION"].startswith(r"Three filters\, and one sentence. No account\,")


@pytest.mark.parametrize(
    "title",
    ["a; b, c \\ d", "x\r\nATTENDEE:mailto:all@people.customerhub.net\r\nX:", "é" * 80, "名" * 60, "\u2028\x00\x85"],
)
def test_no_title_adds_a_line_and_no_letter_is_cut_in_two(title: str) -> None:
    lines = read(as_calendar(premiere(title)))
    assert "ATTENDEE" not in lines
    shown = lines["SUMMARY"].replace(r"\;", ";").replace(r"\,", ",").replace("\\\\", "\\")
    assert shown.split() == "".join(letter if letter.isprintable() else " " for letter in title).split()
