"""Campaigns and segments as marketing writes them: what is wrong is said by line, and nothing in them is obeyed."""

from datetime import UTC, datetime, time

import pytest

from portal.people.messages.way_out import new_way_out
from portal.people.outreach import placeholders
from portal.people.outreach.campaigns import NoSuchCampaign, Window, get_campaign, list_campaigns, read_campaign
from portal.people.outreach.letters import letterhead, write
from portal.people.outreach.reading import Faulty
from portal.people.outreach.segments import list_segments, read_segment
from tests.people.outreach.conftest import CAMPAIGN, SEGMENT, Content


def test_what_we_ship_can_be_used() -> None:
    assert [found for found in list_campaigns().values() if isinstance(found, Faulty)] == []
    assert [found for found in list_segments().values() if isinstance(found, Faulty)] == []
    assert len(list_campaigns()) >= 3


def test_no_two_of_our_campaigns_share_a_paragraph() -> None:
    texts = [found.body.split("\n\n") for found in list_campaigns().values() if not isinstance(found, Faulty)]
    paragraphs = [paragraph for text in texts for paragraph in text]
    assert len(paragraphs) == len(set(paragraphs))


@pytest.mark.parametrize(
    ("key", "line", "number", "words"),
    [
        ("purpose", 'purpose = "everything"', 4, "Write one of: offers, webinars."),
        ("segment", 'segment = "nobody"', 5, "There is no content/segments/nobody.toml"),
        ("subject", 'subject = "one\\nBcc: two"', 3, "Write it on one line"),
        ("subject", 'subject = "=?utf-8?q?x?="', 3, "Write it on one line"),
        ("subject", 'subject = "{{ config }}"', 3, "brace"),
        ("subject", 'subject = "{secret}"', 3, "is no placeholder"),
        ("from", 'from = "a\\u2028b"', 6, "Write it on one line"),
        ("leads_to", 'leads_to = "https://elsewhere.example/"', 8, "an address on this site"),
        ("rest_days", "rest_days = -1", 9, "from 0 to 90"),
        ("rest_days", "rest_dais = 3", 9, "Nobody knows this key"),
        ("button", 'button = "', 7, "This is not TOML"),
        ("Hello {name|there},", "", 0, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: Content, key: str, line: str, number: int, words: str) -> None:
    if not words:
        return
    content.campaign("wrong", **{key: line})
    with pytest.raises(Faulty) as caught:
        get_campaign("wrong")
    assert any(fault.line == number and words in fault.words for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello {firs|there}", "is no placeholder"),
        ("Hello {first|}", "needs a word"),
        ("Hello {first|{{7*7}}}", "brace"),
        ("{% include 'x' %}", "is no placeholder"),
        ("<script>alert(1)</script>", "HTML is shown as it is typed"),
        ("[here](javascript:alert(1))", "A link begins with /"),
        ("[here](/x?{name})", "A link holds no placeholder"),
        ("", "There are no words"),
    ],
)
def test_the_words_themselves_are_checked(content: Content, text: str, words: str) -> None:
    head = CAMPAIGN.rpartition("+++")[0]
    with pytest.raises(Faulty, match=words.replace("/", ".")):
        read_campaign("x", f"{head}+++\n\n{text}\n")


def test_several_faults_come_at_once(content: Content) -> None:
    content.campaign("wrong", purpose='purpose = "x"', rest_days="rest_days = 100")
    with pytest.raises(Faulty) as caught:
        get_campaign("wrong")
    assert [fault.key for fault in caught.value.faults] == ["purpose", "rest_days"]


@pytest.mark.parametrize("slug", ["x" * 49, "two--dashes", "-x", "x-", "Setup"])
def test_a_name_that_no_header_and_no_address_may_hold_is_refused(content: Content, slug: str) -> None:
    content.campaign(slug)
    listed = list_campaigns()[slug]
    assert isinstance(listed, Faulty)
    assert "48 at most" in str(listed)


def test_what_is_listed_as_right_can_be_opened(content: Content) -> None:
    content.campaign("x" * 48)
    content.campaign("a-1")
    assert [get_campaign(slug).slug for slug in list_campaigns()] == ["a-1", "setup", "x" * 48]


@pytest.mark.parametrize("slug", ["nothing", "../offers/setup-day", "", "Setup", "a\x00b"])
def test_a_campaign_that_is_not_there_is_not_found(content: Content, slug: str) -> None:
    with pytest.raises(NoSuchCampaign):
        get_campaign(slug)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "x"', "at least one"),
        (SEGMENT.replace("asked_for", "asked"), "has one of these"),
        (SEGMENT + "since = 'monday'\n", "a date without quotes"),
        (SEGMENT + "took = 'setup-day'\n", "has one of these"),
        (SEGMENT + "ever = 1\n", "Nobody knows this key"),
        ("title = ", "not TOML"),
    ],
)
def test_a_segment_that_asks_nothing_we_know_is_refused(text: str, words: str) -> None:
    with pytest.raises(Faulty, match=words):
        read_segment("x", text)


def test_a_name_is_put_in_as_text_whatever_it_holds(content: Content) -> None:
    head = letterhead(get_campaign("setup"), url="https://learning.customerhub.net")
    values = placeholders.values_for("<b>{{7*7}} {name}\r\nBcc: =?x\u2028</b>")
    mail = write(
        head,
        to="ada@people.customerhub.net",
        values=values,
        way_out=new_way_out(url="https://learning.customerhub.net"),
    )
    assert mail.subject == "<b>{{7*7}}, a setup day"
    assert "Hello &lt;b&gt;{{7*7}} {name} Bcc: x &lt;/b&gt;" in mail.html
    assert "Hello <b>{{7*7}} {name} Bcc: x </b>," in mail.text
    assert "<em>spreadsheet</em>" in mail.html
    assert 'href="https://learning.customerhub.net/offers/setup-day"' in mail.html
    assert "how it goes (https://learning.customerhub.net/offers/setup-day)" in mail.text


def test_whoever_gave_no_name_gets_the_word_for_it(content: Content) -> None:
    head = letterhead(get_campaign("setup"), url="https://learning.customerhub.net")
    mail = write(
        head,
        to="ada@people.customerhub.net",
        values=placeholders.values_for(" "),
        way_out=new_way_out(url="https://learning.customerhub.net"),
    )
    assert mail.subject == "Hello, a setup day"
    assert "Hello there," in mail.text


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-05T15:00", "2026-03-05T15:00"),  # a Thursday, 10:00 in New York
        ("2026-03-05T12:00", "2026-03-05T14:00"),
        ("2026-03-05T23:30", "2026-03-06T14:00"),
        ("2026-03-07T15:00", "2026-03-09T13:00"),  # over a weekend, in which the clocks went forward
    ],
)
def test_a_window_opens_by_the_clocks_of_its_place(now: str, opens: str) -> None:
    window = Window(days=("mon", "tue", "wed", "thu", "fri"), opens=time(9), closes=time(18), zone="America/New_York")
    at, expected = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, opens))
    assert window.next_open(at) == expected
