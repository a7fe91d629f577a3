"""What a flood would have counted, without the flood; and what was counted."""

from flask import Flask

from portal.shared.limits import Rule
from portal.shared.networks import keyed

NO_TRACE = "sign-ups that left no trace"  # which is no limit


def use_up(app: Flask, rule: Rule, whom: str, *, but: int = 1) -> None:
    """Use up what a rule allows to `whom`, `but` so many tries, as that many requests would."""
    [limiter] = app.extensions["limiter"]
    key = keyed(f"{rule.per.__name__}\0{whom}", secret=app.extensions["settings"].secret_keys[0])
    counter = f"LIMITER/{key}/{rule.what}/{rule.most}/{rule.minutes}/minute"
    limiter.storage.incr(counter, rule.minutes * 60, rule.most - but)


def counters(app: Flask) -> list[str]:
    """What the limits of an app have counted, row by row, wherever their rows lie."""
    [limiter] = app.extensions["limiter"]
    with limiter.storage.engine.connect() as connection:
        return [
            str(tuple(row)) for row in connection.exec_driver_sql("select * from limit_counters") if NO_TRACE not in row
        ]
