"""Files in a folder and in a bucket of a real S3 server: both do the same, also when the server is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.cli.doctor.files import examine_files
from app.cli.doctor.findings import Health
from app.db.engine import Database
from app.kit.clock import FixedClock, SystemClock
from app.media import service as media
from app.media.store import FolderStore, Store, store_of
from app.process import Process
from app.settings import Settings
from tests.pictures import photo
from tests.seaweed import SeaweedServer, seaweed_server

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    with seaweed_server(tmp_path_factory.mktemp("seaweed")) as running:
        yield running


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Store:
    if request.param == "folder":
        return FolderStore(tmp_path)
    server: SeaweedServer = request.getfixturevalue("server")
    made = store_of(server.settings(settings, f"t{uuid4().hex}"))
    made.write(UUID(int=0), "whole", b"")  # this server makes the bucket when something is put into it
    made.drop(UUID(int=0))
    return made


@pytest.fixture
def in_use(application: FastAPI, store: Store) -> Iterator[Store]:
    """The store, which the application uses meanwhile."""
    before = application.state.file_store
    application.state.file_store = store
    yield store
    application.state.file_store = before


def added(store: Store, upload_id: UUID, offset: int, *chunks: bytes, settles: bool = True) -> int:
    """How much of the upload is durable after these chunks."""
    with closing(store.appending(upload_id, offset)) as file:
        file.cut()
        for chunk in chunks:
            file.add(chunk)
        return file.settle() if settles else file.offset


def test_what_was_settled_is_there_and_nothing_else_is(store: Store) -> None:
    one, other = uuid4(), uuid4()
    content = os.urandom(9_000_000)
    assert added(store, one, 0, content[:100], content[100:5_000_000]) == 5_000_000
    assert added(store, one, 5_000_000, b"lost", settles=False) == 5_000_000
    assert added(store, one, 5_000_000, content[5_000_000:]) == 9_000_000
    assert store.read(one) == content
    assert added(store, other, 0) == 0
    assert store.read(other) == b"", "an empty file is a file"
    store.write(one, "whole", content)
    store.write(one, "thumbnail", b"small")
    assert store.size(one, "whole") == 9_000_000
    assert store.read_between(one, "whole", 8_999_990, 9_000_000) == content[-10:]
    shelf = int(one.hex[-2:], 16)
    lying = {(found.upload_id, found.part) for found in store.list_shelf(shelf)}
    assert lying >= {(one, "raw"), (one, "whole"), (one, "thumbnail")}
    now = SystemClock().now()
    assert all(abs(found.changed_at - now) < timedelta(minutes=5) for found in store.list_shelf(shelf))
    assert not {found.upload_id for found in store.list_shelf((shelf + 1) % 256)} & {one}
    store.drop(one, "raw")
    assert {found.part for found in store.list_shelf(shelf) if found.upload_id == one} == {"whole", "thumbnail"}
    store.drop(one)
    store.drop(one)
    for reading in (lambda: store.read(one), lambda: store.read(one, "whole"), lambda: store.size(one, "whole")):
        with pytest.raises(FileNotFoundError):
            reading()


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_pieces_of_a_request_that_lost_its_turn_do_not_come_into_the_file(store: Store) -> None:
    """Both send the same file; the one that lost its turn puts what it had after the other went on."""
    upload, content = uuid4(), os.urandom(1000)
    added(store, upload, 0, content[:400])
    with closing(store.appending(upload, 400)) as stalled:
        stalled.cut()
        stalled.add(content[400:700])
        added(store, upload, 400, content[400:500])
        stalled.settle()
    with closing(store.appending(upload, 500)) as file:
        file.add(content[500:])
        file.settle()
    assert store.read(upload) == content
    assert added(store, upload, 500, content[500:]) == 1000, "what reaches further than was acknowledged is cut"
    assert store.read(upload) == content


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
async def test_files_in_a_bucket_are_sent_looked_at_fetched_in_parts_verified_and_swept(
    client: httpx.AsyncClient,
    process: Process,
    settings: Settings,
    server: SeaweedServer,
    store: Store,
    in_use: Store,
    db: Database,
    clock: FixedClock,
) -> None:
    content = photo(width=2400, height=1800)
    begun = await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(len(content))})
    url = begun.headers["location"]
    name = url.rpartition("/")[2]
    half = await client.patch(url, content=content[:300_000], headers={**BYTES, "Upload-Offset": "0"})
    assert half.headers["upload-offset"] == "300000"

    server.kill()
    away = await client.patch(url, content=content[300_000:], headers={**BYTES, "Upload-Offset": "300000"})
    assert (away.status_code, away.json()["type"]) == (503, "/problems/storage-away")
    told = await examine_files(replace(process, settings=server.settings(settings, "tbucket")))
    assert told.health is Health.BROKEN
    assert "Files cannot be reached" in told.sentence.en
    server.start()
    rest = await client.patch(url, content=content[300_000:], headers={**BYTES, "Upload-Offset": "300000"})
    assert rest.headers["upload-offset"] == str(len(content)), rest.text

    filed = (await client.post("/api/v1/reports", json={**LAMP, "media": [name]})).json()
    assert await media.clear(db, clock, store) == 1
    owner = {"Tracking-Secret": filed["tracking_secret"]}
    (file,) = (await client.get(f"/api/v1/reports/{filed['code']}/media", headers=owner)).json()["items"]
    whole = await client.get(file["url"])
    assert (whole.status_code, len(whole.content)) == (200, file["bytes"])
    part = await client.get(file["url"], headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    tail = await client.get(file["url"], headers={"Range": "bytes=-50"})
    assert tail.content == whole.content[-50:]
    other = await client.get(file["url"], headers={"Range": "bytes=100-199", "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, whole.content)

    upload_id = UUID(hex=name.partition(".")[0])
    shelf = int(upload_id.hex[-2:], 16)
    orphan = UUID(hex=uuid4().hex[:-2] + upload_id.hex[-2:])
    store.write(orphan, "whole", b"left behind")
    added(store, upload_id, 0, b"left behind")
    clock.at = SystemClock().now()
    assert await media.sweep(db, clock, store, shelf) == 0, "it may be somebody's who is at it"
    clock.at += timedelta(days=1, minutes=1)
    assert await media.sweep(db, clock, store, shelf) == 2
    assert {(found.upload_id, found.part) for found in store.list_shelf(shelf)} == {
        (upload_id, "whole"),
        (upload_id, "thumbnail"),
    }
    assert await media.verify(db, store) == (1, [], [])
    store.write(upload_id, "whole", b"another")
    assert await media.verify(db, store) == (1, [], [upload_id])
    store.drop(upload_id, "whole")
    assert await media.verify(db, store) == (1, [upload_id], [])
