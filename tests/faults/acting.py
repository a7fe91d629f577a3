"""A process that does one act of the people side in a child for each line it reads, so that the child can be killed.

`python -m tests.faults.acting DATA`; a line is JSON: `act`, its `path` and `data`, and whether to `hold` until SIGCONT.
With `warm` this process does it itself, once, before any child does. Each line of the answer is JSON too: first the
child's `pid`, stopped if it was to be held, then what it `acknowledged`.
"""

import gc
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

import time_machine
from flask import Flask

from portal.people.app import create_app
from portal.people.commands.publish import publish_path
from portal.people.database import Database
from portal.people.keyring import open_keyring
from portal.people.messages.channels.email import transport
from portal.people.settings import Settings, load_settings
from portal.people.worker import deliver
from portal.shared import clock
from tests.support.sides import close


def main(data: Path) -> None:
    """Answer every line, with everything imported and nothing opened: each child opens the database for itself."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where log lines go
    settings = load_settings({"DATA": str(data)})
    app = create_app(settings)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.get("warm"):
            _warm_up(app, settings, asked)
            print(json.dumps({"warm": True}), file=answers)
            continue
        child = os.fork()
        if child == 0:
            _be_the_child(app, settings, asked, answers)
        if asked.get("hold"):
            os.waitpid(child, os.WUNTRACED)
        print(json.dumps({"pid": child}), file=answers)
        os.waitpid(child, 0)
        print(json.dumps({"ended": child}), file=answers)


def _warm_up(app: Flask, settings: Settings, asked: Mapping[str, Any]) -> None:
    """Do it here, so that no child has to compile what it needs, and leave nothing open that one would inherit."""
    ACTS[asked["act"]](app, settings, asked)
    close(app)
    gc.collect()
    gc.freeze()  # a child that ran through all of it again would copy every page


def _be_the_child(app: Flask, settings: Settings, asked: Mapping[str, Any], answers: TextIO) -> None:
    if asked.get("hold"):
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        with time_machine.travel(clock.now() + timedelta(minutes=asked.get("minutes", 0))):
            acknowledged = ACTS[asked["act"]](app, settings, asked)
        print(json.dumps({"acknowledged": acknowledged}), file=answers)
        close(app)  # the last to close a database folds its log into it, and takes the log away
    finally:
        os._exit(0)


def _post(app: Flask, settings: Settings, asked: Mapping[str, Any]) -> list[Any]:
    client = app.test_client(use_cookies=False)
    answer = client.post(asked["path"], data=asked["data"], base_url=settings.url)
    return [answer.status_code, answer.location]


def _send(app: Flask, settings: Settings, asked: Mapping[str, Any]) -> list[Any]:
    database: Database = app.extensions["database"]
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
    mail = transport(asked["mail_url"])
    return [deliver(database, keyring=keyring, mail=mail, stopping=threading.Event())]


def _publish(_app: Flask, settings: Settings, asked: Mapping[str, Any]) -> list[Any]:
    os.environ["DATA"] = str(settings.folder.parent)
    return [publish_path(asked["path"]).partition(",")[0]]  # published again it says that nothing changed


ACTS = {"post": _post, "send": _send, "publish": _publish}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
