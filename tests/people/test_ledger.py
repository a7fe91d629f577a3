"""The ledger as the owner of the database meets it: SQL that goes past all of our code, and no way to rewrite it."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError

from portal.people.accounts.persons import get_seal
from portal.people.consent.envelope import canonical, payload_label
from portal.people.consent.notices import current_wording
from portal.people.consent.opt_out import stop_address
from portal.people.consent.record import Act, Shown, Subject, TickedBeforehand, agreed
from portal.people.consent.suppression import Cause
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, run

COLUMNS = "person_id, position, id, version, purpose, channel, was, state, head, commitment, previous_leaf, leaf"

LEAF = "cast('another leaf, of as many bytes as need be' as {bytes})"
NOTHING = "cast('' as {bytes})"
ADD = f"insert into consent_records ({COLUMNS}) select "
FROM = "from consent_records where position = 2"

FORBIDDEN = {
    "change a record": "update consent_records set purpose = 'webinars' where position = 1",
    "delete a record": "delete from consent_records where position = 2",
    "leave a gap": (
        f"{ADD} person_id, position + 2, 'x', version, purpose, channel, 'confirmed', 'withdrawn', head, commitment, "
        f"leaf, {LEAF} {FROM}"
    ),
    "follow another leaf": (
        f"{ADD} person_id, position + 1, 'x', version, purpose, channel, 'confirmed', 'withdrawn', head, commitment, "
        f"previous_leaf, {LEAF} {FROM}"
    ),
    "take a leaf twice": (
        f"{ADD} person_id, position + 1, 'x', version, purpose, channel, 'confirmed', 'withdrawn', head, commitment, "
        f"leaf, leaf {FROM}"
    ),
    "grant without a request": (
        f"{ADD} person_id, position + 1, 'x', version, 'webinars', channel, 'none', 'confirmed', head, commitment, "
        f"leaf, {LEAF} {FROM}"
    ),
    "pretend another state before": (
        f"{ADD} person_id, position + 1, 'x', version, 'webinars', channel, 'requested', 'confirmed', head, "
        f"commitment, leaf, {LEAF} {FROM}"
    ),
    "invent a state": (
        f"{ADD} person_id, position + 1, 'x', version, purpose, channel, 'confirmed', 'vip', head, commitment, "
        f"leaf, {LEAF} {FROM}"
    ),
    "change where someone stands": "update consent_states set state = 'withdrawn'",
    "move the moment of a state": "update consent_states set changed_at = '1999-01-01 00:00:00.000000'",
    "delete where someone stands": "delete from consent_states",
    "invent where someone stands": (
        "insert into consent_states select person_id, 'webinars', channel, 'confirmed', record_id, changed_at "
        "from consent_states"
    ),
    "change a payload": f"update consent_payloads set sealed = {NOTHING}",
    "delete a payload": "delete from consent_payloads",
    "change a text that was shown": f"update notices set content = {NOTHING}",
    "delete a text that was shown": "delete from notices",
    "lift a no": "delete from suppressions",
    "move a no": "update suppressions set since = '1999-01-01 00:00:00.000000'",
}

# Each engine has a way of its own to change a row by adding one.
BY_REPLACING = {
    "sqlite": {
        "change by replacing": "update or replace consent_records set position = 2 where position = 1",
        "replace a record": f"insert or replace into consent_records ({COLUMNS}) select {COLUMNS} from consent_records",
        "replace a record under another leaf": (
            f"insert or replace into consent_records ({COLUMNS}) select person_id, position, id, version, purpose, "
            f"channel, was, state, head, commitment, previous_leaf, {LEAF} {FROM}"
        ),
        "take a leaf twice and say nothing": (
            f"{ADD.replace('insert', 'insert or ignore')} person_id, position + 1, 'x', version, purpose, channel, "
            f"'confirmed', 'withdrawn', head, commitment, leaf, leaf {FROM}"
        ),
        "move the moment by replacing": (
            "insert or replace into consent_states select person_id, purpose, channel, state, record_id, "
            "'1999-01-01 00:00:00.000000' from consent_states"
        ),
        "replace where someone stands": (
            "insert or replace into consent_states select person_id, purpose, channel, 'withdrawn', record_id, "
            "changed_at from consent_states"
        ),
        "replace a payload": "insert or replace into consent_payloads select record_id, x'00' from consent_payloads",
        "replace a text that was shown": (
            "insert or replace into notices select digest, media_type, x'00', first_shown_at from notices"
        ),
        "replace a no": (
            "insert or replace into suppressions (address_hash, since, channel, cause, purpose) "
            "select address_hash, since, 'fax', cause, purpose from suppressions"
        ),
    },
    "postgresql": {
        "replace a record": (
            f"insert into consent_records ({COLUMNS}) select {COLUMNS} from consent_records "
            "on conflict (person_id, position) do update set purpose = 'webinars'"
        ),
        "replace where someone stands": (
            "insert into consent_states select * from consent_states "
            "on conflict (person_id, purpose, channel) do update set state = 'withdrawn'"
        ),
        "replace a payload": (
            "insert into consent_payloads select * from consent_payloads "
            "on conflict (record_id) do update set sealed = ''"
        ),
        "replace a text that was shown": (
            "insert into notices select * from notices on conflict (digest) do update set content = ''"
        ),
        "replace a no": (
            "insert into suppressions select * from suppressions "
            "on conflict (address_hash, since, purpose) do update set channel = 'fax'"
        ),
        "change a record through a merge": (
            "merge into consent_records r using notices n on r.position = 1 when matched then update set version = 1"
        ),
        **{
            f"empty {table}": f"truncate {table} cascade"
            for table in ("consent_records", "consent_payloads", "consent_states", "notices", "suppressions")
        },
    },
}


def refuses(site: Site, sql: str) -> bool:
    """Whether the owner of the database, whom no grant holds back, is refused, and nothing changed."""
    before = site.dump()
    kind = "bytea" if site.database.writer.dialect.name == "postgresql" else "blob"
    with site.raw() as connection, pytest.raises(IntegrityError, match=r"append only|step_is_allowed"):
        connection.exec_driver_sql(sql.format(bytes=kind))
    return site.dump() == before


@pytest.mark.every_version
@pytest.mark.parametrize("sql", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_database_itself_refuses_to(site: Site, sql: str) -> None:
    site.agreed(ADA, "offers_email")
    site.post(site.agreed(BEN).opt_out)
    assert refuses(site, sql)


@pytest.mark.every_version
def test_no_way_of_replacing_leads_around_the_guards(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    site.post(site.agreed(BEN).opt_out)
    for name, sql in BY_REPLACING[site.database.writer.dialect.name].items():
        assert refuses(site, sql), name


def test_a_state_row_follows_the_newest_record_and_says_what_it_says(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    kind = "bytea" if site.database.writer.dialect.name == "postgresql" else "blob"
    with site.raw() as connection:
        run(
            connection,
            f"{ADD} person_id, position + 1, 'x', version, purpose, channel, 'confirmed', 'withdrawn', head, "
            f"commitment, leaf, {LEAF.format(bytes=kind)} {FROM}",
        )
        follow = "update consent_states set record_id = 'x', state = ?"
        with pytest.raises(IntegrityError, match="append only"), connection.begin_nested():
            run(connection, follow, "confirmed")
        assert run(connection, follow, "withdrawn") == 1


@pytest.mark.parametrize("table", ["consent_records", "consent_payloads", "notices", "suppressions", "consent_states"])
def test_no_row_number_leads_around_the_guards(site: Site, table: str) -> None:
    """By it, INSERT OR REPLACE would delete another row than the one that the trigger looks at."""
    with site.raw() as connection, pytest.raises(DBAPIError, match=r'no such column: rowid|"rowid" does not exist'):
        connection.exec_driver_sql(f"select rowid from {table}")


def test_a_leaf_is_what_the_documentation_says(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    previous = bytes(32)
    rows = site.rows("select head, commitment, previous_leaf, leaf from consent_records order by position")
    for head, commitment, previous_leaf, leaf in rows:
        assert previous_leaf == previous
        assert leaf == hashlib.sha256(b"customerhub consent leaf 2\x00" + previous + commitment + head).digest()
        previous = leaf
    assert len(rows) == 4


def test_the_ledger_itself_names_nobody(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    kept = repr(site.rows("select * from consent_records") + site.rows("select * from consent_states"))
    for named in ("ada@", "ada lindqvar", "customerhub.net", '"ada', "'ada", "127.0.0.1"):  # chance writes "ada", too
        assert named not in kept.lower()


MANDATORY = {  # what ISO/IEC TS 27560:2023 demands, by the part of the record that holds it
    "header": ("schema_version", "record_id", "pii_principal_id"),
    "processing": (
        *("privacy_notice", "language", "purpose", "pii_information", "pii_controllers", "storage_locations"),
        *("retention_period", "jurisdiction", "recipient_third_parties", "withdrawal_method"),
    ),
    "pii": ("pii_type",),
    "party": ("party_id", "party_address", "party_name", "party_contact", "party_type"),
    "event": ("event_time", "validity_duration", "entity_id", "event_type", "event_state"),
}


def test_a_record_holds_every_field_that_iso_27560_demands(site: Site) -> None:
    site.post(site.agreed(ADA, "offers_email", "webinars_email").opt_out)
    records = payloads(site)
    assert len(records) == 6
    for record in records:
        parts = record | {"pii": record["processing"]["pii_information"][0], "party": record["parties"][0]}
        for part, names in MANDATORY.items():
            assert [name for name in names if parts[part].get(name) in (None, "")] == [], part
        assert record["processing"]["recipient_third_parties"] == []
        assert record["processing"]["pii_controllers"] == [record["parties"][0]["party_id"]]


def test_a_record_holds_what_was_shown_and_who_acted(site: Site) -> None:
    mail = site.asked(ADA.upper(), "offers_email")
    form = site.form(mail.confirm)
    site.post(mail.confirm, data=form, headers={"User-Agent": "curl/8", "Accept-Language": "de"})
    requested, confirmed = payloads(site)
    processing, event = confirmed["processing"], confirmed["event"]
    assert (processing["lawful_basis"], processing["channel"]) == ("consent", "email")
    assert (processing["jurisdiction_code"], processing["language"]) == ("US", "en")
    assert {"pii_type", "typed", "address", "address_hash"} <= set(processing["pii_information"][0])
    assert processing["pii_information"][0]["typed"] == ADA.upper()
    assert (event["previous_state"], event["event_state"]) == ("requested", "confirmed")
    assert (event["peer"], event["user_agent"], event["locale"]) == ("127.0.0.1", "curl/8", "de")
    assert (event["actor"], event["cause"]) == ("self", "self")
    assert event["idempotency_key"]
    assert confirmed["shown"] == requested["shown"]
    assert confirmed["shown"]["boxes_at_load"] == {"offers_email": "off", "webinars_email": "off"}
    assert confirmed["requested_at"] == requested["event"]["event_time"] < confirmed["confirmed_at"]


def test_a_withdrawal_says_what_caused_it(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    keyring = site.keyring
    with site.database.transaction() as db:
        act = Act(at=clock.now(), key="report")
        stop_address(db, channel="email", address=ADA, cause=Cause.COMPLAINT, keyring=keyring, act=act)
    assert [record["event"]["cause"] for record in payloads(site)] == ["self", "self", "complaint"]


def test_a_box_that_was_ticked_beforehand_is_no_consent() -> None:
    wording = current_wording("sign-up")
    shown = Shown(
        page="/x", wording=wording, form=b'<input type="checkbox" id="a" name="offers_email" value="yes" checked>'
    )
    subject = Subject(typed=ADA, address=ADA, address_hash="0")
    with pytest.raises(TickedBeforehand):
        agreed(purpose=wording.purposes[0], shown=shown, subject=subject, at=clock.now())


def test_the_texts_that_a_record_quotes_are_the_bytes_that_were_on_the_page(site: Site) -> None:
    page = site.get("/offers/setup-day").data
    site.asked(ADA, "offers_email")
    (requested,) = payloads(site)
    kept = dict(site.rows("select digest, content from notices"))
    assert kept[requested["shown"]["form_sha256"]] in page
    assert requested["shown"]["words"].encode() in kept[requested["shown"]["notice_sha256"]]
    assert all(hashlib.sha256(content).hexdigest() == digest for digest, content in kept.items())


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), st.recursive(st.text() | st.integers() | st.booleans(), st.lists)))
def test_equal_values_have_equal_bytes_whatever_their_order(value: dict[str, object]) -> None:
    again = dict(reversed(value.items()))
    try:
        written = canonical(value)
    except UnicodeEncodeError:
        return  # half a surrogate pair is no text, and no form lets one in
    assert written == canonical(again) == canonical(json.loads(written))


def payloads(site: Site) -> list[dict[str, Any]]:
    """What the records say, opened in order."""
    rows = site.rows(
        "select person_id, r.id, sealed from consent_records r "
        "join consent_payloads on record_id = r.id order by position"
    )
    with site.database.reading() as db:
        seal = get_seal(db, person_id=rows[0][0], keyring=site.keyring)
    return [json.loads(seal.open(sealed, label=payload_label(record_id))) for _person, record_id, sealed in rows]
