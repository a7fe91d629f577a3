"""The only place for security headers: one strict content policy a side, no inline anything."""

from flask import Flask, Response, request

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers then send `Origin: null` even to ourselves, and our own forms would be refused.
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_policy(**more: str) -> str:
    """The content policy of a page; a keyword adds to a directive or names it (`form_action="'self'"`)."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "media-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    policy |= {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def add_security_headers(app: Flask, *, policy: str, is_https: bool, is_private: bool) -> None:
    """Give every answer the headers above; a view that sets one of them itself keeps its own.

    `is_private` says that no page of this side is for a cache; else only those are not that come with a cookie.
    """

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        if is_https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in response.headers:
            is_own = is_private or bool(request.cookies) or "Set-Cookie" in response.headers
            response.headers["Cache-Control"] = "private, no-store" if is_own else "no-cache"
        return response


def plain_text_headers() -> dict[str, str]:
    """The same for the few words that the server itself says, before any app."""
    policy = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": "no-store"}
    return {"Content-Type": "text/plain; charset=utf-8"} | _ALWAYS | policy


def static_headers(headers: "dict[str, str]", path: str, url: str) -> None:
    """The same for files, which do not pass through Flask (the shape WhiteNoise asks for)."""
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
