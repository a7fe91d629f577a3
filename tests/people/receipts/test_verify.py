"""Checking a receipt on the server: only what we signed is genuine, whatever somebody sends."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.people.consent.envelope import canonical
from portal.people.consent.signing import list_public_keys
from portal.people.receipts.verdict import judge
from tests.people.receipts.conftest import GENUINE, Holder, checked
from tests.people.site import ADA, Site
from tests.support.by_hand import check_by_hand

CHANGED = "Not as we signed it"
NO_RECEIPT = "This is not one of our receipts"


def test_a_receipt_that_was_sent_as_a_file_or_pasted_is_genuine(ada: Holder) -> None:
    file = ada.file()
    for sent in ({"text": file}, {"file": (io.BytesIO(file.encode()), "receipt.jsonld")}):
        answer = ada.site.post("/receipts/verify", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 200
        shown = answer.text.partition("<template")[0]
        assert GENUINE in shown
        assert "CustomerHub may e-mail me its offers and goodies." in shown


def test_a_consent_withdrawn_after_its_receipt_was_downloaded_is_said_to_be_withdrawn(ada: Holder) -> None:
    file = ada.file()
    ada.withdraw()
    shown = checked(ada.site, file)
    assert "Genuine, and withdrawn since" in shown
    assert 'data-state="withdrawn"' in shown
    assert GENUINE not in shown


def test_no_byte_of_a_receipt_can_be_changed_but_what_means_the_same(ada: Holder) -> None:
    file, keys = ada.file().encode(), public_keys(ada.site)
    document = json.loads(file)
    assert judge(file, keys=keys).is_genuine
    for place in range(len(file)):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        if judge(changed, keys=keys).is_genuine:
            assert json.loads(changed) == document, changed[place - 20 : place + 20]


def test_no_part_can_be_cut_off_or_replaced(ada: Holder) -> None:
    file, keys = ada.file(), public_keys(ada.site)
    for length in (0, 1, len(file) // 2, len(file.rstrip()) - 1):
        assert judge(file[:length], keys=keys).failed == "readable"
    document = json.loads(file)
    for name in document:
        assert not judge(json.dumps({**document, name: "other"}), keys=keys).is_genuine, name
        assert not judge(json.dumps({key: part for key, part in document.items() if key != name}), keys=keys).is_genuine
    assert not judge(json.dumps(document | {"more": 1}), keys=keys).is_genuine


def test_a_receipt_of_somebody_elses_key_is_none_of_ours(ada: Holder) -> None:
    document = ada.document()
    del document["proof"]["value"]
    document["record"]["shown"]["words"] = "CustomerHub may call me at night."
    document["proof"]["value"] = Ed25519PrivateKey.generate().sign(canonical(document)).hex()
    assert judge(json.dumps(document), keys=public_keys(ada.site)).failed == "signature"
    document["proof"]["key"] = "0" * 16
    assert judge(json.dumps(document), keys=public_keys(ada.site)).failed == "key"
    assert CHANGED in checked(ada.site, json.dumps(document))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hello",
        "[]",
        "null",
        "1e999",
        '{"@type": "dpv:ConsentReceipt"}',
        '{"proof": {}}',
        "{" * 50_000,
        "\ufeff{}",
    ],
)
def test_what_is_no_receipt_is_said_to_be_none_and_what_to_do(site: Site, text: str) -> None:
    answer = site.post("/receipts/verify", data={"text": text})
    assert answer.status_code == 422
    shown = answer.text.partition("<template")[0]
    assert NO_RECEIPT in shown or "Choose a file, or paste its text below." in shown


def test_bytes_that_are_no_text_and_files_that_are_too_large_are_refused_in_words(site: Site) -> None:
    binary = {"file": (io.BytesIO(bytes(range(256))), "picture.png")}
    answer = site.post("/receipts/verify", data=binary, content_type="multipart/form-data")
    assert answer.status_code == 422
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.jsonld"\r\n\r\n'
    large = part + b"x" * 1_000_000 + b"\r\n--b--\r\n"
    answer = site.post("/receipts/verify", data=large, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    assert "too much" in answer.text


def test_hostile_text_in_what_is_pasted_stays_text(site: Site) -> None:
    hostile: dict[str, Any] = {"@type": "dpv:ConsentReceipt", "proof": {"key": "</textarea><script>alert(1)</script>"}}
    answer = site.post("/receipts/verify", data={"text": json.dumps(hostile)})
    assert "<script>alert" not in answer.text
    assert CHANGED in answer.text.partition("<template")[0]


def test_checking_keeps_nothing_of_what_was_sent(ada: Holder) -> None:
    file, before = ada.file(), ada.site.dump()
    ada.site.post("/receipts/verify", data={"text": file})
    assert ada.site.dump() == before
    assert ADA not in ada.site.get("/receipts/verify").text


def public_keys(site: Site) -> dict[str, bytes]:
    with site.database.reading() as db:
        return list_public_keys(db)


def test_the_lines_in_the_docs_check_a_receipt_and_refuse_a_changed_one(ada: Holder, tmp_path: Path) -> None:
    file, keys = ada.file(), ada.site.get("/receipts/keys.json").text
    for content, is_genuine in ((file, True), (file.replace("its offers", "any offers"), False)):
        done = check_by_hand("receipts.md", content, keys=keys, folder=tmp_path)
        assert (done.returncode == 0) is is_genuine, done.stderr
        assert ("genuine: CustomerHub may e-mail me" in done.stdout) is is_genuine
