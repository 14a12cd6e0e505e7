"""The audit of dependencies fails where a hole is known, and says so where nobody answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

AUDIT = Path(__file__).parents[2] / ".ci/audit.py"
HOLE = {
    "id": "GHSA-test-test-test",
    "summary": "A hole.",
    "affected": [
        {
            "package": {"name": "orjson", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
            "versions": [],
        }
    ],
}


class _Osv(BaseHTTPRequestHandler):
    """Knows one hole, in one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known = {"vulns": [HOLE]} if asked["package"]["name"] == "orjson" else {}
        content = json.dumps(known).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def osv() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Osv)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def _audit(url: str, folder: Path, *lines: str, must: bool = False) -> subprocess.CompletedProcess[str]:
    lock = folder / "a.lock"
    lock.write_text("".join(f"{line} --hash=sha256:{'0' * 64}\n" for line in lines))
    more = ["--must"] if must else []
    return subprocess.run(
        [sys.executable, AUDIT, "--osv-url", url, *more, lock], capture_output=True, text=True, check=False
    )


def test_a_known_hole_fails_the_gate_and_a_service_that_is_away_is_said(osv: str, tmp_path: Path) -> None:
    found = _audit(osv, tmp_path, "orjson==3.1.0", "httpx==0.28.1")
    assert found.returncode == 1, found.stderr
    assert "a.lock: orjson 3.1.0: GHSA-test-test-test, mended in ['99.0']" in found.stdout
    clean = _audit(osv, tmp_path, "httpx==0.28.1")
    assert (clean.returncode, clean.stdout) == (0, "0 known holes\n")
    nowhere = "http://127.0.0.1:9/v1/query"
    away = _audit(nowhere, tmp_path, "httpx==0.28.1")
    assert (away.returncode, away.stdout) == (0, f"not asked: {nowhere} does not answer\n")
    assert _audit(nowhere, tmp_path, "httpx==0.28.1", must=True).returncode == 2
