"""Searches find phrases as they stand in the text, also in what an earlier release stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest

from app.cases.terms import CaseState
from app.db.work import write_work
from app.kit.clock import FixedClock
from app.process import Process
from app.publication.repository import PublicationRepository
from app.publication.service import index_all_words, rebuilding
from app.worker import loop as worker_loop
from tests.builders import HAIDUONG, a_case


async def found(client: httpx.AsyncClient, q: str) -> int:
    answer = await client.get("/api/v1/public/cases", params={"q": q})
    assert answer.status_code == 200, answer.text
    return len(answer.json()["items"])


@pytest.fixture
async def published(process: Process, drain: Callable[[], Awaitable[int]]) -> None:
    words = "Đèn đường hỏng, đường tối; ma cây đổ và a cây khác; xe máy dễ ngã vào ổ gà."
    await a_case(process, CaseState.RESOLVED, description=words)
    await drain()


@pytest.mark.parametrize(
    ("q", "cases"),
    [
        ("đèn đường", 1),
        ("DEN DUONG", 1),
        ("duong", 1),
        ("o ga", 1),
        ("den duong,o ga", 1),
        ("den duong hong duong toi", 1),
        ("đường đèn", 0),
        ("duong hong duong hong", 0),  # both pairs are there, the phrase is not
        ("den duong,o to", 0),
        ("den du", 0),
        ("phuong cam thuong", 1),
        ("a cay do", 0),  # ends in a word that ends in it
        ("o ga den duong", 0),  # the end of one text and the beginning of the next
    ],
)
@pytest.mark.usefixtures("published")
async def test_phrases_are_found_as_they_stand(client: httpx.AsyncClient, q: str, cases: int) -> None:
    assert await found(client, q) == cases


@pytest.mark.usefixtures("published")
async def test_the_worker_lets_what_an_earlier_release_stored_be_found(
    process: Process, client: httpx.AsyncClient
) -> None:
    await process.db.lane.fetchval("UPDATE publications SET terms = NULL")
    assert await found(client, "o ga") == 0
    assert await worker_loop.index(process) == 1
    assert await worker_loop.index(process) == 0
    assert await found(client, "o ga") == 1


async def test_terms_that_old_code_left_wrong_or_out_are_made_anew_and_right_ones_are_not_written(
    process: Process, drain: Callable[[], Awaitable[int]], client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH_ROWS", 2)
    for number in range(5):
        await a_case(process, CaseState.RESOLVED, description=f"Ổ gà trước nhà văn hoá, lần {number}")
    await drain()
    lane = process.db.lane
    first, *_, last = [row[0] for row in await lane.fetch("SELECT case_id FROM publications ORDER BY case_id")]
    await lane.fetchval("UPDATE publications SET terms = NULL WHERE case_id = $1", first)
    await lane.fetchval("UPDATE publications SET terms = '{1,2}' WHERE case_id = $1", last)
    right = await lane.fetch("SELECT case_id, ctid FROM publications WHERE cardinality(terms) > 2")
    served = await lane.fetch("SELECT case_id, revision, updated_at, etag FROM publications ORDER BY case_id")
    assert await found(client, "o ga") == 3
    assert await index_all_words(process.db, process.clock, HAIDUONG) == 2
    assert await found(client, "o ga") == 5
    assert await lane.fetch("SELECT case_id, revision, updated_at, etag FROM publications ORDER BY case_id") == served
    kept = [row["case_id"] for row in right]
    assert await lane.fetch("SELECT case_id, ctid FROM publications WHERE case_id = ANY($1)", kept) == right
    assert await index_all_words(process.db, process.clock, HAIDUONG) == 0


@pytest.mark.usefixtures("published")
async def test_terms_of_a_publication_that_changes_meanwhile_are_left_to_whoever_changes_it(
    process: Process, clock: FixedClock
) -> None:
    async with write_work(process.db, clock, HAIDUONG) as work:
        repository = PublicationRepository(work, HAIDUONG)
        (read,) = await repository.words_after(UUID(int=0), 10)
        await process.db.lane.fetchval("UPDATE publications SET revision = revision + 1")
        assert await repository.index_anew([(read, [1, 2])]) == 0
