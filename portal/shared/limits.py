"""The only place that holds requests to a side's table of limits, and that says to whoever is held up how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from math import ceil
from typing import Any, NoReturn

import structlog
from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RequestLimit
from limits import RateLimitItemPerMinute

from portal.shared import clock, networks
from portal.shared.counters import SqlCounters, ValkeyCounters
from portal.shared.origins import SAFE
from portal.shared.problems import Problem

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """At most `most` of `what` in `minutes`, counted for each `per`; `title` is what the page says beyond that.

    `per` names whom this request counts for, or is None where the rule does not apply. Routes whose rules name the same
    `what` share one counter. `keeps_form`: the page carries what was sent and a button that sends it again; never where
    a secret is typed.
    """

    what: str
    most: int
    per: Callable[[], str | None]
    title: str
    minutes: int = 10
    keeps_form: bool = False


Rules = tuple[Rule, ...]
NEVER: Rules = ()


class TooManyTries(Problem):
    """More than a rule allows; `wait` says in words how long until it does again."""

    def __init__(self, rule: Rule, *, seconds: int) -> None:
        self.wait = in_words(seconds)
        kept = request.form.to_dict() if rule.keeps_form else None
        done = "Nothing was changed, and what you sent is kept here." if kept else "Nothing was changed."
        super().__init__(429, rule.title, f"Try again in {self.wait}. {done}", retry_after=seconds, kept=kept)


def network() -> str:
    """One visitor, as far as an address tells."""
    return networks.network_of(request.remote_addr or "")


def site() -> str | None:
    """Everything that one customer of a provider may hold, where that is more than `network`."""
    return networks.site_of(request.remote_addr or "")


def everyone() -> str:
    """All together."""
    return "everyone"


def rules_of(endpoint: str, methods: set[str], *, table: Mapping[str, Rules], otherwise: Rules) -> Rules:
    """The rules of a route: those of its endpoint, else, where it is unsafe, of its blueprint, else `otherwise`."""
    if endpoint in table:
        return table[endpoint]
    if methods <= SAFE:
        return NEVER
    return table.get(endpoint.partition(".")[0], otherwise)


def limit_routes(
    app: Flask, *, side: str, table: Mapping[str, Rules], otherwise: Rules, row: type[Any], settings: Any
) -> None:
    """Hold the routes of `app`, which are all there by now, to their rules.

    Every request to an unsafe route counts, before its view and after the checks of origin and form. Of a GET with a
    secret in its address only those count that open nothing, so that scanners of mail use up nobody's tries.
    """
    _count(app, side, row, settings)
    limiter = Limiter(network)
    limiter.init_app(app)
    for endpoint, methods in _routes(app).items():
        rules = rules_of(endpoint, methods, table=table, otherwise=otherwise)
        view = app.view_functions[endpoint]
        if methods <= SAFE:
            app.view_functions[endpoint] = _limit_what_opens_nothing(view, rules, limiter, settings.secret_keys[0])
        elif rules:
            app.view_functions[endpoint] = _held(view, rules)


def hold(rule: Rule, whom: str | None = None) -> None:
    """Count one more try under a rule that applies by what the view found out; for `whom`, else whom the rule names.

    Raises TooManyTries beyond what it allows.
    """
    [limiter] = current_app.extensions["limiter"]
    secret = current_app.extensions["settings"].secret_keys[0]
    key = _key(rule, secret) if whom is None else networks.keyed(f"{rule.per.__name__}\0{whom}", secret=secret)
    item = RateLimitItemPerMinute(rule.most, rule.minutes)
    if not limiter.limiter.hit(item, key, rule.what):
        _stop(rule, limiter.limiter.get_window_stats(item, key, rule.what).reset_time)


def in_words(seconds: int) -> str:
    """A time to wait, rounded up: "40 seconds", "3 minutes", "2 hours"."""
    for unit, size in (("second", 1), ("minute", 60)):
        if seconds <= 59 * size:
            return _many(ceil(seconds / size), unit)
    return _many(ceil(seconds / 3600), "hour")


def _held(view: Callable[..., Any], rules: Rules) -> Callable[..., Any]:
    """Every request counts, whatever comes of it: by the library's strategy alone, which is a third of the work."""

    @wraps(view)
    def answer(*args: Any, **named: Any) -> Any:
        for rule in rules:  # the narrower first: what one network sends too much must not count for everyone
            if rule.per() is not None:
                hold(rule)
        return view(*args, **named)

    return answer


def _limit_what_opens_nothing(view: Any, rules: Rules, limiter: Limiter, secret: str) -> Any:
    for rule in rules:
        limited = limiter.shared_limit(
            f"{rule.most} per {rule.minutes} minutes",
            scope=rule.what,
            key_func=partial(_key, rule, secret),
            exempt_when=partial(_is_exempt, rule),
            deduct_when=_opened_nothing,
            on_breach=partial(_refuse, rule),
        )
        view = limited(view)
    return view


def _count(app: Flask, side: str, row: type[Any], settings: Any) -> None:
    options = {"database_url": settings.database_url, "row": row, "may_miss": lambda: request.method in SAFE}
    if settings.limits_url:
        options |= {"server_url": settings.limits_url, "prefix": f"limits-{side}"}
    app.config.update(
        RATELIMIT_STORAGE_URI=f"{(ValkeyCounters if settings.limits_url else SqlCounters).STORAGE_SCHEME[0]}:",
        RATELIMIT_STORAGE_OPTIONS=options,
        RATELIMIT_STRATEGY="fixed-window",
    )


def _routes(app: Flask) -> dict[str, set[str]]:
    """The methods of each endpoint, which may have several addresses."""
    found: dict[str, set[str]] = {}
    for route in app.url_map.iter_rules():
        found.setdefault(route.endpoint, set()).update(route.methods or ())
    return found


def _key(rule: Rule, secret: str) -> str:
    return networks.keyed(f"{rule.per.__name__}\0{rule.per()}", secret=secret)


def _is_exempt(rule: Rule) -> bool:
    return rule.per() is None


def _opened_nothing(response: Response) -> bool:
    return response.status_code == 404


def _refuse(rule: Rule, limit: RequestLimit) -> None:
    _stop(rule, limit.window.reset_time)


def _stop(rule: Rule, until: float) -> NoReturn:
    seconds = max(1, ceil(until - clock.now().timestamp()))
    log.info("limit.reached", what=rule.what, per=rule.per.__name__, seconds=seconds)
    raise TooManyTries(rule, seconds=seconds)


def _many(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
