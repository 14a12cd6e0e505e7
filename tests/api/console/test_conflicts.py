"""Who was slower is told what has happened, loses nothing that was typed, and tries again with one click."""

from __future__ import annotations

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import EVERY_HAND, a_case, acting, someone
from tests.pages import Page, go, post

S = CaseState


async def test_a_note_that_came_second_is_written_with_one_click(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    form = Page(await desk.get(address)).form(f"{address}/note")
    note = {"seen": None, "for_unit_only": False}
    await acting(process, cases.add_note, someone(process), code=filed.code, text="Đã hẹn thợ.", **note)
    refused = await post(desk, form, text="Tôi gọi rồi.")
    page = Page(refused)
    assert refused.status_code == 412
    assert f"(bản {filed.version}, nay là bản {filed.version + 1})" in page.text
    assert "“Đã hẹn thợ.”" in page.text
    assert 'form="again"' in refused.text
    again = page.form(f"{address}/note")
    assert (again.values["text"], again.values["version"]) == ("Tôi gọi rồi.", str(filed.version + 1))
    assert "Đã xong: Ghi chú nội bộ." in (await go(desk, again)).text


async def test_what_is_possible_no_more_is_said_and_the_words_are_given_back(desk_of: Desks, process: Process) -> None:
    filed = await a_case(process, S.IN_PROGRESS)
    desk = await desk_of(*EVERY_HAND)
    address = f"/console/cases/{filed.code}"
    form = Page(await desk.get(address)).form(f"{address}/draft-answer")
    chief = someone(process, filed.unit, *EVERY_HAND)
    await acting(
        process,
        cases.resolve_case,
        chief,
        code=filed.code,
        seen=filed.version,
        answer="Xong.",
        resolution=Resolution.FIXED,
    )
    refused = await post(desk, form, answer="Đã thay bóng đèn ở cột số 5.", resolution="fixed")
    page = Page(refused)
    assert refused.status_code == 412
    assert "thì không làm được nữa: Trình dự thảo trả lời" in page.text
    assert "Đã thay bóng đèn ở cột số 5." in page.text
    assert 'form="again"' not in refused.text
