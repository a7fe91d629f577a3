"""A small site on the real server, whose pages end when told to: `python -m tests.support.slow_site PORT`."""

import sys
import threading

from flask import Flask

from portal.shared import connections
from portal.shared.serving import serve_forever

SECONDS_TO_ARRIVE = 1  # so that a test need not wait for a minute


def main() -> None:
    app = Flask(__name__)
    may_end = threading.Event()

    @app.get("/quick")
    def quick() -> str:
        return "quick"

    @app.get("/wait")
    def wait() -> str:
        _say("begun")
        may_end.wait(600)
        return "waited"

    @app.post("/release")
    def release() -> str:
        may_end.set()
        return "released"

    connections.MOST_SECONDS_TO_ARRIVE = SECONDS_TO_ARRIVE
    serve_forever(app, listen="127.0.0.1", port=int(sys.argv[1]), proxies=0, once_bound=lambda: _say("up"))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
