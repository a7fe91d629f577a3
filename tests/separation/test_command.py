"""`bin/portal separation check` on two prepared sides: exit 0, and exit 1 once something foreign lies there."""

import json
import sqlite3

import pytest

from tests.support.running import Running


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Both sides, migrated and seeded; nothing runs."""
    site = Running(tmp_path_factory.mktemp("check") / "data")
    for act in ("migrate", "seed"):
        assert site.portal(act).returncode == 0
    return site


def checked(site: Running) -> tuple[int, dict[str, str]]:
    done = site.portal("separation", "check", "--json")
    return done.returncode, {line["name"]: line["state"] for line in json.loads(done.stdout)["lines"]}


def test_two_sound_sides_hold_every_claim_that_can_be_shown(prepared: Running) -> None:
    code, states = checked(prepared)
    assert code == 0
    assert states.pop("running sandbox") == "not shown on this machine"
    assert set(states.values()) == {"holds"}
    assert len(states) == 10


def test_the_result_is_kept_on_the_people_side(prepared: Running) -> None:
    checked(prepared)
    people = sqlite3.connect(prepared.data / "people" / "people.db")
    (is_held, result) = people.execute("select is_held, result from separation_checks order by id desc").fetchone()
    people.close()
    assert is_held
    assert len(json.loads(result)) == 11


@pytest.mark.parametrize(
    ("side", "sql", "line"),
    [
        ("sandbox", "update scenario_leads set email = 'jane@gmail.com' where id = 'L000001'", "values of the sandbox"),
        (
            "sandbox",
            "update scenario_activities set body = 'ring +14155552671' where id like '%1'",
            "values of the sandbox",
        ),
        ("people", "update canaries set words = 'odalys@couriers.example'", "values of the people side"),
    ],
)
def test_a_foreign_value_makes_it_fail(prepared: Running, side: str, sql: str, line: str) -> None:
    path = prepared.data / side / f"{side}.db"
    backup = path.read_bytes()
    planted = sqlite3.connect(path)
    planted.execute("pragma ignore_check_constraints = on")
    assert planted.execute(sql).rowcount > 0
    planted.commit()
    planted.execute("pragma wal_checkpoint(truncate)")
    planted.close()
    code, states = checked(prepared)
    path.write_bytes(backup)
    assert code == 1
    assert states[line] == "fails"


def test_in_words_it_says_what_it_counted(prepared: Running) -> None:
    words = prepared.portal("separation", "check").stdout
    assert "10 of 11 claims hold" in words
    assert "tables" in words
