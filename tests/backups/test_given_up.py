"""Checkpoints that outlive a restore: told by its date, while whatever was tampered with is still found."""

from pathlib import Path

from portal.people.consent.counting import count_now
from portal.people.consent.places import open_place
from portal.people.consent.verify import Report, verify
from portal.shared import clock
from tests.backups.conftest import Machine, Running
from tests.people.site import ADA, BEN, CLEO, Site, run


def test_what_was_counted_after_the_backup_is_told_as_given_up_and_tampering_is_still_found(
    old: Running, new: Machine, tmp_path: Path
) -> None:
    url = old.site.settings.checkpoints_url
    old.site.agreed(ADA, "offers_email")
    count(old.site, url)
    copy = old.back_up(tmp_path / "copy")
    old.site.agreed(BEN, "offers_email")
    count(old.site, url)
    new.restore(copy, lost_because="tried out")
    site = new.open()
    ((restored_at,),) = site.rows("select restored_at from restores")
    site.agreed(CLEO, "offers_email")
    count(site, url)

    report = look(site, url)
    assert report.is_sound
    assert (report.people, report.checkpoints, report.copies) == (2, 2, 2)
    assert [gone for _at, gone in report.given_up] == [1]
    assert f"given up by the restore of {str(restored_at)[:16]} UTC: 1 checkpoint" in report.as_words()

    ((record_id,),) = site.rows("select record_id from counted_records order by sequence desc limit 1")
    tamper(site, "update consent_records set purpose = 'webinars' where id = ?", record_id)
    assert first_bad(look(site, url)) == record_id
    tamper(site, "update consent_records set purpose = 'offers' where id = ?", record_id)
    for table, column in (("checkpoint_exports", "number"), ("checkpoints", "number"), ("counted_records", "sequence")):
        newest = "number = 2" if column == "number" else "sequence > (select size from checkpoints where number = 1)"
        tamper(site, f"delete from {table} where {newest}")
    assert first_bad(look(site, url)) == "checkpoint 2"  # made after the restore, so no restore gave it up


def count(site: Site, url: str) -> None:
    """Count what was recorded, as the worker does, with copies at this place."""
    count_now(site.database, keyring=site.keyring, place=open_place(url), now=clock.now())


def look(site: Site, url: str) -> Report:
    with site.database.reading() as db:
        return verify(db, keyring=site.keyring, place=open_place(url))


def first_bad(report: Report) -> str:
    return report.first_bad.id if report.first_bad else ""


def tamper(site: Site, sql: str, *values: str) -> None:
    with site.unguarded() as connection:
        run(connection, sql, *values)
