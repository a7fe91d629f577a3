"""A consent's receipt: read by whoever holds its id, kept as a signed file, and honest about what became of it."""

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from portal.people.consent.checkpoints import make_checkpoint
from portal.people.consent.envelope import canonical
from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.consent.signing import open_signer, rotate
from portal.shared import clock
from tests.people.receipts.conftest import GENUINE, RECEIPT, Holder, checked
from tests.people.site import ADA, BEN, Site, at, find_person_id, first

START = at("2026-03-01T09:00:00+00:00")
MANDATORY = (  # of ISO/IEC TS 27560:2023
    *("privacy_notice", "language", "purpose", "pii_information", "pii_controllers", "storage_locations"),
    *("retention_period", "jurisdiction", "withdrawal_method"),
)


def test_the_page_shows_the_exact_words_who_asks_when_and_how_to_stop(ada: Holder) -> None:
    page = ada.page()
    for words in (
        "CustomerHub may e-mail me its offers and goodies.",
        "CustomerHub asked",
        "14 Sample Row, Anytown",
        "Confirmed",
        "not ticked",
        "Press the link in any message.",
        ADA,
    ):
        assert words in page
    assert 'data-state="confirmed"' in page


def test_a_withdrawn_consent_is_shown_as_such_on_the_page_and_in_the_file(ada: Holder) -> None:
    ada.withdraw()
    page = ada.page()
    assert 'data-state="withdrawn"' in page
    assert "Withdrawn. We do not write to you for this any more." in page
    document = ada.document()
    assert document["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentWithdrawn"
    assert [change["state"] for change in document["changes"]] == ["confirmed", "withdrawn"]


def test_what_is_agreed_to_anew_has_a_receipt_of_its_own_and_the_old_one_stays_withdrawn(site: Site) -> None:
    with time_machine.travel(START, tick=False) as now:
        ada = Holder(site)
        ada.withdraw()
        now.shift(timedelta(days=2))
        again = Holder(site)
    assert again.address != ada.address
    assert ada.document()["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentWithdrawn"
    assert again.document()["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentGiven"


def test_the_account_lists_each_consent_with_its_receipt(ada: Holder) -> None:
    address = first(RECEIPT, ada.browser().get("/account").text)
    assert ada.site.get(address).status_code == 200


def test_the_file_holds_dpv_terms_and_every_mandatory_field_of_iso_27560(ada: Holder) -> None:
    document = ada.document()
    assert document["@type"] == "dpv:ConsentReceipt"
    assert document["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentGiven"
    for term in (
        *("dpv:hasPurpose", "dpv:hasDataSubject", "dpv:hasDataController", "dpv:hasPersonalData", "dpv:hasLegalBasis"),
        *("dpv:hasRight", "dpv:hasNotice", "dpv:hasConsentControl", "dpv:hasJurisdiction"),
    ):
        assert document[term], term
    prefixes = set(document["@context"])
    assert {term.partition(":")[0] for term in document if ":" in term} <= prefixes
    record = document["record"]
    assert {"schema_version", "record_id", "pii_principal_id"} <= set(record["header"])
    assert {"event_time", "validity_duration", "entity_id", "event_type", "event_state"} <= set(record["event"])
    assert [field for field in MANDATORY if field not in record["processing"]] == []
    for party in record["parties"]:
        assert {"party_id", "party_address", "party_name", "party_contact", "party_type"} <= set(party)


def test_a_stranger_checks_the_signature_with_the_published_key_and_a_few_lines(ada: Holder) -> None:
    published = {key["id"]: key["public"] for key in json.loads(ada.site.get("/receipts/keys.json").text)["keys"]}
    document = ada.document()
    proof = document["proof"]
    signature = bytes.fromhex(proof.pop("value"))
    signed = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(published[proof["key"]]))
    key.verify(signature, signed)
    ledger = document["ledger"]
    parts = (bytes.fromhex(ledger["previous_leaf"]), bytes.fromhex(ledger["commitment"]), ledger["head"].encode())
    assert hashlib.sha256(b"customerhub consent leaf 2\x00" + b"".join(parts)).hexdigest() == ledger["leaf"]
    record = json.dumps(document["record"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    committed = b"customerhub consent payload 2\x00" + ledger["head"].encode() + b"\x00" + record
    assert hmac.digest(bytes.fromhex(ledger["opening"]), committed, "sha256").hex() == ledger["commitment"]


def test_once_a_checkpoint_counts_it_the_file_holds_the_way_there(ada: Holder) -> None:
    before = ada.document()
    assert before["ledger"]["inclusion"] is None
    assert "Not counted yet" in checked(ada.site, json.dumps(before))
    keyring = ada.site.keyring
    with ada.site.database.transaction() as db:
        make_checkpoint(db, keyring=keyring, now=clock.now())
    document = ada.document()
    shown = checked(ada.site, json.dumps(document))
    assert GENUINE in shown
    assert "Taking it away would be found." in shown
    document["ledger"]["inclusion"]["path"][0][1] = "0" * 64
    sign_again(ada.site, document)
    assert "The way to the checkpoint does not lead there." in checked(ada.site, json.dumps(document))


def test_a_receipt_that_an_older_key_signed_can_still_be_checked(ada: Holder) -> None:
    before = ada.file()
    keyring = ada.site.keyring
    with ada.site.database.transaction() as db:
        rotate(db, keyring=keyring, now=clock.now())
    assert GENUINE in checked(ada.site, before)
    assert json.loads(before)["proof"]["key"] != ada.document()["proof"]["key"]


def test_who_asks_for_data_gets_the_file_at_the_same_address(ada: Holder) -> None:
    answer = ada.site.get(ada.address, headers={"Accept": "application/ld+json"})
    assert answer.mimetype == "application/ld+json"
    assert "Accept" in answer.headers["Vary"].split(", ")
    assert json.loads(answer.text)["@type"] == "dpv:ConsentReceipt"


@pytest.mark.parametrize("ending", ["", ".jsonld", "/state.json"])
def test_neither_cache_nor_search_engine_keeps_it_and_it_comes_as_what_it_is(ada: Holder, ending: str) -> None:
    answer = ada.site.get(f"{ada.address}{ending}")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("ending", ["", ".jsonld", "/state.json"])
def test_an_id_that_nobody_was_given_opens_nothing(ada: Holder, ending: str) -> None:
    ben = Holder(ada.site, BEN)
    record, code = ada.address[-48:-32], ada.address[-32:]
    others = ben.address[-48:-32]
    flipped = ("0" if code[0] != "0" else "1") + code[1:]
    for wrong in (f"{others}{code}", f"{record}{flipped}", record, f"{record}{code}0", "0" * 48, "ä" * 48, "%00"):
        assert ada.site.get(f"/receipts/{wrong}{ending}").status_code in (400, 404), wrong


def test_once_the_person_is_erased_nothing_of_it_is_shown_and_the_state_says_so(ada: Holder) -> None:
    act, keyring = Act(at=clock.now(), key="erased"), ada.site.keyring
    with ada.site.database.transaction() as db:
        person_id = find_person_id(db, ADA)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=act)
    for ending in ("", ".jsonld"):
        answer = ada.site.get(f"{ada.address}{ending}")
        assert answer.status_code == 410
        assert ADA not in answer.text
    assert json.loads(ada.site.get(f"{ada.address}/state.json").text)["state"] == "erased"


def sign_again(site: Site, document: dict[str, Any]) -> None:
    """Sign what was changed with our own key, as nobody else could."""
    keyring = site.keyring
    with site.database.reading() as db:
        signer = open_signer(db, keyring=keyring, now=clock.now())
    del document["proof"]["value"]
    document["proof"]["value"] = signer.sign(canonical(document)).hex()
