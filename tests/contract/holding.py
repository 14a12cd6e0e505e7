"""The OpenAPI document held against the running program by schemathesis, with all of its checks on.

What staff and other systems ask is asked by the province's leader, the rest by anybody: in two files, so that two
workers share the minutes that it takes.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import httpx

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import SystemClock
from app.kit.ids import TenantId, UnitId
from tests.crash.program import running
from tests.officers import PASSWORD, Province, an_officer, cheap_passwords
from tests.postoffice import Mailbox, mail_server

HERE = Path(__file__).parent
_OF_STAFF = "^/api/v1/(staff|client)/"
# Streams never end for whoever may listen; signing out would end the session that the run works with.
LEFT_OUT = (
    *("/api/v1/public/stream", "/api/v1/staff/stream", "/api/v1/auth/logout"),
    "/api/v1/staff/me/sessions/{session}",  # one of those listed is its own
    "/api/v1/staff/neighbours/{id}/reconciliation",  # asks another installation, which is not there: 503
    "/api/v1/submissions",  # 200 for the whole, a refusal for each item that is wrong: tests/api/mobile
)


async def hold(committed_db: Database, tmp_path: Path, *, signed_in: bool, made_up: int = 1) -> None:
    """Every operation answers as the document says: those of staff and clients, else all others.

    `made_up`: requests of each operation that are put together by chance, beside all that differ in one place from one
    that is right; the same each time, so that many of them are for benchmarks/contract.py.
    """
    row = await committed_db.lane.fetchrow("SELECT tenant_id, id FROM units WHERE code = 'H23'")
    assert row is not None
    leaders = Province(TenantId(row["tenant_id"]), UnitId(row["id"]))
    await an_officer(committed_db, SystemClock(), cheap_passwords(), leaders, *Role, username="fuzz")
    settings = {
        "LIENTHONG_DATABASE_URL": committed_db.url,
        "LIENTHONG_DATA_DIR": str(tmp_path),
        "LIENTHONG_PHONE_CODES": "log",
        "LIENTHONG_SECOND_FACTOR_ROLES": "",
        "LIENTHONG_CODES_PER_PHONE_HOUR": "100",
        "LIENTHONG_CODES_PER_ADDRESS_HOUR": "100000",
    }
    with mail_server(Mailbox()) as port:
        settings["LIENTHONG_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
        async with running("serve", settings) as program:
            # Nobody is refused by the others before anything is read: tests/api/permissions asks each of them.
            async with httpx.AsyncClient(base_url=program.url, timeout=120) as http:
                assert (await http.get("/openapi.json")).status_code == 200  # made now: Schemathesis waits ten seconds
            doors = await _doors(program.url, signed_in=signed_in)
            code, said = await _schemathesis(program.url, tmp_path, doors, made_up)
    assert code == 0, said


async def _doors(url: str, *, signed_in: bool) -> list[str]:
    """What is asked, and as whom."""
    if not signed_in:
        return ["--exclude-path-regex", _OF_STAFF]
    return ["--include-path-regex", _OF_STAFF, "-H", f"Authorization: Bearer {await _token(url)}"]


async def _token(url: str) -> str:
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/api/v1/auth/token", json={"username": "fuzz", "password": PASSWORD})
    token: str = answer.json()["access_token"]
    return token


async def _schemathesis(url: str, folder: Path, doors: list[str], made_up: int) -> tuple[int, str]:
    excluded = [part for path in LEFT_OUT for part in ("--exclude-path", path)]
    shutil.copy(HERE / "thinning.py", folder)
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml")),
        *("run", f"{url}/openapi.json", "--checks", "all", "--max-examples", str(made_up)),
        *("--no-color", "--seed", "20261122"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", *excluded, *doors),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    shutil.rmtree(folder / ".schemathesis", ignore_errors=True)
    return process.returncode or 0, said.decode()
