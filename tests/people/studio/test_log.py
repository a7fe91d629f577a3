"""The audit log: what is written down, by whom, and that nobody takes it back."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.privacy.retention import keep_retention_rules
from portal.people.sessions import Account
from portal.shared import clock
from tests.people.browser import OTTO, Browser, Clerk, log_of
from tests.people.site import ADA, Site

# By the trigger, or on PostgreSQL already by what the serving role may do.
_REFUSED = "append only|permission denied"


def write(site: Site, count: int = 1) -> None:
    with site.database.transaction() as db:
        for _ in range(count):
            audit.note(db, What.SIGNED_IN, by=Account("person", "0" * 16), now=clock.now())


@pytest.mark.parametrize(
    "attack",
    [
        "update audit_log set act = 'did nothing'",
        "update audit_log set by_account = null",
        "delete from audit_log",
    ],
)
def test_a_line_is_neither_changed_nor_taken_away(site: Site, attack: str) -> None:
    write(site)
    with pytest.raises(DBAPIError, match=_REFUSED), site.database.transaction() as db:
        db.execute(text(attack))
    assert site.count("audit_log") == 1


def test_a_line_is_not_replaced(site: Site) -> None:
    write(site)
    ((entry_id,),) = site.rows("select id from audit_log")
    again = f"insert into audit_log (id, at, act) select '{entry_id}', at, 'did nothing' from audit_log"
    with pytest.raises(DBAPIError, match=_REFUSED), site.database.transaction() as db:
        db.execute(text(again))


def test_on_sqlite_nothing_is_replaced_on_a_plain_connection_either(site: Site) -> None:
    if site.database.writer.dialect.name != "sqlite":
        return  # INSERT OR REPLACE is SQLite's alone
    write(site)
    replacing = "insert or replace into audit_log (id, at, act) select id, at, 'did nothing' from audit_log"
    with pytest.raises(DBAPIError, match="append only"), site.raw() as plain:
        plain.exec_driver_sql(replacing)


def test_after_a_year_and_not_before_a_line_is_deleted_by_the_rule(site: Site) -> None:
    for days in (366, 364):
        with time_machine.travel(clock.now() - timedelta(days=days), tick=False):
            write(site)
    done = keep_retention_rules(site.database, keyring=site.keyring, now=clock.now())
    assert done["lines of the audit log deleted after a year"] == 1
    assert site.count("audit_log") == 1


def test_the_database_refuses_to_delete_earlier_whatever_the_code_says(site: Site) -> None:
    write(site)
    with pytest.raises(DBAPIError, match=_REFUSED), site.database.transaction() as db:
        audit.clear_old_entries(db, now=clock.now() + timedelta(days=400))


def test_it_holds_no_address_and_no_secret(site: Site) -> None:
    site.agreed(ADA)
    Browser(site).by_mail(ADA)
    otto = Clerk(site).begin()
    otto.type_password("a wrong one, typed in haste")
    otto.type_password()
    otto.type_code("123456")
    otto.type_code(otto.codes[0])
    log = str(site.rows("select * from audit_log"))
    for secret in (ADA, OTTO, "people.customerhub.net", "typed in haste", "123456", *otto.codes):
        assert secret not in log
    assert log_of(site).count("was refused a sign-in") == 2


def test_it_is_read_page_by_page(site: Site) -> None:
    privacy = Browser(site).by_start_link(role="privacy")
    write(site, 60)
    first = privacy.get("/studio/log").text
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in privacy.get("/studio/log?page=2").text
    assert "Page 2 of 2" in privacy.get("/studio/log?page=999").text
    for page in ("0x", "-1", "9999999", "%D9%A3"):
        assert privacy.get(f"/studio/log?page={page}").status_code == 400


def test_who_did_it_and_in_which_session(site: Site) -> None:
    mara = Browser(site).by_start_link()
    mara.post("/studio/staff", from_page="/studio/staff", email=OTTO, role="privacy")
    ((by, session),) = site.rows("select by_account, session from audit_log where act = 'added to the staff'")
    assert site.rows("select account, handle from sessions") == [(by, session)]
    assert "Mara" in mara.get("/studio/log").text
