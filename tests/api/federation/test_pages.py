"""What administrators see of a neighbour on the pages: the line, what waits, the cases, and both sides side by side."""

from __future__ import annotations

from datetime import timedelta

from tests.api.federation.conftest import Installation, Pair, a_cut
from tests.builders import an_officer
from tests.pages import Page


async def seen(side: Installation, path: str = "", *, status: int = 200) -> str:
    """The text of a page, as the administrator of that side reads it."""
    token = side.admin.headers["Authorization"].removeprefix("Bearer ")
    address = f"/console/neighbours{path.format(id=side.neighbour['id'])}"
    answer = await side.client.get(address, headers={"Cookie": f"staff={token}"})
    assert answer.status_code == status, answer.text
    return Page(answer).text


async def test_an_administrator_sees_the_line_the_cases_and_whether_both_sides_agree(pair: Pair) -> None:
    assert "Chưa trao đổi" in await seen(pair.here)
    filed = await a_cut(pair)
    await pair.exchange()
    assert "Thông 0 tin đang chờ gửi" in await seen(pair.here)
    one = await seen(pair.here, "/{id}")
    assert f"{filed['code']} ↔ H23-" in one
    assert "Bên nhận đang xử lý ta giao" in one
    assert "Không có vụ việc nào" in await seen(pair.here, "/{id}?state=returned")
    assert "ta nhận" in await seen(pair.there, "/{id}")
    days = f"/{{id}}/reconciliation?since=2026-11-19&until={pair.clock.at:%Y-%m-%d}"
    assert "Hai bên khớp nhau" in await seen(pair.here, days)
    await pair.there.process.db.lane.fetch("UPDATE consignments SET state = 'returned'")
    differ = await seen(pair.here, days)
    assert "1 vụ việc hai bên ghi khác nhau" in differ
    assert "bên nhận trả lại" in differ

    pair.there.line.cut = True
    await a_cut(pair)
    for _ in range(5):
        await pair.here.deliver()
        pair.clock.at += timedelta(days=1)
    away = await seen(pair.here, "/{id}")
    assert "1 đang chờ" in away
    assert "Không liên lạc được 5 lần liền, 5 ngày" in away
    assert "Hệ thống bên kia không trả lời" in await seen(pair.here, days)
    assert "không quá 92 ngày" in await seen(pair.here, "/{id}/reconciliation?since=2026-01-01", status=422)
    await seen(pair.here, "/01931f00-0000-7000-8000-000000000000", status=404)
    officer = await an_officer(pair.here.process)
    token = officer.headers["Authorization"].removeprefix("Bearer ")
    refused = await pair.here.client.get("/console/neighbours", headers={"Cookie": f"staff={token}"})
    assert refused.status_code == 403
