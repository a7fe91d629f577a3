"""A real server that speaks S3 (SeaweedFS), on free ports of this machine, for as long as a test needs it."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.mail_server import free_port

TRIES = 3
SECONDS_TO_ANSWER = 40
SERVER = Path(sys.executable).with_name("weed")
BUCKET = "evidence"
USER = {
    "AWS_ACCESS_KEY_ID": "checkpoints",
    "AWS_SECRET_ACCESS_KEY": "of-a-test-alone",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class S3Server:
    """The server with one bucket and one user, whose keys are `USER`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it; anew on other ports where somebody else was quicker to take one of them."""
        for _ in range(TRIES):
            self._start()
            if self._answers():
                return self
            self.stop()
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()  # what it holds is thrown away
            self.process.wait(30)
            self.process = None

    @property
    def client(self) -> Any:
        """A client of the one user."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=USER["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=USER["AWS_SECRET_ACCESS_KEY"],
            region_name=USER["AWS_DEFAULT_REGION"],
            config=Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 0}),
        )

    def _start(self) -> None:
        keys = {"accessKey": USER["AWS_ACCESS_KEY_ID"], "secretKey": USER["AWS_SECRET_ACCESS_KEY"]}
        who = {"name": "us", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
        (self.folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        self.url = f"http://127.0.0.1:{free_port()}"
        ports = {name: free_port() for name in ("master", "volume", "filer")}
        options = [f"-{name}.port={port}" for name, port in ports.items()]
        options += [f"-{name}.port.grpc={free_port()}" for name in (*ports, "s3")]
        options += [f"-s3.port={self.url.rpartition(':')[2]}", f"-s3.config={self.folder / 's3.json'}", "-s3"]
        options += [f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.volumeSizeLimitMB=8"]
        options += [
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]  # doors nobody needs, on ports of their own choice
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen([SERVER, "server", *options], stdout=log, stderr=log)

    def _answers(self) -> bool:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while self.process and self.process.poll() is None and time.monotonic() < deadline:
            if self._has_bucket():
                return True
            time.sleep(0.1)
        return False

    def _has_bucket(self) -> bool:
        """Whether there is the bucket, made now where it is not, and something can be put into it."""
        try:
            with suppress(self.client.exceptions.BucketAlreadyOwnedByYou, self.client.exceptions.BucketAlreadyExists):
                self.client.create_bucket(Bucket=BUCKET)
            self.client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
        except (BotoCoreError, ClientError):
            return False
        return True
