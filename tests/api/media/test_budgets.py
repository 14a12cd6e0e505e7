"""How many bytes of files come from one person, one address and one province; and a disk, or a bucket, that is full."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.cli.doctor.files import examine_room
from app.cli.doctor.findings import Health
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.kit.ids import TenantId
from app.limits.terms import Asking
from app.media import service as media
from app.media.errors import UploadBudgetSpent
from app.media.store import FolderStore, Store, store_of
from app.media.terms import FileSender
from app.process import Process
from app.settings import Settings
from tests.api.limits.test_limits import LINE, NEIGHBOUR, calling, limited, slug
from tests.api.media.test_uploads import BYTES, TUS, store
from tests.builders import PROVINCE, Officer, an_officer
from tests.pictures import PDF
from tests.statements import Statements

__all__ = ["store"]
MIB = 1_048_576
FULL = [
    (403, "<Error><Code>QuotaExceeded</Code><Message></Message></Error>"),
    (507, "<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum</Message></Error>"),
    (400, "<Error><Code>XMinioAdminBucketQuotaExceeded</Code><Message>Bucket quota exceeded</Message></Error>"),
]


@pytest.fixture
async def admin(process: Process, db: Database) -> Officer:
    return await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)


async def announced(caller: httpx.AsyncClient, length: int, **headers: str) -> httpx.Response:
    return await caller.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(length), **headers})


async def test_an_address_has_a_budget_of_bytes(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, store: FolderStore, clock: FixedClock
) -> None:
    await limited(client, admin, "upload_mib", "address", 4)
    async with calling(application) as caller, calling(application, NEIGHBOUR) as other:
        first = await announced(caller, 3 * MIB - 5)
        assert first.status_code == 201, first.text
        assert '"upload_mib-address";r=1;t=' in first.headers["ratelimit"]
        assert '"upload_mib-address";q=4;w=3600' in first.headers["ratelimit-policy"]
        refused = await announced(caller, MIB + 1)
        assert (refused.status_code, slug(refused)) == (429, "upload-budget-spent")
        assert "không kèm tệp" in refused.json()["detail"]
        assert 850 <= int(refused.headers["retry-after"]) <= 900, "of two more MiB one is there already"
        assert (await announced(caller, MIB)).status_code == 201, "what was refused is not counted"
        assert (await announced(other, 3 * MIB)).status_code == 201
        clock.at += timedelta(seconds=int(refused.headers["retry-after"]))
        assert (await announced(caller, MIB)).status_code == 201
    async with calling(application, "203.113.77.1") as whoever:
        assert (await announced(whoever, 10 * MIB)).status_code == 201, "a file larger than all is all there may be"
        assert (await announced(whoever, 1)).status_code == 429


async def test_a_person_has_one_budget_wherever_they_are_and_a_province_has_one(
    client: httpx.AsyncClient, application: FastAPI, admin: Officer, store: FolderStore
) -> None:
    await limited(client, admin, "upload_mib", "person", 2)
    await limited(client, admin, "upload_mib", "tenant", 4)
    device = (await client.post("/api/v1/auth/devices")).json()["access_token"]
    own = {"Authorization": f"Bearer {device}"}
    async with calling(application) as here, calling(application, "203.113.77.1") as there:
        assert (await announced(here, 2 * MIB, **own)).status_code == 201
        assert slug(await announced(there, 1, **own)) == "upload-budget-spent"
        old = {"Authorization": f"Bearer {device[:-4]}AAAA"}
        assert (await announced(there, MIB, **old)).status_code == 201, "an old token is no hindrance"
        assert (await announced(here, MIB)).status_code == 201
        assert slug(await announced(there, 1)) == "upload-budget-spent", "the province's"


class Held:
    """A file of a form."""

    def __init__(self, content: bytes) -> None:
        self._bytes = io.BytesIO(content)

    async def read(self, size: int = -1) -> bytes:
        return self._bytes.read(size)

    async def seek(self, offset: int) -> None:
        self._bytes.seek(offset)


async def test_files_of_forms_are_counted_once_each(
    client: httpx.AsyncClient, process: Process, admin: Officer, store: FolderStore
) -> None:
    await limited(client, admin, "upload_mib", "address", 1)
    sender = FileSender(TenantId(1), bytes(32), Asking(LINE))

    async def taken(content: bytes) -> str:
        return await media.take(
            process.db, process.clock, store, bytes(32), "form", filename="a.pdf", content=Held(content),
            most_bytes=5 * MIB, sender=sender,
        )  # fmt: skip

    assert await taken(PDF) == await taken(PDF), "a form that is sent again is the same"
    with pytest.raises(UploadBudgetSpent):
        await taken(PDF + b"\n")


async def test_a_file_is_counted_by_one_statement(
    application: FastAPI, db: Database, store: FolderStore, statements: Statements
) -> None:
    async with calling(application) as caller:
        statements.clear()
        assert (await announced(caller, MIB)).status_code == 201
    assert len(statements) == 2, statements.texts


async def test_a_disk_with_its_reserve_left_takes_no_files_and_says_so(
    client: httpx.AsyncClient, application: FastAPI, process: Process, tmp_path: Path, store: FolderStore
) -> None:
    assert (await client.get("/health/ready")).json()["files"] == "ok"
    begun = await announced(client, 10)
    store.reserve_bytes = 2**60
    refused = await announced(client, 1)
    assert (refused.status_code, slug(refused)) == (507, "storage-full")
    url, sending = begun.headers["location"], {**BYTES, "Upload-Offset": "0"}
    stopped = await client.patch(url, content=bytes(10), headers=sending)
    assert (stopped.status_code, slug(stopped)) == (507, "storage-full")
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["files"]) == (200, "full"), "reports are taken without files"
    store.reserve_bytes = 0
    assert (await client.patch(url, content=bytes(10), headers=sending)).status_code == 204

    ample, spent = (
        replace(process, settings=process.settings.model_copy(update={"upload_reserve_bytes": kept}))
        for kept in (0, 2**60)
    )
    assert (await examine_room(ample)).health is Health.OK
    told = await examine_room(spent)
    assert (told.health, "LIENTHONG_UPLOAD_RESERVE_BYTES" in told.sentence.vi) == (Health.BROKEN, True)
    room = next(line for line in (await client.get("/metrics")).text.splitlines() if line.startswith("lienthong_store"))
    assert float(room.split()[1]) > 0


@contextmanager
def a_full_bucket(status: int, words: str, settings: Settings) -> Iterator[Store]:
    """A store whose server has nothing, and takes nothing: with those words."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self, status: int, words: str) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words.encode())

        def do_GET(self) -> None:
            nothing = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
            self._answer(200, nothing)

        def do_PUT(self) -> None:
            self._answer(status, words)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own word
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    given = {"s3_bucket": "full", "s3_endpoint": f"http://127.0.0.1:{server.server_port}", "s3_access_key_id": "a"}
    try:
        yield store_of(settings.model_copy(update={**given, "s3_secret_access_key": settings.secret_key}))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(("status", "words"), FULL)
async def test_a_bucket_that_is_full_is_told_as_full(
    client: httpx.AsyncClient, application: FastAPI, settings: Settings, store: FolderStore, status: int, words: str
) -> None:
    begun = await announced(client, 10)
    with a_full_bucket(status, words, settings) as bucket:
        application.state.file_store = bucket
        answer = await client.patch(
            begun.headers["location"], content=bytes(10), headers={**BYTES, "Upload-Offset": "0"}
        )
    assert (answer.status_code, slug(answer)) == (507, "storage-full"), answer.text
