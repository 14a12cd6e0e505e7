"""A letter before a real browser: read on a small phone, printed on one sheet of A4 however long its reason is."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.cases import service as cases
from app.cases.terms import CaseState
from app.process import Process
from tests.browser.conftest import Open
from tests.browser.test_people import fits
from tests.builders import a_case, acting, someone

SENTENCE = "Tuyến cáp ngầm bị đứt nhiều đoạn, phải đào kiểm tra và chờ vật tư. "
A4 = (595, 842)  # points


@pytest.mark.parametrize("times", [1, 58])
async def test_a_letter_is_read_on_a_small_phone_and_printed_on_one_sheet(
    open_page: Open, process: Process, times: int
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    given = {"code": filed.code, "seen": filed.version, "due_on": date(2026, 12, 3), "reason": SENTENCE * times}
    await acting(process, cases.extend_case, someone(process), **given)
    page = await open_page("/follow", phone=True, scripts=False)
    await page.fill("#code", filed.code)
    await page.fill("#secret", filed.secret)
    await page.get_by_role("button", name="Xem phản ánh").click()
    await page.get_by_role("link", name="Đọc thư xin lỗi").click()
    await fits(page)
    printed = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == A4
