"""The only place that puts the same web ground under both apps: limits, logs, origins, headers, problems, assets."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, request, session
from flask_compress import Compress
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from portal.shared.assets import Assets
from portal.shared.environment import ROOT
from portal.shared.headers import add_security_headers, static_headers
from portal.shared.logs import log_requests
from portal.shared.origins import SAFE, guard_origins
from portal.shared.problems import Problem, answer_problems
from portal.shared.sessions import use_cookies
from portal.shared.templates import use_templates
from portal.shared.text import is_utf8

MOST_BYTES = 256 * 1024  # a form; uploads are given their own limit where they land
MOST_FORM_PARTS = 100
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def lay_ground(
    app: Flask,
    *,
    side: str,
    url: str,
    proxies: int,
    secret_keys: tuple[str, ...],
    policy: str,
    is_private: bool = False,
    no_origin_check: frozenset[str] = frozenset(),
    other_origins: dict[str, str] | None = None,
    often: frozenset[str] = frozenset(),
) -> None:
    """Give `app` everything that a request meets before and after its view.

    `no_origin_check` names endpoints that mail providers post to; they need no CSRF token either. `other_origins`
    maps an endpoint to one more origin that may post to it, without cookie or token. `is_private` keeps every page
    out of caches.
    """
    is_https = url.startswith("https://")
    other_origins = other_origins or {}
    app.config.update(
        SERVER_NAME=urlsplit(url).netloc,
        PREFERRED_URL_SCHEME=urlsplit(url).scheme,
        SECRET_KEY=secret_keys[0],
        SECRET_KEY_FALLBACKS=list(secret_keys[1:]),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as its session
        COMPRESS_REGISTER=True,
    )
    use_cookies(app, name=f"{side}-session", is_https=is_https)
    log_requests(app)
    answer_problems(app)
    _refuse_while_sessions_are_away(app)
    guard_origins(app, url=url, exempt=no_origin_check, also=other_origins)
    _refuse_what_cannot_be_read(app, exempt=no_origin_check, often=often)
    _check_tokens(app, exempt=no_origin_check | frozenset(other_origins))
    add_security_headers(app, policy=policy, is_https=is_https, is_private=is_private)
    Compress(app)
    use_templates(app, side=side)
    _serve_assets(app, side=side)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]


def _refuse_while_sessions_are_away(app: Flask) -> None:
    @app.before_request
    def check() -> None:
        if getattr(session, "is_away", False):
            raise Problem(503)


def _refuse_what_cannot_be_read(app: Flask, *, exempt: frozenset[str], often: frozenset[str]) -> None:
    """Bytes that do not decode, and a name given twice, but for those of `often`, are refused before any view."""

    @app.before_request
    def check() -> None:
        if not is_utf8(request.query_string) or "\ufffd" in request.path:
            raise Problem(400, "That address cannot be read", "It holds bytes that are not text. Check the link.")
        if "\x00" in request.path or any("\x00" in value for _, value in request.args.items(multi=True)):
            raise Problem(
                400, "That address cannot be read", "It holds a character that cannot be text. Check the link."
            )
        if _has_one_twice(request.args, often):
            raise Problem(400, "That address cannot be read", "It names one thing twice. Leave one of the two.")
        if request.method not in SAFE and request.endpoint not in exempt:
            _check_form(often)


def _check_form(often: frozenset[str]) -> None:
    """A form of a kind that we read, whose bytes are text, and each name in it once."""
    if request.mimetype not in _FORMS and (request.mimetype or request.content_length):
        raise Problem(415)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "Wrong kind of content", "Send the form as it is, not compressed.")
    if request.mimetype == "application/x-www-form-urlencoded":
        _check_urlencoded(request.get_data(cache=True))
    request.form_data_parser_class = _WholeForms
    try:
        form = request.form
    except ValueError as fault:
        raise Problem(400, "That form cannot be read", "A part of it is missing. Send it again.") from fault
    if _has_one_twice(form, often):
        raise Problem(400, "That form cannot be read", "It holds one field twice. Reload the page, send it again.")


def _check_urlencoded(body: bytes) -> None:
    if not is_utf8(body):
        raise Problem(400, "That form cannot be read", "It holds bytes that are not text. Type it again.")
    if body.count(b"&") >= MOST_FORM_PARTS:  # Werkzeug counts the parts of the other kind alone
        raise Problem(413)


class _WholeForms(FormDataParser):
    """Says so where a form cannot be read; by default it would come to the view as an empty one."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more | {"silent": False})


def _has_one_twice(sent: MultiDict[str, str], often: frozenset[str]) -> bool:
    return any(len(values) > 1 and name not in often for name, values in sent.lists())


def _check_tokens(app: Flask, *, exempt: frozenset[str]) -> None:
    """With a session, Flask-WTF's token proves that the form is ours; without one there is no authority to steal."""
    csrf = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.method in SAFE or request.endpoint in exempt or not _has_session():
            return
        try:
            csrf.protect()
        except CSRFError as fault:
            raise Problem(
                403, "This form is out of date", "Go back, reload the page and send it again. Nothing was changed."
            ) from fault

    @app.context_processor
    def offer_token() -> dict[str, object]:
        return {"csrf_field": csrf_field, "has_session": _has_session()}


def csrf_field() -> Markup:
    """The hidden field that a form of a visitor with a session carries; nothing without one."""
    if not _has_session():
        return Markup()
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def _has_session() -> bool:
    return getattr(session, "id", None) is not None


def _serve_assets(app: Flask, *, side: str) -> None:
    """Built files at `/static/`, named by their content, compressed at build, kept by browsers for a year."""
    folder = ROOT / "static" / "built" / side
    assets = app.extensions["assets"] = Assets(folder)
    app.jinja_env.globals.update(asset=assets.url, icon=assets.icon)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix="static/",
        max_age=365 * 24 * 3600,
        allow_all_origins=False,
        add_headers_function=static_headers,
        immutable_file_test=lambda path, url: True,
    )
