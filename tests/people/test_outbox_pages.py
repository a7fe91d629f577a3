"""The outbox as a page: on one's own machine alone, and harmless whatever a message holds."""

import re
from pathlib import Path

from portal.people.messages import outbox
from portal.people.messages.mail import Mail
from portal.people.messages.outbox import compose
from portal.people.messages.service import Service
from portal.people.messages.way_out import new_way_out
from portal.shared import clock
from tests.people.site import ADA, Site
from tests.support.engines import Engine
from tests.support.sides import people_app


def test_a_message_shows_headers_text_and_a_framed_body(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    for shown in ("List-Unsubscribe-Post", "Message-ID", ADA, "Was it you?", mail.confirm, mail.opt_out):
        assert shown in mail.page
    (frame,) = re.findall(r"<iframe[^>]*>", mail.page)
    assert f'src="/_outbox/{mail.id}/body"' in frame
    assert "allow-scripts" not in frame
    assert "allow-same-origin" not in frame


def test_the_body_stands_under_a_policy_of_its_own_and_sets_no_cookie(site: Site) -> None:
    answer = site.get(f"/_outbox/{site.asked(ADA).id}/body")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy
    assert "Set-Cookie" not in answer.headers
    assert answer.mimetype == "text/html"


def test_what_a_message_holds_is_shown_as_text_outside_its_frame(site: Site) -> None:
    mail = Mail(
        to=ADA,
        subject="<script>1</script>",
        text="<script>2</script>",
        html="<script>3</script>",
        way_out=new_way_out(url="http://x"),
    )
    keyring = site.keyring
    message = compose(mail, kind=Service.SIGN_IN, address_hash="x", cause_id="x", keyring=keyring, now=clock.now())
    with site.database.transaction() as db:
        outbox.put(db, message)
    assert "<script>3" in site.get(f"/_outbox/{message['id']}/body").text
    for path in ("/_outbox", f"/_outbox/{message['id']}"):
        page = site.get(path).text
        assert "&lt;script&gt;1" in page
        assert not re.search("<script>[123]", page)


def test_an_unknown_message_is_not_found(site: Site) -> None:
    for path in ("/_outbox/nothing", "/_outbox/nothing/body", "/_outbox/x%00"):
        assert site.get(path).status_code in (400, 404)


def test_it_does_not_exist_where_mail_is_really_sent(engine: Engine, tmp_path: Path) -> None:
    site = Site(
        people_app(
            tmp_path,
            PEOPLE_URL="https://learning.customerhub.net",
            MAIL_URL="smtp://mail.customerhub.net",
            PEOPLE_SECRET_KEYS="k" * 40,
        )
    )
    site.sign_up(ADA)
    (message_id,) = site.rows("select id from messages")[0]
    for path in ("/_outbox", f"/_outbox/{message_id}", f"/_outbox/{message_id}/body"):
        assert site.get(path).status_code == 404
