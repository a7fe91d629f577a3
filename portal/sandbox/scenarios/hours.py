"""The only place that knows when people of a scenario work, sleep and read their mail.

Every moment of a scenario is an offset: seconds from the scenario's own now, which is a Tuesday at nine in the morning.
A drive that sets its clock to a Tuesday at nine keeps the working hours where they belong.
"""

from portal.sandbox.scenarios.chance import Chance

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

NOW_WEEKDAY = 1  # Tuesday, as datetime counts
NOW_IN_DAY = 9 * HOUR

_OPEN = {  # weekday: opens, closes
    **dict.fromkeys(range(5), (8 * HOUR + 10 * MINUTE, 17 * HOUR + 50 * MINUTE)),
    5: (9 * HOUR + 30 * MINUTE, 13 * HOUR),
}
_UP, _DOWN = 6 * HOUR + 5 * MINUTE, 23 * HOUR + 15 * MINUTE


def weekday(at: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (NOW_WEEKDAY + (at + NOW_IN_DAY) // DAY) % 7


def in_day(at: int) -> int:
    """Seconds since midnight."""
    return (at + NOW_IN_DAY) % DAY


def is_open(at: int) -> bool:
    """Whether the workshop is at work."""
    opens, closes = _OPEN.get(weekday(at), (0, 0))
    return opens <= in_day(at) < closes


def is_awake(at: int) -> bool:
    """Whether a lead may be up and reading."""
    return _UP <= in_day(at) < _DOWN


def at_work(at: int, chance: Chance) -> int:
    """`at`, or where the workshop is closed then, some time in the first hours of its next day."""
    if is_open(at):
        return at
    midnight = at - in_day(at)
    if in_day(at) >= _OPEN.get(weekday(at), (0, 0))[0]:
        midnight += DAY
    while weekday(midnight) not in _OPEN:
        midnight += DAY
    return midnight + _OPEN[weekday(midnight)][0] + chance.often_low(20, 3 * HOUR)


def when_awake(at: int, chance: Chance) -> int:
    """`at`, or at night, some time in the next morning."""
    if is_awake(at):
        return at
    midnight = at - in_day(at)
    if in_day(at) >= _DOWN:
        midnight += DAY
    return midnight + _UP + chance.often_low(30, 4 * HOUR)
