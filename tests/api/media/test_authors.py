"""Names of whoever wrote a document: gone from those of reports, told where they stay, untouched in evidence."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.kit.clock import FixedClock
from app.media import service as media
from app.media.store import FolderStore
from app.media.terms import Variant
from app.process import Process
from app.settings import Settings
from tests.api.media.test_uploads import cleared, report_with, sent, store
from tests.applicants import Life, an_applicant, an_upload, offices
from tests.authorities import an_authority, an_officer_of, signed
from tests.builders import an_officer
from tests.pictures import a_pdf, docx, named

__all__ = ["store"]
KNOWN = {"name": "Trần Thị Hoa", "phone": "0912345678"}


def _id(name: str) -> UUID:
    return UUID(hex=name.partition(".")[0])


async def _seen(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> tuple[dict[str, object], bytes | None]:
    """The one file listed there, and what its address leads to."""
    (file,) = (await client.get(path, headers=headers)).json()["items"]
    return file, (await client.get(file["url"])).content if file["url"] else None


@pytest.mark.parametrize("content", [docx(), a_pdf()], ids=named)
async def test_a_document_of_a_report_is_shown_without_names_and_nothing_else_is_kept(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock, content: bytes
) -> None:
    name = await sent(client, content)
    await cleared(process, store)
    filed = (await report_with(client, name, reporter={**KNOWN, "anonymous": True})).json()
    paths = f"/api/v1/reports/{filed['code']}/media", f"/api/v1/staff/cases/{filed['code']}/media"
    headers = {"Tracking-Secret": filed["tracking_secret"]}, (await an_officer(process)).headers
    for path, who in zip(paths, headers, strict=True):
        file, shown = await _seen(client, path, who)
        assert shown is not None
        assert (file["may_name_author"], file["note"], file["bytes"]) == (False, None, len(shown))
        assert shown != content
        assert b"docProps" in shown or b"/Info" not in shown
    assert store.read(_id(name), Variant.ORIGINAL) == content, "it might have been a service request's"
    clock.at += timedelta(days=2)
    await media.clean(process.db, process.clock, store)
    with pytest.raises(FileNotFoundError):
        store.read(_id(name), Variant.ORIGINAL)
    assert (await _seen(client, paths[1], headers[1]))[1] is not None
    assert (await media.verify(process.db, store))[1:] == ([], [])


async def test_a_signed_document_says_that_it_may_name_its_author_and_is_held_back_for_whoever_is_not_named(
    client: httpx.AsyncClient, process: Process, store: FolderStore
) -> None:
    authority = an_authority()
    content = await signed(a_pdf(), an_officer_of(authority))
    officer = await an_officer(process)
    for reporter, held_back in (({**KNOWN, "anonymous": True}, True), (KNOWN, False), (None, True)):
        name = await sent(client, content)
        await cleared(process, store)
        more = {"reporter": reporter} if reporter else {}
        filed = (await report_with(client, name, **more)).json()
        owner = {"Tracking-Secret": filed["tracking_secret"]}
        file, shown = await _seen(client, f"/api/v1/reports/{filed['code']}/media", owner)
        assert shown == content, "its signature holds"
        assert file["may_name_author"] is True
        assert "ký số" in str(file["note"])
        theirs, read = await _seen(client, f"/api/v1/staff/cases/{filed['code']}/media", officer.headers)
        assert (read is None) is held_back
        assert ("Không mở được" in str(theirs["note"])) is held_back
    await client.post("/follow", data={"code": filed["code"], "secret": filed["tracking_secret"]})
    assert "tên đó vẫn còn trong tệp" in (await client.get(f"/follow/{filed['code']}")).text


async def test_documents_of_a_service_request_stay_as_they_were_sent_and_say_so(
    client: httpx.AsyncClient, process: Process, store: FolderStore, settings: Settings, clock: FixedClock
) -> None:
    content, at_work = docx(), await offices(process)
    life = Life(client, await an_applicant(client))
    uploads = {name: await an_upload(process, store, settings, content) for name in ("certificate", "contract")}
    assert (
        await life.file(documents=[{"document": name, "upload": one, "name": name} for name, one in uploads.items()])
    ).status_code == 201
    await cleared(process, store)
    clock.at += timedelta(days=2)
    await media.clean(process.db, process.clock, store)
    for shelf in {_id(one).bytes[-1] for one in uploads.values()}:
        await media.sweep(process.db, process.clock, store, shelf)
    for seen in (await life.own(), (await life.seen_by(at_work.commune)).json()):
        for file in seen["files"]:
            assert (await client.get(file["url"])).content == content
            assert (file["may_name_author"], file["bytes"]) == (True, len(content))
    checksums = await media.list_checksums(process.db, [_id(one) for one in uploads.values()])
    assert set(checksums.values()) == {hashlib.sha256(content).digest()}
    assert (await media.verify(process.db, store))[1:] == ([], [])
