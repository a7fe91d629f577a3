"""What the supervisor hands on: each process gets every setting that it reads, and none of the other side's own."""

import pytest

from portal.people.settings import NAMES as OF_PEOPLE
from portal.run import environment_for
from portal.sandbox.settings import NAMES as OF_SANDBOX

EVERYTHING = dict.fromkeys((*OF_PEOPLE, *OF_SANDBOX), "x")
SIDES = {"people": OF_PEOPLE, "sandbox": OF_SANDBOX}


@pytest.mark.parametrize("side", SIDES)
def test_a_process_gets_every_setting_that_it_reads_but_its_owners_address(side: str) -> None:
    missing = set(SIDES[side]) - set(environment_for(side, EVERYTHING))
    assert missing == {f"{side.upper()}_OWNER_URL"}
    assert set(SIDES[side]) <= set(environment_for(side, EVERYTHING, is_owner=True))


@pytest.mark.parametrize("side", SIDES)
def test_a_process_gets_no_setting_that_it_does_not_read(side: str) -> None:
    (other,) = set(SIDES) - {side}
    assert not set(environment_for(side, EVERYTHING, is_owner=True)) & (set(SIDES[other]) - set(SIDES[side]))
