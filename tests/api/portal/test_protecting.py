"""What is kept of people is told by the rules in force, also by those that the province has published itself."""

from __future__ import annotations

from datetime import timedelta

import httpx

from app.db.work import Work, in_work
from app.identity.terms import Role
from app.kit.text import Text
from app.privacy import service as privacy
from app.privacy.terms import Subject
from app.process import Process
from tests.builders import HAIDUONG, PROVINCE, an_officer
from tests.pages import Page
from tests.statements import Statements


async def test_the_page_tells_the_rules_that_the_province_keeps_to(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)

    async def publish(work: Work) -> None:
        basis = Text("Quyết định 12/QĐ-UBND", "Decision 12/QD-UBND")
        await privacy.publish_rule(
            work, admin.actor, Subject.IDENTITY, days=400, legal_basis=basis, note="", based_on=None
        )

    await in_work(process.db, process.clock, HAIDUONG, publish)
    process.clock.at += timedelta(seconds=1)  # type: ignore[attr-defined]
    statements.clear()
    page = Page(await client.get("/privacy"))
    assert len([one for one in statements.texts if "retention" in one]) == 1
    assert "Danh tính người gửi phản ánh 400 ngày Quyết định 12/QĐ-UBND" in page.text
    assert "Đơn, giấy tờ của hồ sơ 10 năm Luật Lưu trữ" in page.text
    assert {"/account/data", "/account/erasure", "/follow", "/offline"} <= set(page.links)
    assert "Your personal data" in Page(await client.get("/privacy?lang=en")).text
