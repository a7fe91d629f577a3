"""What is public, in the studio: listed with what is to come, rolled back, called off, taken off, announced."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal.cli import portal
from portal.people.accounts.audit import What
from portal.people.outreach import campaigns, segments
from portal.people.publications import records
from portal.people.publications.models import Publication
from portal.people.search.indexing import index_publication
from portal.people.tips.reading import FOLDER as TIPS
from portal.people.tips.reading import read_tip
from portal.shared import clock
from tests.people.browser import Browser, log_of
from tests.people.site import CLEO, Site

TIP = "saved-views"
HERE = f"/studio/publications/tips/{TIP}"


def publish(site: Site, *, later: timedelta | None = None, slug: str = TIP, **changes: Any) -> Publication:
    """Make a tip of ours public, now or later, with some of what it says changed."""
    now = clock.now()
    told = json.loads(read_tip(TIPS / f"{TIP}.md").as_json()) | {"slug": slug} | changes
    with site.database.transaction() as db:
        made, _ = records.publish(
            db,
            kind="tip",
            slug=slug,
            content=json.dumps(told),
            by="Mara",
            now=now,
            public_from=now + later if later else None,
        )
        index_publication(db, made, now=now)
        db.expunge(made)
    return made


@pytest.fixture
def mara(site: Site) -> Browser:
    return Browser(site).by_start_link(role="publisher")


def test_everything_public_and_to_come_is_listed_with_who_and_since_when(mara: Browser) -> None:
    assert "Nothing is planned" in mara.get("/studio/publications/").text
    publish(mara.site, title="Views <b>kept</b>")
    publish(mara.site, later=timedelta(days=3), title="Views for spring")
    page = mara.get("/studio/publications/").text
    assert "Views &lt;b&gt;kept" in page
    assert "by Mara" in page
    assert "Views for spring" in page
    assert "replaces what is public" in page


def test_an_earlier_version_is_public_again_after_a_question_and_in_the_log(mara: Browser) -> None:
    first = publish(mara.site, title="The first words")
    publish(mara.site, title="The second words")
    ask = f"{HERE}/roll-back/{first.version[:12]}"
    assert ask in mara.get(HERE).text
    assert "The first words" in mara.get(ask).text
    assert "The second words" in mara.get(f"/tips/{TIP}").text
    assert mara.post(ask, from_page=ask).location == HERE
    assert "The first words" in mara.get(f"/tips/{TIP}").text
    assert What.ROLLED_BACK in log_of(mara.site)
    by = mara.site.rows("select published_by from publications order by id desc")[0][0]
    assert by.startswith("staff:")
    assert by not in mara.get(HERE).text  # a name stands there


def test_an_earlier_version_can_be_planned_and_the_plan_called_off(mara: Browser) -> None:
    first = publish(mara.site, title="The first words")
    publish(mara.site, title="The second words")
    ask = f"{HERE}/roll-back/{first.version[:12]}"
    late = mara.post(ask, from_page=ask, public_from="2020-01-01T09:00")
    assert late.status_code == 422
    assert 'value="2020-01-01T09:00"' in late.text
    assert mara.post(ask, from_page=ask, public_from="soon").status_code == 422
    when = f"{clock.now() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    assert mara.post(ask, from_page=ask, public_from=when).location == HERE
    page = mara.get(HERE).text
    assert "To come" in page
    (plan,) = mara.site.rows("select max(id) from publications")[0]
    mara.post(f"{HERE}/call-off/{plan}", from_page=f"{HERE}/call-off/{plan}")
    assert "Called off" in mara.get(HERE).text
    assert "Nothing is planned" in mara.get("/studio/publications/").text
    assert mara.post(f"{HERE}/call-off/{plan}").status_code == 409
    assert What.CALLED_OFF in log_of(mara.site)


def test_what_never_was_public_is_called_off_and_stays_unknown(mara: Browser) -> None:
    plan = publish(mara.site, later=timedelta(days=3))
    ask = f"{HERE}/call-off/{plan.id}"
    assert mara.post(ask, from_page=ask).location == HERE
    with mara.site.database.reading() as db:
        assert records.in_force(db, kind="tip", at=clock.now() + timedelta(days=4)) == []


def test_what_is_taken_off_leads_on_and_can_come_back(mara: Browser) -> None:
    made = publish(mara.site)
    ask = f"{HERE}/unpublish"
    for wrong in ("", "//elsewhere.example", "https://elsewhere.example"):
        refused = mara.post(ask, from_page=ask, redirect_to=wrong)
        assert refused.status_code == 422, wrong
        assert "Write a path of this site" in refused.text
    assert mara.post(ask, from_page=ask, redirect_to="/tips/?topic=numbers").location == HERE
    assert mara.get(f"/tips/{TIP}").location == "/tips/?topic=numbers"
    assert "Off the site" in mara.get("/studio/publications/").text
    assert mara.get("/webinars/search?q=saved").text.count(f"/tips/{TIP}") == 0
    assert mara.post(ask, redirect_to="/tips/").status_code == 409
    back = f"{HERE}/roll-back/{made.version[:12]}"
    mara.post(back, from_page=back)
    assert mara.get(f"/tips/{TIP}").status_code == 200
    assert What.UNPUBLISHED in log_of(mara.site)


WRONG_WAYS = {
    HERE.removeprefix("/studio/publications"): "would lead to itself",
    f"/tips/{TIP}?from=mail": "would lead to itself",
    "/tips/taken-off": "was taken off the site itself and leads to /tips/",
    "/tips/nothing-here": "Nothing is public at /tips/nothing-here",
    "/webinars/nothing-here/transcript.txt": "Nothing is public at /webinars/nothing-here",
    "/paths/nothing-here": "Write a page that is listed at /paths/",
    "/offers/nothing-here": "No offer nothing-here is public",
    "/no/such/page": "There is no page at /no/such/page",
    "/\\elsewhere.example": "Write a path of this site",
}


def test_what_is_taken_off_leads_neither_to_itself_nor_to_nothing(
    mara: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mara.site.environ.items():
        monkeypatch.setenv(name, value)
    publish(mara.site)
    publish(mara.site, slug="taken-off")
    command = ["publications", "unpublish", "tip"]
    assert CliRunner().invoke(portal, [*command, "taken-off"]).exit_code == 0
    ask = f"{HERE}/unpublish"
    for wrong, words in WRONG_WAYS.items():
        refused = mara.post(ask, from_page=ask, redirect_to=wrong)
        assert (refused.status_code, words in refused.text) == (422, True), wrong
        said = CliRunner().invoke(portal, [*command, TIP, "--to", wrong])
        assert (said.exit_code, words in said.output) == (2, True), said.output
    assert mara.get(f"/tips/{TIP}").status_code == 200
    for right in ("/offers/setup-day#terms", "/webinars", "/", f"/tips/{TIP}-other"):
        publish(mara.site, title=f"Until it leads to {right}")
        publish(mara.site, slug=f"{TIP}-other")
        assert CliRunner().invoke(portal, [*command, TIP, "--to", right]).exit_code == 0, right
        assert mara.get(f"/tips/{TIP}").location == right


def test_who_writes_may_look_and_not_publish(site: Site) -> None:
    made = publish(site)
    publish(site, title="Another")
    writer = Browser(site).by_start_link(role="marketer", email=CLEO)
    page = writer.get(HERE).text
    assert "Publish again" not in page
    for act in ("unpublish", f"roll-back/{made.version[:12]}", f"call-off/{made.id}"):
        assert f"{HERE}/{act}" not in page
        assert writer.post(f"{HERE}/{act}").status_code == 403
    assert Browser(site).by_start_link(role="privacy").get(HERE).status_code == 403


def test_wrong_turns_say_what_to_do(mara: Browser) -> None:
    publish(mara.site)
    where = "/studio/publications"
    for path in ("tips/nothing", "letters/one", f"tips/{TIP}/roll-back/zz", "tips/nothing/unpublish"):
        assert mara.get(f"{where}/{path}").status_code == 404, path
    assert mara.post(f"{where}/letters/one/unpublish", redirect_to="/").status_code == 404
    assert mara.post(f"{HERE}/announce").status_code == 409


@pytest.fixture
def announced(mara: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A webinar that is public, and a folder of campaigns of this test's own."""
    folder = tmp_path / "campaigns"
    folder.mkdir()
    monkeypatch.setattr(campaigns, "FOLDER", folder)
    with mara.site.database.transaction() as db:
        records.publish(db, kind="webinar", slug="ask", content=recording(), by="Mara", now=clock.now())
    return mara


def test_a_campaign_is_drafted_and_nothing_leaves(announced: Browser) -> None:
    here = "/studio/publications/webinars/ask"
    assert "Draft a campaign" in announced.get(here).text
    answer = announced.post(f"{here}/announce", from_page=here)
    assert answer.location == "/studio/campaigns/ask-is-out"
    assert segments.find_segment("agreed-to-webinars")
    assert "New recording: Ask" in announced.get("/studio/campaigns/ask-is-out").text
    assert announced.site.count("messages") == 0
    assert "Look at the draft" in announced.get(here).text
    assert announced.post(f"{here}/announce").status_code == 409
    assert What.CAMPAIGN_DRAFTED in log_of(announced.site)


def test_where_the_draft_cannot_be_written_the_command_is_said(
    announced: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "FOLDER", Path("/nowhere/at/all"))
    here = "/studio/publications/webinars/ask"
    answer = announced.post(f"{here}/announce", from_page=here)
    assert answer.status_code == 409
    assert "bin/portal publish content/webinars/ask --draft-campaign" in answer.text


def recording() -> str:
    """A webinar as a publication keeps it."""
    track = {"sha256": "0" * 64, "name": "chapters.vtt"}
    line = {"start": 1.0, "stop": 3.0, "words": "Ask them.", "speaker": ""}
    captions = {"sha256": "1" * 64, "name": "captions.en.vtt"}
    return json.dumps(
        {
            "slug": "ask",
            "title": "Ask",
            "summary": "How to ask.",
            "speakers": ["Ines Okafor-Lind"],
            "topics": ["Consent"],
            "level": "everyday",
            "language": "en",
            "held_on": "2026-03-03",
            "premiere_at": None,
            "seconds": 200.0,
            "source": "2" * 64,
            "poster": None,
            "tracks": [{"language": "en", "captions": captions, "lines": [line]}],
            "chapter_track": track,
            "chapters": [{"start": 0.0, "stop": 200.0, "title": "Asking", "lines": [line]}],
            "said": line,
            "notes_html": "",
        }
    )
