"""A no that was not said here: from staff, from a list, after a bounce; and one that outlives whoever said it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
import time_machine
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.accounts.audit import What
from portal.people.accounts.models import AuditEntry
from portal.people.consent.erasure import erase_person
from portal.people.consent.opt_out import stop_address
from portal.people.consent.permission import Rule
from portal.people.consent.record import Act
from portal.people.consent.suppression import Cause
from portal.shared import clock
from tests.people.browser import Browser, log_of
from tests.people.site import ADA, BEN, CLEO, Site, at, find_person_id
from tests.people.test_permission import rule
from tests.people.test_stop_code import write_offer

START = at("2026-03-01T09:00:00+00:00")


def command(site: Site, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(portal, list(words))


def test_the_privacy_officer_says_no_for_a_person_and_the_log_names_no_address(site: Site) -> None:
    site.agreed(ADA, "offers_email", "webinars_email")
    write_offer(site, ADA)
    otto = Browser(site).by_start_link(role="privacy", email="otto@people.customerhub.net")
    page = "/studio/withdrawals"
    answer = otto.post(page, from_page=page, email=ADA, purpose="offers", how="phone")
    assert answer.status_code == 303
    assert "It is stopped" in otto.get(answer.location).text
    assert rule(site, ADA) is Rule.SAID_NO
    assert rule(site, ADA, purpose="webinars") is None
    assert site.rows("select state from messages where kind = 'offer'") == [("dropped",)]
    assert site.rows("select purpose, cause from suppressions") == [("offers", "staff")]
    assert log_of(site)[0] == "said no for a person"
    assert not [line for line in site.dump() if line.startswith("audit_log") and ADA in line]
    assert site.verify().is_sound


def test_the_record_says_who_of_us_did_it_and_how_they_were_asked(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    mara = Browser(site).by_start_link()
    mara.post("/studio/withdrawals", from_page="/studio/withdrawals", email=ADA, purpose="", how="letter")
    page = site.get(mail.opt_out.replace("/opt-out/", "/preferences/")).text
    assert "By staff, asked for by letter" in page
    assert "Done by staff (staff:" in page


def test_an_unknown_address_is_answered_alike_and_a_wrong_one_comes_back(site: Site) -> None:
    mara, page = Browser(site).by_start_link(), "/studio/withdrawals"
    answer = mara.post(page, from_page=page, email=CLEO, purpose="", how="mail")
    assert (answer.status_code, answer.location) == (303, f"{page}?done=yes")
    assert site.count("suppressions") == 1
    for wrong in ({"email": "cleo at home"}, {"email": CLEO, "purpose": "x"}, {"email": CLEO, "how": "<b>"}):
        assert mara.post(page, from_page=page, **{"purpose": "", "how": "mail", **wrong}).status_code == 422
    assert site.count("suppressions") == 1


def test_marketing_may_not_and_nobody_can_say_yes(site: Site) -> None:
    dora = Browser(site).by_start_link(role="marketer", email="dora@people.customerhub.net")
    assert dora.get("/studio/withdrawals").status_code == 403
    assert "withdrawals" not in dora.get("/studio/").text
    yes = [str(route) for route in site.app.url_map.iter_rules() if "consent" in str(route) and "studio" in str(route)]
    assert yes == []


def test_reminders_alone_are_stopped_by_page_and_by_command(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    otto = Browser(site).by_start_link(role="privacy", email="otto@people.customerhub.net")
    page = "/studio/withdrawals"
    assert otto.post(page, from_page=page, email=ADA, purpose="reminders", how="phone").status_code == 303
    done = command(site, monkeypatch, "consent", "withdraw", BEN, "--purpose", "reminders", "--reason", "phone")
    assert done.exit_code == 0, done.output
    assert site.rows("select purpose, cause from suppressions") == [("reminders", "staff")] * 2
    wrong = command(site, monkeypatch, "consent", "withdraw", BEN, "--purpose", "reminder", "--reason", "phone")
    assert "no purpose of ours: offers, webinars, reminders." in wrong.output


def test_the_command_says_no_for_a_person(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.agreed(ADA, "offers_email")
    done = command(site, monkeypatch, "consent", "withdraw", ADA.upper(), "--reason", "phone", "--json")
    assert json.loads(done.stdout) == {"email": ADA, "purpose": "everything", "reason": "phone"}
    assert rule(site, ADA) is Rule.SAID_NO
    for wrong in (["no address", "--reason", "phone"], [ADA, "--reason", "phone", "--purpose", "x" * 99]):
        assert command(site, monkeypatch, "consent", "withdraw", *wrong).exit_code == 1


def test_a_list_of_noes_counts_every_line_that_can_be_read(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site.agreed(ADA, "offers_email")
    site.agreed(BEN, "offers_email")
    path = tmp_path / "noes.csv"
    lines = ["Name,Email", f"x,{ADA.upper()}", "x,nobody", f'"a\nb",{CLEO}', "x,lead@shop.example", "x", f"=1+1,{ADA}"]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n\xff\xfe,\0\r\n")
    done = command(site, monkeypatch, "suppression", "import", str(path), "--json")
    assert done.exception is None
    counts = json.loads(done.stdout)
    assert (counts["lines"], counts["suppressed"], counts["already"]) == (7, 2, 1)
    assert [line["line"] for line in counts["unreadable"]] == [3, 6, 7, 9]
    assert rule(site, ADA) is Rule.SAID_NO
    assert rule(site, BEN) is None
    assert site.verify().is_sound


def test_a_file_without_addresses_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for content in (b"", b"name,phone\nx,y\n", b"\0" * 100, b"x" * 100_000):
        (tmp_path / "noes.csv").write_bytes(content)
        done = command(site, monkeypatch, "suppression", "import", str(tmp_path / "noes.csv"))
        assert (done.exit_code, "column" in done.output or "columns" in done.output) == (1, True)
    assert site.count("suppressions") == 0


@pytest.mark.parametrize("cause", [Cause.BOUNCE, Cause.COMPLAINT])
def test_a_bounce_or_a_complaint_is_a_no_until_they_confirm_anew(site: Site, cause: Cause) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email")
        traveller.shift(timedelta(days=2))
        stop_by(site, ADA, cause)
        assert rule(site, ADA) is Rule.SAID_NO
        traveller.shift(timedelta(days=2))
        site.agreed(ADA, "offers_email")
        assert rule(site, ADA) is None


def test_a_no_to_one_purpose_outlives_the_person_and_leaves_the_others_free(site: Site) -> None:
    with time_machine.travel(START, tick=False) as traveller:
        site.agreed(ADA, "offers_email", path="/sign-up")
        token, keyring = write_offer(site, ADA).token, site.keyring
        traveller.shift(timedelta(days=1))
        site.post(f"/opt-out/{token}")
        with site.database.transaction() as db:
            person_id = find_person_id(db, ADA) or ""
            erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="test"))
        assert site.rows("select purpose from suppressions") == [("offers",)]
        assert not [line for line in site.dump() if ADA in line]


@pytest.mark.parametrize("table", ["suppressions", "ways_out"])
@pytest.mark.parametrize("sql", ["update {} set channel = 'fax'", "delete from {}"])
def test_neither_a_no_nor_a_way_out_is_ever_rewritten(site: Site, table: str, sql: str) -> None:
    site.post(site.agreed(BEN, "offers_email").opt_out)
    before = site.rows(f"select * from {table}")
    with pytest.raises(sqlalchemy.exc.DBAPIError), site.raw() as connection:
        connection.exec_driver_sql(sql.format(table))
    assert site.rows(f"select * from {table}") == before


def stop_by(site: Site, email: str, cause: Cause) -> None:
    keyring = site.keyring
    with site.database.transaction() as db:
        act = Act(at=clock.now(), key="test", actor="mail")
        stop_address(db, channel="email", address=email, cause=cause, keyring=keyring, act=act)


def test_every_act_fits_into_the_log() -> None:
    """SQLite would let a longer one through."""
    assert max(len(what.value) for what in What) <= vars(AuditEntry.__table__.c.act.type)["length"]
