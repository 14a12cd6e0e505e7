"""Searches find phrases as they stand in the text, also in what an earlier release stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from app.cases.terms import CaseState
from app.process import Process
from app.worker import loop as worker_loop
from tests.builders import a_case


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
