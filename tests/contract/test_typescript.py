"""The contract as a TypeScript program uses it: generated, compiled strictly, run against the running application."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from fastapi import FastAPI

from app.process import Process
from tests.builders import an_officer
from tests.officers import PASSWORD
from tests.server import ROOT

NODE = Path(sys.executable).parent / "node"
PACKAGES = ROOT / "tests/node/node_modules"
SOURCES = ROOT / "tests/node/client"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the integrator's program, and the packages that are installed for the gate."""
    for name in ("smoke.ts", "tsconfig.json", "openapi-ts.config.mjs"):
        shutil.copy(SOURCES / name, tmp_path / name)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    return tmp_path


async def node(place: Path, script: str, *arguments: str) -> str:
    """What the program printed. Raises when it fails."""
    done = await asyncio.to_thread(
        subprocess.run,
        [str(NODE), script, *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


async def test_a_generated_client_compiles_and_does_a_citizens_and_an_officers_work(
    application: FastAPI, process: Process, live_url: str, place: Path
) -> None:
    (place / "openapi.json").write_bytes(orjson.dumps(application.openapi()))
    await node(place, "node_modules/@hey-api/openapi-ts/bin/run.js")
    await node(place, "node_modules/typescript/bin/tsc", "--project", ".")
    officer = await an_officer(process)
    said = await node(place, "built/smoke.js", live_url, officer.username, PASSWORD)
    assert said.startswith("done: H23-")
