"""The only place for errors as people meet them: a page that says what to do, or problem+json (RFC 9457)."""

import json
from collections.abc import Mapping

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()

_WORDS = {
    400: ("That request made no sense", "Go back, check what you typed, and send it again."),
    403: ("Not allowed", "Go back to the page you came from and try again."),
    404: ("Nothing here", "Check the address, or start again from the first page."),
    405: ("That does not work here", "Go back to the page you came from and use its buttons."),
    409: ("This changed meanwhile", "Reload the page, look at what changed, and do it again."),
    410: ("This is gone", "It was here once. Start again from the first page."),
    413: ("That is too much at once", "Shorten it and send it again. Nothing was stored."),
    414: ("That address is too long", "Shorten it and try again."),
    415: ("Wrong kind of content", "Send the form from its page."),
    422: ("Something needs another look", "Check the fields that are marked."),
    429: ("Too many tries", "Wait a little and try again."),
    431: ("The request's headers are too long", "Clear this site's cookies and try again."),
    500: ("Something broke on our side", "It is noted, and nothing of yours was changed. Try again in a minute."),
    503: ("Not available right now", "Try again in a few seconds. Nothing was lost."),
}


class Problem(Exception):
    """An answer other than success, in words that say what to do; `fields` maps a field's name to what is wrong.

    `retry_after` is the seconds to wait; `kept` is the form that was sent, for the page to send again.
    """

    def __init__(
        self,
        status: int,
        title: str = "",
        detail: str = "",
        *,
        fields: Mapping[str, str] | None = None,
        retry_after: int | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> None:
        words = _WORDS.get(status, _WORDS[400])
        self.status = status
        self.title = title or words[0]
        self.detail = detail or words[1]
        self.fields = dict(fields or {})
        self.retry_after = 5 if status == 503 and retry_after is None else retry_after
        self.kept = {name: value for name, value in (kept or {}).items() if name != "csrf_token"}
        super().__init__(f"{status} {self.title}")


def answer_problems(app: Flask) -> None:
    """Answer every error by `errors/problem.html` of the side, or by problem+json where JSON was asked for."""

    @app.errorhandler(Problem)
    def known(problem: Problem) -> Response:
        return answer(problem)

    @app.errorhandler(HTTPException)
    def of_the_web(fault: HTTPException) -> Response:
        if fault.code is None or fault.code < 400:
            return make_response(fault.get_response())
        response = answer(Problem(fault.code))
        for name, value in fault.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def of_ours(fault: Exception) -> Response:
        log.error("request.failed", error=type(fault).__name__, exc_info=fault)
        return answer(Problem(500))


def wants_json() -> bool:
    """Whether the other end asked for data rather than for a page."""
    if request.path.endswith(".json") or request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/problem+json", "application/json"], "text/html"
    )
    return best != "text/html"


def answer(problem: Problem) -> Response:
    """The answer to `problem`, as the other end asked for it."""
    request_id = g.get("request_id", "")
    if wants_json():
        body: dict[str, object] = {"type": "about:blank", "title": problem.title, "status": problem.status}
        body |= {"detail": problem.detail, "request_id": request_id}
        if problem.fields:
            body["fields"] = problem.fields
        if problem.retry_after is not None:
            body["retry_after"] = problem.retry_after
        response = Response(json.dumps(body), problem.status, mimetype="application/problem+json")
    else:
        page = render_template("errors/problem.html", problem=problem, request_id=request_id)
        response = Response(page, problem.status, mimetype="text/html")
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(problem.retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response
