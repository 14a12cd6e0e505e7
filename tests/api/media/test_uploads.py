"""Files are sent by real clients, go on where they broke off, are looked at, and seen by whom they concern."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from tusclient.client import TusClient

from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.kit.clock import FixedClock
from app.kit.ids import ReportId, uuid7
from app.media import repository as media_repository, service as media
from app.media.errors import UploadGone, UploadTaken
from app.media.store import FolderStore
from app.process import Process
from app.settings import AccessLog
from app.web.metrics import Metrics
from app.web.middleware import RequestEdge
from tests.builders import HAIDUONG, an_officer
from tests.films import MP4
from tests.pages import Page, post
from tests.pictures import PDF, heic, named, office, photo, tripping
from tests.server import ROOT

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}


@pytest.fixture
def store(application: FastAPI, tmp_path: Path) -> Iterator[FolderStore]:
    """Files of this test, in a folder of its own."""
    before = application.state.file_store
    application.state.file_store = FolderStore(tmp_path)
    yield application.state.file_store
    application.state.file_store = before


async def begin(client: httpx.AsyncClient, length: int, **headers: str) -> str:
    """The address of a new upload."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": str(length), **told})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def send(client: httpx.AsyncClient, url: str, content: bytes, offset: int, **headers: str) -> httpx.Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.patch(url, content=content, headers={**BYTES, "Upload-Offset": str(offset), **told})


async def sent(client: httpx.AsyncClient, content: bytes) -> str:
    """The name of a finished upload."""
    url = await begin(client, len(content))
    assert (await send(client, url, content, 0)).status_code == 204
    return url.rpartition("/")[2]


async def test_what_came_of_a_body_that_is_too_slow_is_kept(
    application: FastAPI, store: FolderStore, db: Database, clock: FixedClock
) -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield b"%PDF-1.4 "
        await asyncio.Event().wait()

    edge = RequestEdge(application, 4096, 4096, Metrics(), AccessLog.NONE, body_wait_s=0.2)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://lienthong") as client:
        url = await begin(client, 100)
        answer = await client.patch(url, content=stalls(), headers={**BYTES, "Upload-Offset": "0"})
        stands = await client.head(url, headers=TUS)
    assert (answer.status_code, answer.json()["type"]) == (408, "/problems/body-too-slow")
    assert stands.headers["upload-offset"] == "9"


async def cleared(process: Process, store: FolderStore) -> None:
    """All that has come was looked at."""
    while await media.clear(process.db, process.clock, store):
        pass


async def report_with(client: httpx.AsyncClient, *names: str, **more: Any) -> httpx.Response:
    return await client.post("/api/v1/reports", json={**LAMP, "media": list(names), **more})


async def test_the_python_client_sends_a_photo_in_pieces(live_url: str, store: FolderStore, tmp_path: Path) -> None:
    file = tmp_path / "anh.jpg"
    file.write_bytes(photo(width=3200, height=2400))

    def upload() -> str:
        there = TusClient(f"{live_url}/api/v1/uploads")
        with file.open("rb") as stream:
            uploader = there.uploader(
                file_stream=stream, chunk_size=200_000, metadata={"filename": "ảnh.jpg"}, upload_checksum=True
            )
            uploader.upload(stop_at=200_000)
            half = str(uploader.url)
            again = there.uploader(file_stream=stream, chunk_size=500_000, url=half)
            assert again.offset == 200_000, "another run of the program goes on where the first ended"
            again.upload()
        return half

    url = await asyncio.to_thread(upload)
    async with httpx.AsyncClient() as client:
        answer = await client.head(url, headers=TUS)
    assert answer.headers["upload-offset"] == answer.headers["upload-length"] == str(file.stat().st_size)


async def test_the_javascript_client_breaks_off_and_resumes(live_url: str, store: FolderStore, tmp_path: Path) -> None:
    file = tmp_path / "anh.jpg"
    file.write_bytes(photo(width=4000, height=3000))
    done = await asyncio.to_thread(
        subprocess.run,
        [str(Path(sys.executable).parent / "node"), "upload.mjs", f"{live_url}/api/v1/uploads", str(file)],
        cwd=ROOT / "tests" / "node",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    url = done.stdout.strip()
    async with httpx.AsyncClient() as client:
        answer = await client.head(url, headers=TUS)
    assert answer.headers["upload-offset"] == str(file.stat().st_size)


async def test_a_photo_comes_with_the_report_and_is_seen_by_its_sender_and_the_officers_once_it_was_looked_at(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    name = await sent(client, photo())
    filed = await report_with(client, name)
    assert filed.status_code == 201, filed.text
    code, owner = filed.json()["code"], {"Tracking-Secret": filed.json()["tracking_secret"]}
    listed = (await client.get(f"/api/v1/reports/{code}/media", headers=owner)).json()["items"]
    assert [(one["state"], one["url"]) for one in listed] == [("received", None)]
    await cleared(process, store)
    (mine,) = (await client.get(f"/api/v1/reports/{code}/media", headers=owner)).json()["items"]
    officer = await an_officer(process)
    (theirs,) = (await client.get(f"/api/v1/staff/cases/{code}/media", headers=officer.headers)).json()["items"]
    assert (theirs["report"], theirs["width"], theirs["height"]) == (code, 1200, 1600)
    for url in (mine["url"], theirs["thumbnail_url"]):
        fetched = await client.get(url)
        assert fetched.headers["content-type"] == "image/jpeg"
        assert fetched.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert fetched.headers["cache-control"].startswith("private, max-age=")
        assert b"SM-G991B" not in fetched.content
        with Image.open(io.BytesIO(fetched.content)) as opened:
            assert opened.size in {(1200, 1600), (240, 320)}
    forged = mine["url"].replace("whole", "thumbnail")
    assert (await client.get(forged)).status_code == 404
    clock.at += timedelta(minutes=17)
    expired = await client.get(mine["url"])
    assert (expired.status_code, expired.json()["type"]) == (410, "/problems/link-expired")
    assert not store.path(_id(name)).exists(), "what was sent is not kept as it was sent"


async def test_a_photo_of_an_iphone_becomes_a_clean_one_and_tells_its_place_only_if_its_sender_agrees(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    content = heic()
    assert content[4:12] == b"ftypheic"
    assert b"SM-G991B" in content
    names = []
    for said in ("no", "keep"):
        told = {"filename": "IMG_0001.HEIC", "location": said}
        metadata = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items()]
        url = await begin(client, len(content), Upload_Metadata=",".join(metadata))
        assert (await send(client, url, content, 0)).status_code == 204
        names.append(url.rpartition("/")[2])
    filed = (await report_with(client, *names)).json()
    await cleared(process, store)
    owner = {"Tracking-Secret": filed["tracking_secret"]}
    listed = (await client.get(f"/api/v1/reports/{filed['code']}/media", headers=owner)).json()["items"]
    assert [one["location"] for one in listed] == [None, {"lat": 20.94667, "lon": 106.31333}]
    for one in listed:
        fetched = await client.get(one["url"])
        assert fetched.headers["content-disposition"].endswith("IMG_0001.jpg")
        assert b"SM-G991B" not in fetched.content
        with Image.open(io.BytesIO(fetched.content)) as opened:
            assert (opened.format, opened.size, dict(opened.getexif())) == ("JPEG", (800, 600), {})
    rows = await db.lane.fetch("SELECT lat FROM uploads ORDER BY id")
    assert [row["lat"] for row in rows] == [None, 20.94667], "what nobody agreed to is nowhere"


def _id(name: str) -> Any:
    return UUID(hex=name.partition(".")[0])


async def test_a_file_belongs_to_one_report_and_a_repeated_report_is_the_same(
    client: httpx.AsyncClient, store: FolderStore, db: Database
) -> None:
    name = await sent(client, PDF)
    key = {"Idempotency-Key": "gui-mot-lan-thoi"}
    first = await client.post("/api/v1/reports", json={**LAMP, "media": [name]}, headers=key)
    again = await client.post("/api/v1/reports", json={**LAMP, "media": [name]}, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    other = await report_with(client, name)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/upload-taken")
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 1


async def test_a_report_names_what_is_wrong_with_each_file_and_nothing_is_written(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    unfinished = (await begin(client, 10)).rpartition("/")[2]
    good = await sent(client, PDF)
    await cleared(process, store)
    answer = await report_with(client, good, unfinished, good, "khong-co")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/upload-gone")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/media/1", "/media/2", "/media/3"]
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 0


async def test_a_kept_report_waits_for_a_file_on_its_way_and_is_told_of_one_that_is_gone(
    client: httpx.AsyncClient, store: FolderStore, clock: FixedClock
) -> None:
    url, item, key = await begin(client, len(PDF)), str(uuid7(clock.at)), {"Device-Key": "k" * 32}

    async def handed(name: str) -> dict[str, Any]:
        report = {"id": item, "type": "report", "report": {**LAMP, "media": [name]}}
        answer = await client.post("/api/v1/submissions", json={"items": [report]}, headers=key)
        found: dict[str, Any] = answer.json()["items"][0]
        return found

    name = url.rpartition("/")[2]
    waiting = await handed(name)
    assert (waiting["outcome"], waiting["problem"]["type"]) == ("later", "/problems/upload-unfinished")
    assert (await send(client, url, PDF, 0)).status_code == 204
    clock.at += timedelta(hours=25)
    gone = await handed(name)
    assert (gone["outcome"], gone["problem"]["type"]) == ("refused", "/problems/upload-gone")
    assert gone["problem"]["errors"][0]["pointer"].endswith("/media/0")
    again = await handed(await sent(client, PDF))
    assert again["outcome"] == "accepted", "the id was never taken"


@pytest.mark.parametrize(
    ("content", "state", "why"),
    [
        (PDF, "cleared", None),
        (MP4, "cleared", None),
        (office("word/document.xml"), "cleared", None),
        (photo(width=64, height=64, kind="WEBP"), "cleared", None),
        (b"MZ\x90\x00" + bytes(64), "refused", "Tệp không thuộc loại"),
        (photo(width=64, height=64)[:200], "refused", "Tệp bị hỏng"),
        (office("word/vbaProject.bin"), "refused", "Tệp có macro"),
    ],
    ids=named,
)
async def test_what_is_not_what_it_says_is_refused_and_gone(
    client: httpx.AsyncClient, process: Process, store: FolderStore, content: bytes, state: str, why: str | None
) -> None:
    name = await sent(client, content)
    filed = (await report_with(client, name)).json()
    await cleared(process, store)
    owner = {"Tracking-Secret": filed["tracking_secret"]}
    (file,) = (await client.get(f"/api/v1/reports/{filed['code']}/media", headers=owner)).json()["items"]
    assert file["state"] == state
    if why is None:
        assert (await client.get(file["url"])).status_code == 200
    else:
        assert file["refusal"]["vi"].startswith(why)
        assert file["url"] is None
        assert not store.path(_id(name)).exists()


@pytest.mark.parametrize("looked_at", ["before", "after"])
async def test_a_bad_file_is_the_same_whether_it_was_looked_at_before_or_after_the_report(
    client: httpx.AsyncClient, process: Process, store: FolderStore, looked_at: str
) -> None:
    names = [await sent(client, b"MZ\x90\x00 not a photo"), await sent(client, photo(width=64, height=64))]
    if looked_at == "before":
        await cleared(process, store)
    answer = await report_with(client, *names)
    assert answer.status_code == 201, answer.text
    await cleared(process, store)
    owner = {"Tracking-Secret": answer.json()["tracking_secret"]}
    bad, good = (await client.get(f"/api/v1/reports/{answer.json()['code']}/media", headers=owner)).json()["items"]
    assert (bad["state"], bad["url"], bool(bad["refusal"]["vi"])) == ("refused", None, True)
    assert (good["state"], good["refusal"]) == ("cleared", None)
    assert (await report_with(client, names[0])).json()["type"] == "/problems/upload-taken", "and is no other report's"


async def test_what_does_not_follow_the_protocol_is_told_what_it_is(
    client: httpx.AsyncClient, store: FolderStore, application: FastAPI
) -> None:
    content = b"0123456789"
    url = await begin(client, 10)
    wrong: list[tuple[httpx.Response, int]] = [
        (await client.post("/api/v1/uploads", headers={"Upload-Length": "1"}), 412),
        (await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "-1"}), 400),
        (await client.post("/api/v1/uploads", headers=TUS), 400),
        (await client.post("/api/v1/uploads", headers={**TUS, "Upload-Length": "99999999999"}), 413),
        (await client.patch(url, content=content, headers={**TUS, "Upload-Offset": "0"}), 400),
        (await send(client, url, content, 3), 409),
        (await send(client, url, content + b"x", 0), 400),
        (await send(client, url, content, 0, Upload_Checksum="sha1 AAAA"), 400),
        (await send(client, url[:-1] + ("A" if url[-1] != "A" else "B"), content, 0), 404),
        (await client.head("/api/v1/uploads/nothing", headers=TUS), 404),
    ]
    assert [answer.status_code for answer, _ in wrong] == [status for _, status in wrong]
    digest = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    broken = await send(client, url, content, 0, Upload_Checksum=f"sha256 {digest}")
    assert (broken.status_code, broken.json()["type"]) == (460, "/problems/wrong-checksum")
    assert (await client.head(url, headers=TUS)).headers["upload-offset"] == "0", "nothing of it was kept"
    digest = base64.b64encode(hashlib.sha256(content[:4]).digest()).decode()
    assert (await send(client, url, content[:4], 0, Upload_Checksum=f"sha256 {digest}")).status_code == 204
    assert (await send(client, url, content[4:], 4)).headers["upload-offset"] == "10"
    assert (await send(client, url, b"", 10)).status_code == 409, "it is all here"
    able = await client.options("/api/v1/uploads")
    assert able.headers["tus-max-size"] == str(application.state.settings.upload_max_bytes)
    assert (await client.delete(url, headers=TUS)).status_code == 204
    assert (await client.head(url, headers=TUS)).status_code == 404


async def test_of_two_requests_that_write_at_once_one_goes_on(client: httpx.AsyncClient, store: FolderStore) -> None:
    content = bytes(3_000_000)
    url = await begin(client, len(content))
    slow, now = asyncio.Event(), asyncio.Event()

    async def dripping() -> Any:
        yield content[:1000]
        now.set()
        await slow.wait()
        yield content[1000:]

    first = asyncio.create_task(client.patch(url, content=dripping(), headers={**BYTES, "Upload-Offset": "0"}))
    await now.wait()
    await asyncio.sleep(0.05)
    second = await send(client, url, content, 0)
    assert (second.status_code, second.json()["type"]) == (423, "/problems/upload-busy")
    slow.set()
    assert (await first).headers["upload-offset"] == str(len(content))
    assert store.read(_id(url.rpartition("/")[2])) == content


async def test_what_nobody_attaches_is_cleared_away_and_what_a_report_has_stays(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    kept, left = await sent(client, PDF), await sent(client, PDF)
    half = await begin(client, 10)
    assert (await report_with(client, kept)).status_code == 201
    await cleared(process, store)
    clock.at += timedelta(hours=25)
    assert (await client.head(half, headers=TUS)).status_code == 404
    assert await media.clean(process.db, process.clock, store) == 3
    assert await media.clean(process.db, process.clock, store) == 0
    assert store.path(_id(kept), "whole").exists()
    assert not store.path(_id(left), "whole").exists()


async def test_sender_and_officer_see_the_photo_on_their_pages(
    client: httpx.AsyncClient, application: FastAPI, process: Process, store: FolderStore
) -> None:
    filed = (await report_with(client, await sent(client, photo(width=160, height=80)))).json()
    await cleared(process, store)
    entered = await client.post("/follow", data={"code": filed["code"], "secret": filed["tracking_secret"]})
    assert entered.status_code == 303
    own = await client.get(f"/follow/{filed['code']}")
    assert "/thumbnail?expires=" in own.text
    officer = await an_officer(process)
    cookies = {"staff": officer.headers["Authorization"].removeprefix("Bearer ")}
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=str(client.base_url), cookies=cookies) as desk:
        assert (await desk.get(f"/follow/{filed['code']}")).status_code == 404
        assert "/thumbnail?expires=" in (await desk.get(f"/console/cases/{filed['code']}")).text


async def test_a_page_without_scripts_takes_photos_and_a_second_tap_makes_no_second_report(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    await client.get("/report")
    typed = {"key": "mot-lan-gui-anh", "category": LAMP["category"], "description": LAMP["description"]}
    place = {"location.lat": "20.9467", "location.lon": "106.3134", "step": "details"}
    details = await client.post("/report", data={**typed, **place}, follow_redirects=True)
    assert 'enctype="multipart/form-data"' in details.text
    photos = [
        ("files", ("anh.jpg", photo(width=160, height=80), "image/jpeg")),
        ("files", ("don.pdf", PDF, "application/pdf")),
    ]
    program = [("files", ("anh.jpg", b"MZ\x90\x00" + bytes(64), "image/jpeg"))]
    whole = {**typed, **place, "step": "send"}
    refused = await client.post("/report", data=whole, files=program, follow_redirects=True)
    assert "Tệp không thuộc loại được nhận" in refused.text
    assert LAMP["description"] in refused.text, "nothing that was typed is lost"
    attached = await client.post(
        "/report", data={**typed, **place, "step": "check"}, files=photos, follow_redirects=True
    )
    assert "Đã đính kèm 2 tệp" in attached.text
    taken_off = await post(client, Page(attached).form("/report"), step="without")
    assert "Đã đính kèm" not in (await client.get(taken_off.headers["location"])).text
    for _ in range(2):
        sending = await client.post("/report", data=whole, files=photos)
        assert sending.headers["location"] == "/report/sent"
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 1
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 2
    await cleared(process, store)
    assert await db.lane.fetchval("SELECT count(*) FROM uploads WHERE state = 'cleared'") == 2


async def test_two_taps_at_the_same_moment_send_the_photo_and_the_report_once(
    client: httpx.AsyncClient, store: FolderStore, db: Database
) -> None:
    await client.get("/report")
    typed = {
        "key": "hai-lan-cung-luc", "category": LAMP["category"], "description": LAMP["description"],
        "location.lat": "20.9467", "location.lon": "106.3134", "step": "send",
    }  # fmt: skip
    files = [("files", ("anh.jpg", photo(width=2400, height=1800), "image/jpeg"))]
    answers = await asyncio.gather(*(client.post("/report", data=typed, files=files) for _ in range(4)))
    assert [answer.headers.get("location") for answer in answers] == ["/report/sent"] * 4
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 1
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1


async def test_files_that_are_too_large_or_too_many_for_a_form_are_told_of_on_a_page(
    client: httpx.AsyncClient, store: FolderStore, db: Database
) -> None:
    await client.get("/report")
    large = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(60_000_000)}
    refused = await client.post("/report", content=b" ", headers=large)
    assert (refused.status_code, refused.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "vượt quá 50 MB" in refused.text
    assert "nội dung đã viết vẫn còn" in refused.text
    typed = {
        "key": "chin-tep", "category": LAMP["category"], "description": LAMP["description"],
        "location.lat": "20.9467", "location.lon": "106.3134", "step": "send",
    }  # fmt: skip
    nine = [("files", (f"{number}.pdf", PDF + b"%%%d\n%%%%EOF\n" % number, "application/pdf")) for number in range(9)]
    told = await client.post("/report", data=typed, files=nine, follow_redirects=True)
    assert "kèm tối đa 8 tệp" in told.text
    assert "Đã đính kèm 8 tệp" in told.text
    assert await db.lane.fetchval("SELECT count(*) FROM reports") == 0
    sending = await post(client, Page(told).form("/report"), step="send")
    assert sending.headers["location"] == "/report/sent"
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 8


async def test_photos_chosen_before_something_was_wrong_are_still_attached(
    client: httpx.AsyncClient, store: FolderStore, db: Database
) -> None:
    await client.get("/report")
    typed = {
        "key": "sai-so-dien-thoai", "category": LAMP["category"], "description": LAMP["description"],
        "location.lat": "20.9467", "location.lon": "106.3134", "reporter.phone": "12", "step": "send",
    }  # fmt: skip
    files = [("files", ("don.pdf", PDF, "application/pdf"))]
    wrong = await client.post("/report", data=typed, files=files, follow_redirects=True)
    assert "Đã đính kèm 1 tệp" in wrong.text
    form = Page(wrong).form("/report")
    sent_again = await post(client, form, **{"reporter.phone": "0912345678", "step": "send"})
    assert sent_again.headers["location"] == "/report/sent"
    assert await db.lane.fetchval("SELECT count(*) FROM report_files") == 1


async def test_a_file_that_is_gone_or_is_another_is_found(
    client: httpx.AsyncClient, process: Process, store: FolderStore, db: Database
) -> None:
    for _ in range(3):
        await sent(client, photo(width=64, height=64))
    await cleared(process, store)
    ids = [row["id"] for row in await db.lane.fetch("SELECT id FROM uploads ORDER BY id")]
    assert await media.verify(db, store) == (3, [], [])
    store.path(ids[0], "whole").write_bytes(b"another")
    store.path(ids[1], "whole").unlink()
    assert await media.verify(db, store) == (3, [ids[1]], [ids[0]])
    assert await media.verify(db, store, most=1) == (1, [], [])


async def test_files_that_trip_their_reader_hinder_no_other(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    bad = [await sent(client, tripping()) for _ in range(5)]
    clock.at += timedelta(seconds=1)
    good = await sent(client, photo())
    while await media.clear(process.db, process.clock, store):
        pass
    states = {row["id"].hex: row["refusal"] for row in await process.db.lane.fetch("SELECT id, refusal FROM uploads")}
    assert [states[name[:32]] for name in (*bad, good)] == ["damaged"] * 5 + [None]

    lost = await sent(client, photo())
    clock.at += timedelta(seconds=1)
    other = await sent(client, photo())
    (store.path(UUID(hex=lost[:32]), "raw")).unlink()
    assert await media.clear(process.db, process.clock, store) == 2
    assert await media.clear(process.db, process.clock, store) == 0, "what cannot be handled waits, and is asked again"
    found = await process.db.lane.fetchval("SELECT state FROM uploads WHERE id = $1", UUID(hex=other[:32]))
    assert found == "cleared"


async def test_a_file_that_a_report_is_written_with_is_there_or_the_report_is_not(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock
) -> None:
    db, report = process.db, ReportId(uuid7(clock.now()))
    first, second = await sent(client, PDF), await sent(client, PDF)

    def attaching(name: str) -> Callable[[Work], Awaitable[None]]:
        async def attach(work: Work) -> None:
            media.claim(work, HAIDUONG, report, [_id(name)])

        return attach

    clock.at += timedelta(hours=23, minutes=59)
    assert len(await media.attachable(db, [first, second], clock.now())) == 2
    clock.at += timedelta(minutes=2)
    assert await media.clean(db, clock, store) == 0, "somebody who has just looked may be writing"
    late = await report_with(client, first)
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/media/0")
    async with write_work(db, clock, HAIDUONG) as work:
        await attaching(first)(work)
        await work.settle()
        ending = asyncio.create_task(media_repository.end(db, _id(first)))
        await asyncio.sleep(0.1)
        assert not ending.done()
    assert not await ending, "it was a report's by then"
    assert len(await media.attachable(db, [first], clock.now())) == 1, "what a report has does not expire"
    clock.at += timedelta(hours=1)
    assert await media.clean(db, clock, store) == 2
    with pytest.raises(UploadTaken):
        await in_work(db, clock, HAIDUONG, attaching(first))
    with pytest.raises(UploadGone):
        await in_work(db, clock, HAIDUONG, attaching(second))
    rows = await db.lane.fetch(
        "SELECT c.upload_id, u.expires_at FROM upload_claims c JOIN uploads u ON u.id = upload_id"
    )
    assert [tuple(row) for row in rows] == [(_id(first), None)]
