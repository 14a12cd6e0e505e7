"""The calendar for people: which days count, and when a number of them ends."""

from __future__ import annotations

import httpx
import pytest

from tests.pages import Page


async def test_every_day_says_whether_it_counts_and_why(client: httpx.AsyncClient) -> None:
    page = Page(await client.get("/deadlines"))
    assert "Tháng 11 năm 2026" in page.text
    assert "Tháng 1 năm 2027" in page.text
    assert "Tháng 2 năm 2027" not in page.text
    assert "thứ Sáu, 01/01/2027" in page.text
    assert "Bộ luật Lao động" in page.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=2026-11-20&days=1", "hết thứ Hai, 23/11/2026"),
        ("from=2026-12-31&days=1", "hết thứ Hai, 04/01/2027"),
        ("from=2026-11-20&days=0", "Hãy nhập ngày và số ngày"),
        ("from=hôm+nay&days=3", "Hãy nhập ngày và số ngày"),
        ("from=2026-11-20&days=abc", "Hãy nhập ngày và số ngày"),
        ("from=2020-01-01&days=3", "chưa có đến ngày đó"),
    ],
)
async def test_working_days_are_counted_as_deadlines_are(client: httpx.AsyncClient, asked: str, said: str) -> None:
    assert said in Page(await client.get(f"/deadlines?{asked}")).text
