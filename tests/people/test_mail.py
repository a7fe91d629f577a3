"""What a mail is made of: words that every program can show, headers on one line each, nothing fetched, no way in."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.meta import find_undeclared_variables

from portal.people.messages.mail import HeaderFaulty, LinkTooLong, Mail, Topic, as_bytes, render
from portal.people.messages.way_out import WayOut
from portal.people.messages.words import FOLDER, MjmlFaulty, _html_of

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WAY_OUT = f"https://learn.people.customerhub.net/opt-out/{'x' * 43}"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.mjml") if path.stem not in ("head", "top", "foot"))
MARKUP = "<img src=x onerror=alert(1)>{{ 7 * 7 }}</mj-text><mj-image src='https://x.invalid/p.png' />"


class Anything(str):
    """Stands for whatever a template names, whichever part of it: the same words everywhere."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield self

    def __getattribute__(self, name: str) -> Any:
        is_of_text = name.startswith("__") or name in ("splitlines", "replace", "format", "strip", "join")
        return super().__getattribute__(name) if is_of_text else self


def words_of(template: str, words: str) -> dict[str, object]:
    """All that the template asks for: moments by their names, everything else as `words`."""
    files = ("letter.txt", f"{template}.txt", "head.mjml", f"{template}.mjml", "foot.mjml")
    found = [find_undeclared_variables(Environment().parse(_plain(name))) for name in files]
    names = set.union(*found) - {"postal_address", "replies", "subject", "why", "stop"}
    return {name: NOW if name.endswith(("_at", "_on")) else Anything(words) for name in names}


def _plain(name: str) -> str:
    """A template without filters, of which a bare environment knows none."""
    return re.sub(r" \| \w+", "", (FOLDER / name).read_text())


def way_out(opt_out_url: str) -> WayOut:
    url, _, token = opt_out_url.partition("/opt-out/")
    return WayOut(url=url, token=token, stop_code="1234567894")


def mail(**changed: object) -> Mail:
    values: dict[str, object] = {
        "to": "ada@mailbox.customerhub.net",
        "subject": "A setup day",
        "text": "Hello",
        "html": "<p>Hello",
        "way_out": way_out(WAY_OUT),
    }
    return Mail(**(values | changed))  # type: ignore[arg-type]


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_fetches_nothing_and_tells_who_we_are_and_why_it_came(template: str) -> None:
    text, html = render(template, **words_of(template, "https://learn.people.customerhub.net/x"))
    for part in (text, html):
        assert "Why did I get this?" in part
        assert "14 Sample Row" in part
        assert "questions@customerhub.net" in part
    shown = re.sub(r'<!--.*?-->|xmlns[:\w]*="[^"]*"', "", html, flags=re.DOTALL)
    assert not re.search(r"<(img|link|script|iframe|form|object|video|audio)|@import|url\(|src=|background=", shown)
    assert set(re.findall(r"https?://[^\s\"'<]+", shown)) <= {"https://learn.people.customerhub.net/x"}
    assert "prefers-color-scheme: dark" in html
    assert html.count('role="main"') == 1


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_somebody_typed_is_text_in_a_mail_and_never_markup(template: str) -> None:
    _text, html = render(template, **words_of(template, MARKUP))
    assert "<img" not in html
    assert "mj-image" not in re.sub(r"&lt;[^&]*", "", html)
    assert "49" not in re.findall(r"\{\{.*?\}\}", html)
    for place in re.findall(r'="[^"]*onerror[^"]*"', html):
        assert "<" not in place


def test_a_template_that_is_no_mjml_is_refused_with_its_name() -> None:
    with pytest.raises(MjmlFaulty, match="odd"):
        _html_of("<mjml><mj-body><mj-foo/></mj-body>", name="odd")


def test_an_offer_carries_exactly_these_headers_each_on_one_line() -> None:
    head = as_bytes(mail(topic=Topic(purpose="offers", campaign="setup-day")), message_id="0123456789abcdef", now=NOW)
    lines = head.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert lines[:-1] == [
        "From: CustomerHub learning center <learning@customerhub.net>",
        "To: ada@mailbox.customerhub.net",
        "Reply-To: CustomerHub <questions@customerhub.net>",
        "Subject: A setup day",
        "Date: Sun, 01 Mar 2026 09:00:00 +0000",
        "Message-ID: <0123456789abcdef@learn.people.customerhub.net>",
        f"List-Unsubscribe: <{WAY_OUT}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-ID: CustomerHub offers <offers.learning.customerhub.net>",
        "Feedback-ID: setup-day:offers:offer:customerhub",
        "MIME-Version: 1.0",
    ]
    assert lines[-1].startswith("Content-Type: multipart/alternative; boundary=")


def test_only_service_mail_says_that_a_machine_wrote_it() -> None:
    offer = read(as_bytes(mail(topic=Topic(purpose="offers", campaign="setup-day")), message_id="x", now=NOW))
    service = read(as_bytes(mail(), message_id="x", now=NOW))
    assert (service["Auto-Submitted"], service["List-ID"], service["Feedback-ID"]) == ("auto-generated", None, None)
    assert offer["Auto-Submitted"] is None


def test_the_longest_way_out_that_is_let_through_is_not_folded() -> None:
    longest = WAY_OUT + "x" * (199 - len(WAY_OUT))
    content = as_bytes(mail(way_out=way_out(longest)), message_id="x", now=NOW)
    assert f"\r\nList-Unsubscribe: <{longest}>\r\n".encode() in content
    with pytest.raises(LinkTooLong):
        as_bytes(mail(way_out=way_out(longest + "x")), message_id="x", now=NOW)


HOSTILE = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["x\r\nBcc: b@x.y", "x\nBcc: b", "x\rBcc: b", "x\u2028Bcc: b", "x\x85y", "x\0y", "\ud800", "=?utf-8?q?=0ABcc?="]
)


@settings(max_examples=300, deadline=None)
@given(
    field=st.sampled_from(["to", "subject", "opt_out_url", "purpose", "campaign", "message_id", "request_id"]),
    typed=HOSTILE,
    before=st.booleans(),
)
def test_no_field_can_add_a_header_a_recipient_or_a_line(field: str, typed: str, before: bool) -> None:
    """Whatever is typed is refused by name, or stays inside its own header."""
    plain = {"purpose": "offers", "campaign": "setup-day", "message_id": "0123456789abcdef", "request_id": "abc"}
    plain |= {"to": "ada@mailbox.customerhub.net", "subject": "A setup day", "opt_out_url": WAY_OUT}
    words = plain | {field: plain[field] + typed if before else typed}
    hostile = mail(
        to=words["to"],
        subject=words["subject"],
        way_out=way_out(words["opt_out_url"]),
        topic=Topic(purpose=words["purpose"], campaign=words["campaign"]),
    )
    try:
        content = as_bytes(hostile, message_id=words["message_id"], now=NOW, request_id=words["request_id"])
    except (HeaderFaulty, LinkTooLong):
        return
    harmless = as_bytes(
        mail(topic=Topic(purpose="offers", campaign="setup-day")), message_id="x", now=NOW, request_id="abc"
    )
    assert read(content).keys() == read(harmless).keys()
    head = content.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n|\r\n[ \t]", head)
    assert len(read(content)["To"].addresses) == 1


def test_a_body_cannot_end_the_mail_or_start_a_part_of_its_own() -> None:
    hostile = "\r\n.\r\nMAIL FROM:<x@x.invalid>\r\n--===============0==\r\nFrom x\r\n"
    parts = list(read(as_bytes(mail(text=hostile, html=hostile), message_id="x", now=NOW)).iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert all("MAIL FROM:<x@x.invalid>" in part.get_content() for part in parts)
