"""`bin/portal separation check` on two prepared sides: exit 0, and exit 1 once something foreign lies there."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

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


def checked(site: Running) -> tuple[int, dict[str, dict[str, Any]]]:
    done = site.portal("separation", "check", "--json")
    return done.returncode, {line["name"]: line for line in json.loads(done.stdout)["lines"]}


def test_two_sound_sides_hold_every_claim_that_can_be_shown_and_it_is_kept_on_the_people_side(
    prepared: Running,
) -> None:
    code, lines = checked(prepared)
    states = {name: line["state"] for name, line in lines.items()}
    assert code == 0
    assert states.pop("running sandbox") == "not shown on this machine"
    assert set(states.values()) == {"holds"}
    assert len(states) == 10

    newest = "select is_held, result from separation_checks order by id desc limit 1"
    with engines.current().raw(prepared.database_url("people")) as connection:
        is_held, result = connection.exec_driver_sql(newest).one()
    assert is_held
    assert len(json.loads(result)) == 11


def test_a_foreign_value_makes_it_fail_and_is_named_by_its_place_on_the_sandbox(prepared: Running) -> None:
    """People hold nothing reserved meanwhile, so that the proofs of whole scenarios are believed where they hold."""
    assert foreign(
        prepared,
        ("sandbox", "update scenario_leads set email = 'jane@gmail.com' where id = 'L000001'"),
        ("sandbox", "update scenario_leads set address = '12 Nowhere St' where id = 'L000002'"),
        (
            "sandbox",
            'update scenario_stories set entries = replace(entries, \'[[\', \'[[0,"","","ring +14155552671",""],[\')'
            " where lead_id = 'L000001'",
        ),
        (
            "sandbox",
            "update scenario_stories set entries = 'Paid by 4999 9999 9700 0110' where lead_id = 'L000002'",
        ),
        line="values of the sandbox",
    ) == [
        "scenario_leads address of row 1, L000002 holds a street address that is not reserved",
        "scenario_leads email of row 1, L000001 holds an address that is not reserved",
        "scenario_stories entries of row 1, L000001 holds a phone number that is not reserved",
        "scenario_stories entries of row 1, L000002 holds a card number that is not reserved",
    ]


def test_a_reserved_value_makes_it_fail_and_is_named_by_its_place_among_people(prepared: Running) -> None:
    faults = foreign(
        prepared,
        ("people", "update canaries set words = '66 Sample Lane, odalys@couriers.example'"),
        ("people", "update staff set name = 'Mara, tax id 000-37-9651'"),
        line="values of the people side",
    )
    assert [re.sub("row [0-9a-z]+", "row …", fault) for fault in faults] == [
        "canaries words of row … holds a street address that is reserved",
        "canaries words of row … holds an address that is reserved",
        "staff name of row … holds a tax id that is reserved",
    ]


def foreign(site: Running, *plants: tuple[str, str], line: str) -> list[str]:
    """What the check says of these plants in its `line`, which is the only one that fails."""
    with ExitStack() as stack:
        for side, sql in plants:
            stack.enter_context(planted(site, side, sql))
        code, lines = checked(site)
    assert code == 1
    assert [name for name, found in lines.items() if found["state"] == "fails"] == [line]
    return sorted(lines[line]["faults"])


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
