"""The only place for figures about a running process, as Prometheus reads them: by endpoint, never by person.

docs/observing.md lists every figure. Each app has a registry of its own, so that one process may hold several in tests.
"""

import hmac
import time
from collections.abc import Callable, Iterator, Sequence

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from portal import __version__
from portal.shared.database import Database
from portal.shared.faults import STORE_FAULTS
from portal.shared.problems import Problem

blueprint = Blueprint("metrics", __name__)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

Look = Callable[[Session], Sequence[Metric]]


def measure(app: Flask, *, database: Database, token: str, is_open: bool, acts: Sequence[str]) -> None:
    """Count and time every request of `app`, and answer `/metrics` to whoever holds `token`.

    `is_open` lets anyone ask where no token is set. `acts` are what the side counts beside requests.
    """
    figures = _Figures(database, acts)
    app.extensions["metrics"] = figures
    app.extensions["metrics_token"] = token
    app.extensions["metrics_are_open"] = is_open and not token
    app.register_blueprint(blueprint)

    @app.before_request
    def begin() -> None:
        g.measured_from = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        figures.requests.labels(endpoint, method, f"{response.status_code // 100}xx").inc()
        if "measured_from" in g:
            figures.seconds.labels(endpoint).observe(time.perf_counter() - g.measured_from)
        return response


def look_at_rows(app: Flask, look: Look) -> None:
    """At each scrape, add what `look` finds on a transaction that can only read, if the database answers."""
    _figures(app).stored.look = look


def count(act: str, times: int = 1) -> None:
    """Count something that a person did or that came of it; `act` is one of those named to `measure`."""
    counter(current_app)(act, times)


def counter(app: Flask) -> Callable[[str, int], None]:
    """The same for what happens without a request."""
    acts = _figures(app).acts
    return lambda act, times: acts.labels(act).inc(times)


@blueprint.get("/metrics")
def index() -> Response:
    """Every figure, in the form that the other end accepts; to all others there is nothing here."""
    if not current_app.extensions["metrics_are_open"] and not _holds_token():
        raise Problem(404)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(_figures(current_app).registry), content_type=content_type)


class _Figures:
    """The registry of one app, and the figures that are counted as they happen."""

    def __init__(self, database: Database, acts: Sequence[str]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "portal_requests", "Requests answered.", ("endpoint", "method", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "portal_request_seconds", "Time to an answer.", ("endpoint",), buckets=SECONDS, registry=self.registry
        )
        self.acts = Counter("portal_acts", "What people did.", ("act",), registry=self.registry)
        for act in acts:
            self.acts.labels(act)  # so that it is there, as 0, before the first time
        build = Gauge("portal_build_info", "What runs here.", ("version",), registry=self.registry)
        build.labels(__version__).set(1)
        ProcessCollector(registry=self.registry)
        self.stored = _Stored(database)
        self.registry.register(self.stored)


class _Stored(Collector):
    """What is asked at a scrape: how the database answers, and what its rows say."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.look: Look = lambda _db: ()

    def collect(self) -> Iterator[Metric]:
        is_up, rows, seconds = self._ask()
        yield GaugeMetricFamily("portal_database_up", "Whether the database answers.", value=is_up)
        yield GaugeMetricFamily("portal_database_seconds", "Time of these questions to it.", value=seconds)
        yield _connections(writer=self.database.writer, reader=self.database.reader)
        yield from rows

    def _ask(self) -> tuple[bool, Sequence[Metric], float]:
        began = time.perf_counter()
        try:
            with self.database.reading() as db:
                rows = list(self.look(db))
        except STORE_FAULTS:
            return False, (), time.perf_counter() - began
        return True, rows, time.perf_counter() - began


def _connections(**engines: Engine) -> Metric:
    family = GaugeMetricFamily(
        "portal_database_connections", "Connections of this process to it.", labels=("engine", "state")
    )
    for name, engine in engines.items():
        if isinstance(engine.pool, QueuePool):
            family.add_metric((name, "in use"), engine.pool.checkedout())
            family.add_metric((name, "idle"), engine.pool.checkedin())
    return family


def _holds_token() -> bool:
    token: str = current_app.extensions["metrics_token"]
    sent = request.authorization
    if not token or sent is None or sent.type != "bearer":
        return False
    return hmac.compare_digest((sent.token or "").encode(), token.encode())


def _figures(app: Flask) -> _Figures:
    found: _Figures = app.extensions["metrics"]
    return found
