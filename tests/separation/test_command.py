"""`bin/portal separation check` on two prepared sides: exit 0, and exit 1 once something foreign lies there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.support import engines
from tests.support.engines import Engine
from tests.support.running import Running


@pytest.fixture(scope="module")
def prepared(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Running:
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
    newest = "select is_held, result from separation_checks order by id desc limit 1"
    with engines.current().raw(prepared.database_url("people")) as connection:
        is_held, result = connection.exec_driver_sql(newest).one()
    assert is_held
    assert len(json.loads(result)) == 11


@pytest.mark.parametrize(
    ("side", "sql", "line"),
    [
        ("sandbox", "update scenario_leads set email = 'jane@gmail.com' where id = 'L000001'", "values of the sandbox"),
        (
            "sandbox",
            'update scenario_stories set entries = replace(entries, \'[[\', \'[[0,"","","ring +14155552671",""],[\')'
            " where lead_id = 'L000001'",
            "values of the sandbox",
        ),
        ("sandbox", "update scenario_leads set address = '12 Nowhere St'", "values of the sandbox"),
        (
            "sandbox",
            "update scenario_stories set entries = 'Paid by 4999 9999 9700 0110' where lead_id = 'L000001'",
            "values of the sandbox",
        ),
        ("people", "update canaries set words = '66 Sample Lane, tax id 000-37-9651'", "values of the people side"),
        ("people", "update canaries set words = 'odalys@couriers.example'", "values of the people side"),
    ],
)
def test_a_foreign_value_makes_it_fail(prepared: Running, side: str, sql: str, line: str) -> None:
    with planted(prepared, side, sql):
        code, states = checked(prepared)
    assert code == 1
    assert states[line] == "fails"


@contextmanager
def planted(site: Running, side: str, sql: str) -> Iterator[None]:
    """The change that `sql` makes where nothing guards it, and later every row of the table as it was."""
    table = sql.split()[1]
    url = site.database_url(side)
    with engines.current().unguarded(url) as connection:
        before = connection.exec_driver_sql(f"select * from {table}").mappings().all()
        assert connection.exec_driver_sql(sql).rowcount > 0
    yield
    with engines.current().unguarded(url) as connection:
        connection.exec_driver_sql(f"delete from {table}")
        names = ", ".join(f":{name}" for name in before[0])
        connection.execute(text(f"insert into {table} values ({names})"), [dict(row) for row in before])


def test_in_words_it_says_what_it_counted(prepared: Running) -> None:
    words = prepared.portal("separation", "check").stdout
    assert "10 of 11 claims hold" in words
    assert "tables" in words
