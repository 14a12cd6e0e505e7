"""The catalogue of procedures on the officers' pages: read by all, kept by administrators, seen before it is done."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import httpx
import pytest

from app.identity.terms import Role
from app.process import Process
from tests.api.console.conftest import Desks
from tests.applicants import MARITAL, MARRIED, Life, an_applicant
from tests.builders import PROVINCE
from tests.pages import Page, go, post

pytestmark = pytest.mark.usefixtures("packaged_procedures_again")
LIST: Final = "/console/procedures"
IMPORT: Final = f"{LIST}/import"
FIRST, SECOND = f"{LIST}/{MARITAL}/versions/1", f"{LIST}/{MARITAL}/versions/2"
PACKAGED: Final = files("app.procedures").joinpath("data/marital_status.yaml").read_text("utf-8")


async def bring(admin: httpx.AsyncClient, content: bytes) -> httpx.Response:
    csrf = Page(await admin.get(IMPORT)).form(IMPORT).values["csrf"]
    return await admin.post(IMPORT, data={"csrf": csrf}, files={"file": ("thu-tuc.yaml", content)})


async def test_a_file_becomes_a_draft_then_the_version_in_force_and_ends(
    client: httpx.AsyncClient, desk_of: Desks, process: Process
) -> None:
    admin, clerk = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.OFFICER)
    life = Life(client, await an_applicant(client))
    assert (await life.file(procedure=MARITAL, answers=MARRIED)).status_code == 201
    same = await bring(admin, PACKAGED.encode())
    assert (same.status_code, "đã giống hệt" in same.text) == (422, True)
    changed = PACKAGED.replace("\nworking_days: 3", "\nsupplements: 2\nworking_days: 3", 1)
    made = await bring(admin, b"\xef\xbb\xbf" + changed.encode())
    assert made.headers["location"] == f"{SECOND}?done=drafted", made.text
    assert SECOND in Page(await admin.get(LIST)).links
    assert SECOND not in Page(await clerk.get(LIST)).links, "a draft is its administrators'"
    assert (await clerk.get(SECOND)).status_code == 404
    draft = Page(await admin.get(SECOND))
    assert "nhiều nhất 2 lần" in draft.text
    bad = await post(admin, draft.form(f"{SECOND}/publication"), valid_from="31/12/2026", step="look")
    assert bad.status_code == 422
    seen = Page(await post(admin, draft.form(f"{SECOND}/publication"), valid_from="2026-11-10", step="look"))
    assert "Phiên bản 1 nhận hồ sơ mới lần cuối ngày" in seen.text
    assert "09/11/2026" in seen.text
    assert "Dự thảo" in Page(await admin.get(SECOND)).text, "looking does nothing"
    publishing = next(form for form in seen.forms if ("step", "do") in form.buttons)
    published = Page(await go(admin, publishing, step="do"))
    assert "Đã ban hành." in published.text
    again = await post(admin, publishing, step="do")
    assert (again.status_code, "đã ban hành" in again.text) == (409, True)
    await process.refresh()
    old = Page(await clerk.get(FIRST))
    assert "Đã thay thế" in old.text
    assert "1 hồ sơ đang giải quyết theo phiên bản này" in old.text
    assert not [form for form in old.forms if form.action.startswith(LIST)], "an officer reads"
    ending = Page(await admin.get(SECOND)).form(f"{SECOND}/retirement")
    preview = Page(await post(admin, ending, last_day="2026-12-31", step="look"))
    assert "không còn nộp được thủ tục này" in preview.text
    doing = next(form for form in preview.forms if ("step", "do") in form.buttons)
    stale = await post(admin, doing, step="do", revision="1")
    assert (stale.status_code, "tải lại phiên bản" in stale.text) == (412, True)
    assert "Đã đặt ngày cuối" in Page(await go(admin, doing, step="do")).text
    assert "31/12/2026" in Page(await admin.get(LIST)).text
    for path in (IMPORT, f"{SECOND}/publication", f"{SECOND}/retirement"):
        csrf = Page(await clerk.get(LIST)).form("/console/sign-out").values["csrf"]
        assert (await clerk.post(path, data={"csrf": csrf})).status_code == 403


async def test_a_wrong_file_is_refused_with_its_lines_and_nothing_is_written(desk_of: Desks) -> None:
    admin = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE)
    lines = PACKAGED.splitlines()
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("working_days:"))
    refused = await bring(admin, "\n".join([*lines[: at - 1], "working_days: 1", *lines[at:]]).encode())
    assert refused.status_code == 422
    assert f"Dòng {at}" in Page(refused).text
    for content, said in (
        (b"a: [1", "Dòng 1"),
        (b"name: x\nname: y\n", "Dòng 2"),
        (b"\xff\xfe", "UTF-8"),
        (b"code: &a 1\n", "Dòng 1"),
        (b"# " + b"x" * 1_000_001, "quá lớn"),
    ):
        answer = await bring(admin, content)
        assert (answer.status_code, said in Page(answer).text) == (422, True), content[:20]
    empty = await post(admin, Page(await admin.get(IMPORT)).form(IMPORT))
    assert (empty.status_code, "Hãy chọn tệp" in empty.text) == (422, True)
    assert SECOND not in Page(await admin.get(LIST)).links
