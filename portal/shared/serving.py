"""The only place that knows the server: waitress, tuned so that slow clients hold no worker."""

import os
import signal
import sys
from collections.abc import Callable

import waitress
from flask import Flask

THREADS = max(4, 2 * (os.cpu_count() or 1))


def serve_forever(
    app: Flask, *, listen: str, port: int, proxies: int, once_bound: Callable[[], object] = lambda: None
) -> None:
    """Answer on `listen`:`port` until told to stop.

    A thread is busy only while a view runs: waitress itself reads slow requests and hands over answers, up to 1,000
    connections; one that is silent for 10 s is closed.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # lets the requests under way come to their end
    server = waitress.create_server(
        app,
        host=listen,
        port=port,
        threads=THREADS,
        connection_limit=1000,
        channel_timeout=10,
        ident=None,
        clear_untrusted_proxy_headers=not proxies,
        max_request_header_size=32 * 1024,
        max_request_body_size=8 * 1024 * 1024,  # above what Flask takes, so that its page says what to do
    )
    once_bound()
    server.run()
