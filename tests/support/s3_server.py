"""A real server that speaks S3 (SeaweedFS), on free ports of this machine, for as long as a test needs it."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.support.mail_server import free_port

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
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        keys = {"accessKey": USER["AWS_ACCESS_KEY_ID"], "secretKey": USER["AWS_SECRET_ACCESS_KEY"]}
        who = {"name": "us", "credentials": [keys], "actions": ["Admin", "Read", "Write", "List"]}
        (self.folder / "s3.json").write_text(json.dumps({"identities": [who]}))
        ports = {name: free_port() for name in ("master", "volume", "filer")}
        options = [f"-{name}.port={port}" for name, port in ports.items()]
        options += [f"-{name}.port.grpc={free_port()}" for name in (*ports, "s3")]
        options += [f"-s3.port={self.url.rpartition(':')[2]}", f"-s3.config={self.folder / 's3.json'}", "-s3"]
        options += [f"-dir={self.folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.volumeSizeLimitMB=8"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen([SERVER, "server", *options], stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while not self._has_bucket():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
        return self

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

    def _has_bucket(self) -> bool:
        try:
            self.client.create_bucket(Bucket=BUCKET)
            self.client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
        except (BotoCoreError, ClientError) as fault:
            return "BucketAlready" in str(fault)
        return True
