"""A disk without a byte left: reading goes on, nothing half is stored, a no is heard, and it heals by itself."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.people.sessions import PeopleSession
from portal.sandbox.drives.models import StartedDrive
from portal.shared import clock
from portal.shared.environment import ROOT
from portal.shared.room import BYTES, Room
from tests.faults.conftest import SmallDisk
from tests.people.site import ADA, BEN, CLEO, Site
from tests.sandbox.small import load_small_scenario
from tests.sandbox.visitor import Visitor
from tests.support.sides import people_app, sandbox_app

pytestmark = pytest.mark.usefixtures("on_sqlite")

PAGES = ("/", "/offers/", "/offers/setup-day", "/sign-up", "/webinars/", "/privacy", "/readyz")


@pytest.fixture
def site(disk: SmallDisk) -> Site:
    return Site(people_app(disk.folder))


def test_reading_goes_on_and_a_sign_up_is_refused_in_words_with_nothing_stored(disk: SmallDisk, site: Site) -> None:
    site.agreed(ADA, "offers_email")
    before = site.dump()
    form = site.form("/offers/setup-day")
    disk.fill()
    answer = site.post("/offers/setup-day", data=form | {"name": "Ben Ortiz", "email": BEN})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "disk is full" in answer.text
    assert "what you typed" in answer.text
    assert [site.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    assert site.dump() == before


def test_an_opt_out_is_written_in_the_room_kept_for_it_and_is_the_only_thing_that_is(
    disk: SmallDisk, site: Site
) -> None:
    ada, ben = site.agreed(ADA, "offers_email"), site.agreed(BEN, "offers_email")
    reserve = Room(site.settings.folder).path
    assert reserve is not None
    assert reserve.stat().st_blocks * 512 >= BYTES
    disk.fill()
    assert site.post(ada.opt_out).status_code == 200
    assert not reserve.exists()
    assert not site.may_write_to(ADA, "offers")
    assert site.sign_up(CLEO).status_code == 503  # though there would be room for it now
    assert site.post(ben.opt_out, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert site.count("suppressions") == 2
    assert site.verify().is_sound


def test_once_there_is_room_again_everything_works_and_the_reserve_stands_again(disk: SmallDisk, site: Site) -> None:
    ada = site.agreed(ADA, "offers_email")
    disk.fill()
    assert site.post(ada.opt_out).status_code == 200
    disk.empty()
    assert site.sign_up(CLEO).status_code == 303
    assert Room(site.settings.folder).path.exists()  # type: ignore[union-attr]


def test_a_page_is_shown_though_nobody_can_write_down_that_its_visitor_came(disk: SmallDisk, site: Site) -> None:
    with site.database.transaction() as db:
        long_ago = clock.now() - timedelta(hours=1)
        digest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of "foo"
        db.add(PeopleSession(id_digest=digest, content='{"who": "x"}', created_at=long_ago, seen_at=long_ago))
    disk.fill()
    answer = site.get("/offers/", headers={"Cookie": "people-session=foo"})
    assert answer.status_code == 200


def test_a_drive_can_be_looked_at_and_says_that_nothing_can_be_changed(disk: SmallDisk) -> None:
    app = sandbox_app(disk.folder)
    with app.extensions["database"].transaction() as db:
        load_small_scenario(db)
    ada = Visitor(app).start()
    with app.extensions["database"].transaction() as db:
        db.execute(update(StartedDrive).values(seen_at=clock.now() - timedelta(hours=1)))
    disk.fill()
    assert ada.get("/leads").status_code == 200
    assert ada.get("/leads/L001").status_code == 200
    answer = ada.edit("L001", name="Zoe Newname")
    assert answer.status_code == 503
    assert "disk is full" in answer.text
    disk.empty()
    assert ada.edit("L001", name="Zoe Newname").status_code == 303


LIMITED = """
import resource, sys
from pathlib import Path
from tests.people.site import ADA, Site
from tests.support import engines
from tests.support.sides import people_app
engines.use(engines.Sqlite())
site = Site(people_app(Path(sys.argv[1])))
site.app.jinja_env.bytecode_cache = None  # the tests' own
form = site.form("/sign-up")
wal = site.settings.folder / "people.db-wal"
resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 100, -1))
answer = site.post("/sign-up", data=form | {"name": "Ada", "email": ADA})
print(answer.status_code, "disk is full" in answer.text, site.get("/offers/").status_code, site.count("people"))
"""


def test_a_limit_on_the_size_of_files_is_no_500_either(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1].split() == ["503", "True", "200", "0"], done.stderr
