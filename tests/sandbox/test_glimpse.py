"""The glimpse on the learning center's home page: real rows of the scenario, as texts."""

from portal.sandbox.glimpse import ROWS, draw_glimpse
from portal.shared.environment import ROOT
from portal.shared.reserved import is_reserved_email


def test_the_glimpse_shows_rows_of_the_scenario_with_something_to_see() -> None:
    glimpse = draw_glimpse(ROOT / "content" / "scenarios" / "fernhollow-cycles.toml")
    assert glimpse["business"] == "Fernhollow Cycles"
    rows = glimpse["rows"]
    assert len(rows) == ROWS
    assert all(is_reserved_email(row["email"]) for row in rows)
    assert len({row["stage"] for row in rows}) >= 3
    assert sum(bool(row["worth"]) for row in rows) >= 2
