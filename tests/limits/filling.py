"""What a flood would have counted, without the flood."""

from flask import Flask

from portal.shared.limits import Rule
from portal.shared.networks import keyed


def use_up(app: Flask, rule: Rule, whom: str, *, but: int = 1) -> None:
    """Use up what a rule allows to `whom`, `but` so many tries, as that many requests would."""
    [limiter] = app.extensions["limiter"]
    key = keyed(f"{rule.per.__name__}\0{whom}", secret=app.extensions["settings"].secret_keys[0])
    counter = f"LIMITER/{key}/{rule.what}/{rule.most}/{rule.minutes}/minute"
    limiter.storage.incr(counter, rule.minutes * 60, rule.most - but)
