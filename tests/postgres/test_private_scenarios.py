"""PostgreSQL itself says which scenarios may go: private ones without a drive, by the owner's function."""

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.postgres.conftest import Shell

pytestmark = pytest.mark.postgres

FORGET = "select forget_private_scenarios(now(), 10)"
COPY = """
insert into scenarios (slug, version, made_from, name, trade, about, teaches, stages, tags, facts, currency, lead_count,
  loaded_at, is_private)
select 'shape-x', version, made_from, name, trade, about, teaches, stages, tags, facts, currency, lead_count,
  now() - interval '1 hour', true
from scenarios returning id
"""


def test_a_scenario_of_everyone_never_goes(server: Shell) -> None:
    assert server.execute(FORGET).fetchone() == (0,)
    with pytest.raises(InsufficientPrivilege):
        server.execute("delete from scenarios")
    assert server.execute("select count(*) from scenario_leads").fetchone() == (120,)


@pytest.mark.parametrize("becomes", ["true", "false"])
def test_nobody_says_afterwards_whose_a_scenario_is(server: Shell, owner: Shell, becomes: str) -> None:
    server.execute(COPY)
    for connection in (server, owner):
        with pytest.raises(InsufficientPrivilege, match="stays private"):
            connection.execute(f"update scenarios set is_private = {becomes} where is_private <> {becomes}".encode())
        connection.execute("update scenarios set made_from = 'x'")


def test_a_private_one_goes_once_no_drive_stands_on_it(server: Shell) -> None:
    found = server.execute(COPY).fetchone()
    assert found
    server.execute("update scenarios set lead_count = 1 where id = %s", found)
    lead = "insert into scenario_companies values (%s, 'C1', 'x', 'x', 'x', 'x')"
    server.execute(lead, found)
    with server.transaction():
        server.execute("select set_config('app.drive', '1', true)")
        server.execute("update drives set scenario_id = %s where id = 1", found)
    assert server.execute(FORGET).fetchone() == (0,)
    with server.transaction():
        server.execute("select set_config('app.drive', '1', true)")
        server.execute("update drives set scenario_id = (select min(id) from scenarios) where id = 1")
    assert server.execute(FORGET).fetchone() == (1,)
    assert server.execute("select count(*) from scenarios").fetchone() == (1,)
    assert server.execute("select count(*) from scenario_companies where scenario_id = %s", found).fetchone() == (0,)
