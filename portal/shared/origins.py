"""The only place that decides where a request may come from, for which host we answer, and which paths are ours."""

from urllib.parse import urlsplit

from flask import Flask, request

from portal.shared.problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PROBES = frozenset({"/healthz", "/readyz"})
_MOST_OF_A_PATH = 300


def guard_origins(app: Flask, *, url: str, exempt: frozenset[str], also: dict[str, str]) -> None:
    """Answer for the host of `url` alone, and accept unsafe requests from its own pages alone.

    A browser always names the origin of a post, or at least `Sec-Fetch-Site`; what names neither is no browser (a
    mail provider's one-click, a script) and carries no one's cookies against their will. `exempt` names endpoints
    without this check; `also` maps an endpoint to one more origin that may post to it.
    """
    own = origin_of(url)
    scheme = urlsplit(url).scheme

    @app.before_request
    def answer_for_own_host() -> None:
        if request.path not in PROBES and origin_of(f"{scheme}://{request.host}") != own:
            raise Problem(400, "Wrong address", f"This site answers at {url} only. Open it there.")

    @app.before_request
    def accept_own_pages() -> None:
        if request.method in SAFE or request.endpoint in exempt:
            return
        if not _comes_from(own, also.get(request.endpoint or "")):
            raise Problem(
                403,
                "Sent from another site",
                "This was sent from a page that is not ours. Open the page here and try again.",
            )


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as browsers write them in `Origin`."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def own_path(path: str | None, *, default: str) -> str:
    """Where to go next, as a form says: a path on this site and nothing else, or `default`."""
    if not path or len(path) > _MOST_OF_A_PATH or not path.isascii() or not path.isprintable():
        return default
    parts = urlsplit(path)
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and not parts.scheme and not parts.netloc else default


def is_loopback_http(url: str) -> bool:
    """Whether `url` is plain http on a name that means this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and (parts.hostname or "") in ("localhost", "127.0.0.1", "::1")


def _comes_from(own: str, other: str | None) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin == own or (other is not None and origin == other)
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
