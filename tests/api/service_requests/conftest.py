"""An applicant with files, and the application's store in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.media.store import FolderStore
from app.process import Process
from app.settings import Settings
from tests.applicants import Life, Offices, an_applicant, an_upload, offices as all_offices

Upload = Callable[..., Awaitable[str]]


@pytest.fixture
def store(application: FastAPI, tmp_path: Path) -> Iterator[FolderStore]:
    before = application.state.file_store
    application.state.file_store = FolderStore(tmp_path)
    yield application.state.file_store
    application.state.file_store = before


@pytest.fixture
def upload(process: Process, store: FolderStore, settings: Settings) -> Upload:
    async def one(content: bytes | None = None) -> str:
        return await an_upload(process, store, settings, *([content] if content is not None else []))

    return one


@pytest.fixture
async def life(client: httpx.AsyncClient) -> Life:
    return Life(client, await an_applicant(client))


@pytest.fixture
async def at_work(process: Process, client: httpx.AsyncClient) -> Offices:
    return await all_offices(process)
