"""Certificates: only for who is through, about nobody unless they say so, and good for as long as our key is known."""

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.people.consent.envelope import canonical
from portal.people.consent.signing import list_public_keys
from portal.people.paths.certificate import judge
from portal.people.paths.in_browser import COOKIE
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.paths.conftest import HERE, Walker
from tests.people.site import Site
from tests.support.by_hand import check_by_hand

GENUINE = "Genuine, and unchanged since we signed it"


@pytest.fixture
def through(walker: Walker) -> Walker:
    """A visitor who has done every step."""
    walker.do_all()
    return walker


def file_of(walker: Walker, **fields: str) -> str:
    """The signed file behind a certificate, as its page's button fetches it."""
    page = walker.certificate(**fields)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    found = re.search(r'name="text" value="([^"]*)"', page.text)
    assert found
    answer = walker.browser.post("/certificates/file", from_page=HERE, text=unescape(found[1]).replace("\n", "\r\n"))
    assert answer.mimetype == "application/ld+json"
    assert re.fullmatch(
        r'attachment; filename="certificate-[0-9a-f]{16}\.jsonld"', answer.headers["Content-Disposition"]
    )
    return answer.text


def checked(site: Site, text: str) -> str:
    return site.post("/certificates/verify", data={"text": text}).text.partition("<template")[0]


def public_keys(site: Site) -> dict[str, bytes]:
    with site.database.reading() as db:
        return list_public_keys(db)


def test_a_certificate_names_the_path_its_version_the_day_and_nobody(site: Site, through: Walker) -> None:
    told = json.loads(file_of(through))
    (version,) = site.rows("select version from publications where kind = 'path'")[0]
    assert told["schema:about"]["version_sha256"] == version
    assert told["schema:name"] == "Call, then write"
    assert told["dct:issued"]["@value"] == clock.now().date().isoformat()
    assert re.fullmatch("[0-9a-f]{32}", told["dct:identifier"])
    assert told["name"] is None
    assert [step["did"] for step in told["steps"]] == [
        *("marked as watched", "marked as read", "answered rightly", "marked as tried")
    ]
    assert json.loads(file_of(through))["dct:identifier"] != told["dct:identifier"]


def test_a_name_is_as_it_was_typed_and_is_stored_nowhere(site: Site, through: Walker) -> None:
    name = 'Ada "Ace" <b>Lindqvar</b>'
    before = site.dump()
    told = json.loads(file_of(through, name=f"  {name} "))
    assert told["name"] == {"typed": name, "checked": False}
    assert site.dump() == before
    assert "<b>Lindqvar" not in through.certificate(name=name).text


@pytest.mark.parametrize("name", ["x" * 101, "a\u202eb", "a\nb", "a\0b"])
def test_a_name_that_cannot_be_printed_is_refused_and_stays_typed(through: Walker, name: str) -> None:
    answer = through.certificate(name=name)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_nothing_is_certified_before_everything_is_done(site: Site, walker: Walker) -> None:
    assert walker.certificate().status_code == 409
    for number in (1, 2, 4):
        walker.do(number)
    refused = walker.certificate()
    assert refused.status_code == 409
    assert "Something is still to be done" in refused.text
    stranger = Browser(site)
    stranger.client.set_cookie(COOKIE, "eyJjYWxsIjoiIn0.forged", domain="localhost", path="/paths/")
    assert stranger.post(f"{HERE}/certificate", from_page=HERE).status_code == 409


def test_a_certificate_that_was_sent_as_a_file_or_pasted_is_genuine(site: Site, through: Walker) -> None:
    file = file_of(through, name="Ada")
    for sent in ({"text": file}, {"file": (io.BytesIO(file.encode()), "certificate.jsonld")}):
        answer = site.post("/certificates/verify", data=sent, content_type="multipart/form-data")
        shown = answer.text.partition("<template")[0]
        assert answer.status_code == 200
        assert GENUINE in shown
        assert "Call, then write" in shown
        assert "The name is as its holder typed it." in shown


def test_no_byte_of_it_can_be_changed_but_what_means_the_same(site: Site, through: Walker) -> None:
    file, keys = file_of(through, name="Ada").encode(), public_keys(site)
    document = json.loads(file)
    assert judge(file, keys=keys).is_genuine
    for place in range(len(file)):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        if judge(changed, keys=keys).is_genuine:
            assert json.loads(changed) == document, changed[place - 20 : place + 20]


def test_no_part_can_be_cut_off_or_replaced(site: Site, through: Walker) -> None:
    document, keys = json.loads(file_of(through)), public_keys(site)
    for name in document:
        assert not judge(json.dumps({**document, name: "other"}), keys=keys).is_genuine, name
        assert not judge(json.dumps({key: part for key, part in document.items() if key != name}), keys=keys).is_genuine
    assert not judge(json.dumps(document | {"more": 1}), keys=keys).is_genuine


def test_a_certificate_of_somebody_elses_key_is_none_of_ours(site: Site, through: Walker) -> None:
    document = json.loads(file_of(through))
    del document["proof"]["value"]
    document["name"] = {"typed": "Ben", "checked": True}
    document["proof"]["value"] = Ed25519PrivateKey.generate().sign(canonical(document)).hex()
    assert judge(json.dumps(document), keys=public_keys(site)).failed == "signature"
    document["proof"]["key"] = "0" * 16
    assert judge(json.dumps(document), keys=public_keys(site)).failed == "key"
    assert "Not as we signed it" in checked(site, json.dumps(document))


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "[]", "null", "1e999", '{"proof": {}}', "{" * 50_000, "x" * 70_000]
)
def test_what_is_no_certificate_is_said_to_be_none(site: Site, text: str) -> None:
    answer = site.post("/certificates/verify", data={"text": text})
    assert answer.status_code == 422
    shown = answer.text.partition("<template")[0]
    assert "This is not one of our certificates" in shown or "Choose a file, or paste its text below." in shown


def test_a_receipt_is_no_certificate(site: Site) -> None:
    told: dict[str, Any] = {"@type": "dpv:ConsentReceipt", "proof": {}}
    assert judge(json.dumps(told), keys=public_keys(site)).failed == "readable"


def test_the_file_comes_back_only_as_we_signed_it(site: Site, through: Walker) -> None:
    file = file_of(through, name="Ada")
    for sent in (file.replace("Ada", "Ben"), "", "<script>alert(1)</script>"):
        refused = through.browser.post("/certificates/file", from_page=HERE, text=sent)
        assert refused.status_code == 422
        assert "Content-Disposition" not in refused.headers


def test_hostile_text_in_what_is_pasted_stays_text(site: Site) -> None:
    hostile = {"@type": "schema:EducationalOccupationalCredential", "proof": {"key": "</textarea><script>alert(1)"}}
    shown = checked(site, json.dumps(hostile))
    assert "<script>alert" not in shown
    assert "Not as we signed it" in shown


def test_the_lines_in_the_docs_check_a_certificate_and_refuse_a_changed_one(
    site: Site, through: Walker, tmp_path: Path
) -> None:
    file, keys = file_of(through, name="Ada"), site.get("/receipts/keys.json").text
    for content, is_genuine in ((file, True), (file.replace("Ada", "Ben"), False)):
        done = check_by_hand("paths.md", content, keys=keys, folder=tmp_path)
        assert (done.returncode == 0) is is_genuine, done.stderr
        assert ("genuine: Call, then write" in done.stdout) is is_genuine
