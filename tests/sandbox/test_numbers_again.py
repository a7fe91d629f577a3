"""SQLite gives the number of an ended drive to a new one: whatever was kept of the first is not the second's."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.sandbox.database import Database
from portal.sandbox.drives.drive import end_drives
from portal.sandbox.drives.models import StartedDrive
from portal.shared import clock
from tests.sandbox.visitor import Visitor

PAGES = (
    *(
        "/leads",
        "/leads?sort=name",
        "/leads?layout=grouped&by=owner",
        "/leads?layout=board",
        "/contacts",
        "/leads.json",
    ),
    *("/today", "/tasks", "/companies", "/pipeline", "/deals", "/segments", "/reports", "/duplicates", "/history"),
    *("/palette?q=zzyzx", "/leads?q=zzyzx", "/leads/export?as=json", "/settings"),
)


def test_a_new_drive_sees_nothing_of_an_ended_one_whose_number_it_got(
    fresh_app: Flask, fresh_database: Database
) -> None:
    ada = Visitor(fresh_app).start()
    number = number_of(fresh_database)
    for page in PAGES:
        ada.get(page)
    ada.create(name="Zzyzx Only", company="Zzyzx Works", stage="New")
    for page in PAGES:
        ada.get(page)
    with fresh_database.transaction() as db:
        end_drives(db, now=clock.now() + timedelta(days=100), most=10)
    ben = Visitor(fresh_app).start()
    if fresh_database.reader.dialect.name == "sqlite":
        assert number_of(fresh_database) == number
    ben.create(name="Nobody Else", stage="New")  # as many acts as Ada's drive had
    for page in PAGES:
        shown = ben.get(page)
        assert shown.status_code == 200, page
        assert "Zzyzx" not in shown.text.replace("zzyzx", ""), page


def number_of(database: Database) -> int:
    """The number of the one drive that there is."""
    with database.reading() as db:
        return db.scalars(select(StartedDrive.id)).one()
