"""The only place for logs: JSON lines on standard error, without addresses of people, tokens or form values.

docs/observing.md lists every event and what to do about it.
"""

import logging
import sys
import time
from contextlib import suppress
from typing import TextIO

import structlog
from flask import Flask, Response, g, request

from portal.shared import ids

log = structlog.get_logger()


def set_up_logs(process: str) -> None:
    """Write events of this process as JSON lines, each with the process's name and the moment (RFC 3339, UTC)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # without the frames' local values, which hold what people typed
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(_Lossy(sys.stderr)),  # type: ignore[arg-type]  # all it uses
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def log_requests(app: Flask) -> None:
    """One event a request: its id, method, the rule (never the address, which may hold a token), status and time.

    The id is ours: one that comes with a request is ignored, so that no line can be forged and none links two sides.
    """

    @app.before_request
    def begin() -> None:
        g.request_id = ids.new_id()
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else None
        log.info(
            "request",
            method=request.method,
            rule=rule,
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        )
        response.headers["X-Request-ID"] = g.get("request_id", "")
        structlog.contextvars.unbind_contextvars("request_id")
        return response


def request_id() -> str:
    """The id of this request, as its answer, its log lines and what it causes carry it."""
    found: str = g.request_id
    return found


class _Lossy:
    """A file whose disk may be full: then a line is lost, and not the request that it was about."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()
