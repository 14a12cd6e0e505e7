"""Words that stand in many texts are looked for in the newest first, and the same is found."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work
from app.publication.service import CommonTerms
from tests.public_cases import Fill, Province
from tests.statements import Statements


@pytest.fixture
async def common(application: FastAPI, db: Database, fill: Fill, province: Province) -> CommonTerms:
    """Of forty texts half have `o ga`; others have its letters, or its words in another order, not the phrase."""

    async def build(work: Work) -> list[Case]:
        others = ("Cho ga vào chuồng", "Gà ở ổ", "Rác lâu ngày", "Đèn không sáng")
        return [
            await province.a_case(work, written=f"Ổ gà trước số {number}" if number % 2 else others[number // 2 % 4])
            for number in range(40)
        ]

    await fill(build)
    async with db.rw.begin() as connection:
        await connection.execute(text("SET LOCAL ROLE NONE"))
        await connection.execute(text("ANALYZE publications"))
    known: CommonTerms = application.state.common_terms
    await known.refresh()
    return known


async def walk(web: httpx.AsyncClient, **query: Any) -> list[str]:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (await web.get("/cases", params={**query, **({"cursor": cursor} if cursor else {})})).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


async def test_only_one_short_phrase_that_many_texts_have_is_common(common: CommonTerms) -> None:
    assert common.hold(("o ga",))
    assert common.hold(("ga",))
    assert not common.hold(("duong cao toc",))
    assert not common.hold(("o ga truoc",))
    assert not common.hold(("o ga", "truoc"))


@pytest.mark.parametrize("words", ["o ga", "ga", "truoc", "Ổ gà"])
@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_they_find_what_a_search_by_index_finds(
    common: CommonTerms, web: httpx.AsyncClient, statements: Statements, words: str, limit: int
) -> None:
    assert common.hold(("o ga",))
    statements.clear()
    found = await walk(web, q=words, limit=limit)
    assert len(found) == len(set(found)) >= 20
    assert all("walked" in statement for statement in statements.texts if "FROM publications" in statement)
    assert found == await walk(web, q=words, limit=limit, overdue=False)


async def test_until_statistics_are_read_no_word_is_common(common: CommonTerms, db: Database) -> None:
    assert not CommonTerms(db).hold(("o ga",))


async def test_they_are_read_when_the_program_starts(common: CommonTerms, db: Database) -> None:
    fresh = CommonTerms(db)
    fresh.start()
    try:
        async with asyncio.timeout(10):
            while not fresh.hold(("o ga",)):
                await asyncio.sleep(0.01)
    finally:
        await fresh.close()
