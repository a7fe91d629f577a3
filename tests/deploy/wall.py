"""A script for a network of its own, as root: who may call whom under the shipped nft rules, as JSON.

Users are numbers here (1001 the sandbox, 1002 the people side, 1003 anybody), since a test makes none.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable

SANDBOX, PEOPLE, ANYBODY = 1001, 1002, 1003
MAIL, STORE, SITE = 25, 5432, 8001


def main(nft: str, ip: str, rules: str) -> None:
    """Load `rules`, call as each user, and print what came of it and what the kernel counted."""
    subprocess.run([ip, "link", "set", "lo", "up"], check=True)
    subprocess.run([nft, "-f", rules], check=True)
    ears = [socket.create_server(("127.0.0.1", port)) for port in (MAIL, STORE, SITE)]
    found = {
        "anybody reaches mail": _as(ANYBODY, lambda: _calls(MAIL)),
        "sandbox reaches mail": _as(SANDBOX, lambda: _calls(MAIL)),
        "sandbox reaches a store": _as(SANDBOX, lambda: _calls(STORE)),
        "sandbox asks for a name": _as(SANDBOX, _asks_for_a_name),
        "people side reaches mail": _as(PEOPLE, lambda: _calls(MAIL)),
        "people side calls the sandbox": _as(PEOPLE, lambda: _calls(SITE)),
        "sandbox answers": _is_answered(ears[2]),
        "packets refused": _counted(nft),
    }
    subprocess.run(
        [nft, "add", "element", "inet", "learning_center", "sandbox_databases", f"{{ {STORE} }}"], check=True
    )
    found["sandbox reaches the store that was allowed"] = _as(SANDBOX, lambda: _calls(STORE))
    sys.stdout.write(json.dumps(found))


def _as(user: int, act: Callable[[], bool]) -> bool:
    """What `act` gives when a process of `user` does it."""
    child = os.fork()
    if child == 0:
        os.setuid(user)
        os._exit(0 if act() else 1)
    return os.waitpid(child, 0)[1] == 0


def _calls(port: int) -> bool:
    with socket.socket() as line:  # create_connection would import a codec, from folders that may be root's alone
        return line.connect_ex(("127.0.0.1", port)) == 0


def _asks_for_a_name() -> bool:
    question = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        question.sendto(b"words", ("127.0.0.1", 53))
    except PermissionError:
        return False
    return True


def _is_answered(ear: socket.socket) -> bool:
    """Whether what the sandbox's user says on a connection that somebody else opened gets through."""
    caller = socket.create_connection(ear.getsockname(), timeout=5)
    answering, _ = ear.accept()
    _as(SANDBOX, lambda: bool(answering.send(b"ready")))
    return caller.recv(5) == b"ready"


def _counted(nft: str) -> int:
    words = [nft, "-j", "list", "chain", "inet", "learning_center", "sandbox"]
    chain = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)["nftables"]
    parts = [part for entry in chain for part in entry.get("rule", {}).get("expr", [])]
    return sum(part["counter"]["packets"] for part in parts if "counter" in part)


if __name__ == "__main__":
    main(*sys.argv[1:])
