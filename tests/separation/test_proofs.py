"""What a scenario holds is read once and its digest kept: the check finds whatever is not what was read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.sandbox.database import Database
from portal.sandbox.scenarios.loading import load_gently, prove_all
from portal.sandbox.scenarios.models import Scenario
from portal.sandbox.scenarios.proof import NotReserved
from portal.separation import values
from portal.shared import database
from portal.shared.environment import ROOT
from tests.support import engines
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

RECIPE = ROOT / "content" / "scenarios" / "fernhollow-cycles.toml"
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
FEW = 60


class Stored:
    """A sandbox database with a small scenario in it, as the check sees it."""

    def __init__(self, sandbox: Database, url: str) -> None:
        self.sandbox = sandbox
        self.url = url

    def prove(self) -> None:
        prove_all(self.sandbox)

    def read(self, *, trusts_proofs: bool = True) -> values.Stored:
        found = database.Database(self.url, synchronous="FULL")
        read = values.read_all(found.reader, trusts_proofs=trusts_proofs)
        found.close()
        return read

    def change(self, sql: str) -> None:
        """What somebody does by direct SQL, where nothing guards it."""
        with engines.current().unguarded(self.url) as connection:
            assert connection.exec_driver_sql(sql).rowcount > 0


@pytest.fixture
def stored(engine: Engine, tmp_path: Path) -> Iterator[Stored]:
    app = sandbox_app(tmp_path / "data")
    found: Database = app.extensions["database"]
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.read_text("utf-8").replace("leads = 1000", f"leads = {FEW}"), "utf-8")
    load_gently(found, path, now=NOW, most=FEW, largest=FEW)
    yield Stored(found, app.extensions["settings"].database_url)
    found.close()


def test_what_was_read_once_is_not_read_again(stored: Stored) -> None:
    whole = stored.read(trusts_proofs=False)
    stored.prove()
    again = stored.read()
    assert again.proven_values > 0.99 * again.values
    assert again.proven_reserved == len(whole.found) > 3 * FEW
    assert again.found == []
    everything = stored.read(trusts_proofs=False)
    assert (everything.proven_values, everything.values) == (0, again.values)


PLANTED = {
    "an address in a story": "update scenario_stories set entries = replace(entries, 'Stage: ', 'jane@gmail.com ')",
    "a number in a story": "update scenario_stories set entries = replace(entries, 'Stage: ', 'ring +14155552671 ')",
    "a story that is no JSON": "update scenario_stories set entries = '[[ jane@gmail.com' where lead_id = 'L000007'",
    "a street": "update scenario_leads set address = '12 Nowhere St' where id = 'L000007'",
    "a task": "update scenario_tasks set words = 'Call 415-867-5309' where id in (select min(id) from scenario_tasks)",
    "a deal": "update scenario_deals set reason = 'Ask jane@gmail.com'",
    "a company": "update scenario_companies set town = 'Call 415-867-5309'",
}


@pytest.mark.parametrize("sql", PLANTED.values(), ids=PLANTED)
def test_what_is_planted_after_the_proof_is_found(stored: Stored, sql: str) -> None:
    stored.prove()
    stored.change(sql)
    found = stored.read()
    assert values.sandbox_values(found).faults


def test_a_row_that_is_added_or_taken_away_voids_the_proof(stored: Stored) -> None:
    stored.prove()
    stored.change("delete from scenario_tasks where id in (select min(id) from scenario_tasks)")
    again = stored.read()
    assert 0 < again.values - again.proven_values < 0.2 * again.values


def test_a_proof_by_other_rules_stands_for_nothing(stored: Stored) -> None:
    stored.prove()
    with stored.sandbox.transaction() as db:
        kept = json.loads(db.scalars(select(Scenario.proof)).one())
        db.execute(update(Scenario).values(proof=json.dumps(kept | {"grammar": "older"})))
    assert stored.read().proven_values == 0
    stored.prove()
    assert stored.read().proven_values > 0


def test_what_is_not_reserved_is_not_proven(stored: Stored) -> None:
    stored.change("update scenario_leads set address = '12 Nowhere St' where id = 'L000007'")
    with pytest.raises(NotReserved, match="scenario_leads"):
        stored.prove()
    assert stored.read().proven_values == 0
