"""Drafting an announcement: a campaign that could be sent as it is, that nobody sent, and that is never overwritten."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.people.outreach.campaigns import read_campaign
from portal.people.outreach.drafting import DraftedBefore, News, draft_announcement

NEWS = News(
    slug="ask-your-list",
    title="Ask your list a question",
    summary="Three short filters and one plain sentence.",
    presenter="Noor Haverlee",
)


def test_a_draft_is_a_campaign_to_those_who_asked_to_hear_of_webinars(tmp_path: Path) -> None:
    path = draft_announcement(NEWS, folder=tmp_path)
    campaign = read_campaign(path.stem, path.read_text("utf-8"))
    assert path.name == "ask-your-list-is-out.md"
    assert (campaign.purpose, campaign.segment, campaign.kind) == ("webinars", "agreed-to-webinars", "announcement")
    assert (campaign.subject, campaign.signed) == ("New webinar: Ask your list a question", "Noor Haverlee")
    assert campaign.leads_to == "/webinars/ask-your-list"
    assert "Three short filters" in campaign.body


def test_a_premiere_says_when_in_the_zone_it_names_and_offers_the_calendar(tmp_path: Path) -> None:
    at = datetime(2027, 3, 4, 9, 5, tzinfo=UTC)
    path = draft_announcement(News(**{**vars(NEWS), "premiere_at": at}), folder=tmp_path)
    campaign = read_campaign(path.stem, path.read_text("utf-8"))
    assert "on Thursday, March 4, 2027, at 09:05 UTC." in campaign.body
    assert "(/webinars/ask-your-list/premiere.ics)" in campaign.body
    assert campaign.button == "See when it is shown"


def test_a_draft_that_somebody_mended_is_left_alone(tmp_path: Path) -> None:
    path = draft_announcement(NEWS, folder=tmp_path)
    path.write_text("mended", "utf-8")
    with pytest.raises(DraftedBefore, match="is there already, and stays as it is"):
        draft_announcement(NEWS, folder=tmp_path)
    assert path.read_text("utf-8") == "mended"


@pytest.mark.parametrize(
    "hostile",
    [
        "{name} <script>alert(1)</script> [x](javascript:alert(1))",
        "Bcc: everyone =?utf-8?q?x?=",
        'quotes " and \\ and \u202e\u2028 and \t tabs',
        "long " * 200,
    ],
)
def test_whatever_a_title_holds_the_draft_can_be_sent(tmp_path: Path, hostile: str) -> None:
    news = News(slug="x" * 90, title=hostile, summary=hostile, presenter=hostile)
    path = draft_announcement(news, folder=tmp_path)
    campaign = read_campaign(path.stem, path.read_text("utf-8"))
    assert len(campaign.slug) <= 48
    assert "<script" not in campaign.body
