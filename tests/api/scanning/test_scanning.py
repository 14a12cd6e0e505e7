"""Files are shown when ClamAV's daemon has found nothing in them, refused when it has, and wait while it is away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.cli.doctor.files import examine_scanner
from app.cli.doctor.findings import Health
from app.condition import readings
from app.kit.clock import FixedClock
from app.media import service as media
from app.media.senders import Scanner, ScannerAway, Unscanned
from app.media.store import FolderStore
from app.process import Process
from tests.clamav import EICAR, ClamDaemon, clam_daemon
from tests.pictures import PDF, office, photo

LAMP: dict[str, Any] = {
    "category": "lighting.street_lamp",
    "description": "Đèn đường không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
BAD = PDF.replace(b"trailer", b"% " + EICAR + b"\ntrailer")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamDaemon]:
    with clam_daemon(tmp_path_factory.mktemp("clamd"), stream_bytes=2_000_000) as running:
        yield running


@pytest.fixture
def store(application: FastAPI, tmp_path: Path) -> Iterator[FolderStore]:
    before = application.state.file_store
    application.state.file_store = FolderStore(tmp_path)
    yield application.state.file_store
    application.state.file_store = before


async def reported(client: httpx.AsyncClient, *contents: bytes) -> tuple[str, dict[str, str]]:
    """Where the files of a new report are listed, and as whom."""
    names = []
    for content in contents:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(content)),
            "Content-Type": "application/offset+octet-stream",
        }
        begun = await client.post("/api/v1/uploads", content=content, headers=headers)
        names.append(begun.headers["location"].rpartition("/")[2])
    filed = (await client.post("/api/v1/reports", json={**LAMP, "media": names})).json()
    return f"/api/v1/reports/{filed['code']}/media", {"Tracking-Secret": filed["tracking_secret"]}


async def figures(process: Process) -> dict[str, float]:
    return {
        sample.name: sample.value
        for metric in await readings(process)
        for sample in metric.samples
        if sample.name.startswith("lienthong_files_")
    }


async def test_the_daemon_says_what_it_finds_by_port_and_by_socket(daemon: ClamDaemon) -> None:
    for address in (daemon.url, str(daemon.path)):
        scanner = Scanner(address)
        assert (await scanner.version()).startswith("ClamAV ")
        assert await scanner.ask(os.urandom(1_500_000)) is None
        assert await scanner.ask(BAD) == "Eicar-Test.UNOFFICIAL"
        assert await scanner.ask(office("word/document.xml", content=EICAR)) == "Eicar-Test.UNOFFICIAL"
        assert await scanner.ask(b"") is None
    for unseen in (bytes(3_000_000), office(*(f"word/{number}.xml" for number in range(40)))):
        with pytest.raises(Unscanned):
            await Scanner(daemon.url).ask(unseen)
    with pytest.raises(ScannerAway):
        await Scanner("127.0.0.1:9").ask(PDF)


async def test_nothing_is_shown_that_the_daemon_has_not_seen_and_nothing_is_lost_while_it_is_away(
    client: httpx.AsyncClient, process: Process, store: FolderStore, clock: FixedClock, daemon: ClamDaemon
) -> None:
    ours = replace(process, settings=process.settings.model_copy(update={"clamd_url": daemon.url}))
    scanner = Scanner(daemon.url)
    url, owner = await reported(client, PDF + bytes(3_000_000), photo(width=160, height=80), BAD, PDF)
    daemon.kill()
    with pytest.raises(ScannerAway):
        await media.clear(process.db, clock, store, scanner)
    listed = (await client.get(url, headers=owner)).json()["items"]
    assert [(file["state"], file["url"]) for file in listed] == [("received", None)] * 4
    assert await media.clear(process.db, clock, store, scanner) == 0, "it is not asked again at once"
    told = await examine_scanner(ours)
    assert (told.health, "4 files wait" in told.sentence.en) == (Health.BROKEN, True)
    clock.at += timedelta(minutes=11)
    assert await figures(process) == {"lienthong_files_waiting": 4, "lienthong_files_age_seconds": 660}

    daemon.start()
    assert (await examine_scanner(ours)).health is Health.WARNING, "they have waited long"
    assert await media.clear(process.db, clock, store, scanner) == 4
    listed = (await client.get(url, headers=owner)).json()["items"]
    assert [file["state"] for file in listed] == ["received", "cleared", "refused", "cleared"], (
        "the first is more than it takes"
    )
    assert listed[2]["refusal"]["vi"].startswith("Tệp có mã độc")
    assert listed[2]["refusal"]["en"].startswith("The file holds malware")
    refused = UUID(listed[2]["id"])
    assert not list(store.path(refused).parent.glob(f"{refused.hex}*")), "it is gone"
    told = await examine_scanner(ours)
    assert (told.health, "StreamMaxLength" in told.sentence.en) == (Health.WARNING, True)
    assert (await figures(process))["lienthong_files_waiting"] == 1
    clock.at += timedelta(minutes=9)
    assert await media.clear(process.db, clock, store, scanner) == 0
    clock.at += timedelta(minutes=2)
    assert await media.clear(process.db, clock, store, scanner) == 1, "it is tried again"
