"""What people hand over is planted everywhere, things go wrong, and none of it is in a log, an error or the trail."""

from __future__ import annotations

import io
import logging

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.process import Process
from app.reports import service as reports
from app.settings import AccessLog
from app.web.logs import JsonLines
from tests.builders import an_officer

CANARIES = {
    "name": "Hoàng Yến Chim",
    "phone": "0987650123",
    "email": "hoang.yen.chim@example.org",
    "identity_number": "030199887766",
    "home_address": "Ngõ Chim Hót 77",
}
WORDS = "Con chim trong lồng kêu cứu."
PASSWORD = "mat-khau-chim-vang"
SECRET = "CHIM-CHIM-CHIM-CHIM-CHIM-CHIM-CHIM-CHIM"
TOKEN = f"lts_1_{'Chim' * 10}Yen"
REPORT = {
    "category": "lighting.street_lamp",
    "description": WORDS,
    "location": {"lat": 20.9467, "lon": 106.3134},
    "reporter": CANARIES,
}
# As they were written, as they are kept, and the parts by which somebody would be known.
PLANTED = (*CANARIES.values(), "+84987650123", "987650123", "Chim Hót", WORDS, PASSWORD, SECRET, TOKEN)


async def test_nothing_that_people_hand_over_is_in_a_log_an_error_or_the_trail(
    client: httpx.AsyncClient,
    application: FastAPI,
    process: Process,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines, said = io.StringIO(), list[str]()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines())
    root, ours = logging.getLogger(), logging.getLogger("lienthong")
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(ours, "level", logging.INFO)
    assert process.settings.access_log is AccessLog.ALL, "every answer has its line"

    def failing(error: Exception) -> None:
        async def submit(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(reports, "submit_report", submit)

    async def ask(method: str, path: str, **given: object) -> httpx.Response:
        answer = await client.request(method, path, **given)  # type: ignore[arg-type]
        said.extend([answer.text, str(answer.headers)] if answer.status_code >= 400 else [])
        return answer

    code = (await ask("POST", "/api/v1/reports", json=REPORT)).json()["code"]
    own = {"Tracking-Secret": SECRET}
    wrong = [
        await ask("POST", "/api/v1/reports", json={**REPORT, "category": "nowhere", "reporter": CANARIES}),
        await ask("POST", "/api/v1/reports", json={**REPORT, "reporter": {**CANARIES, "phone": "0987650123000"}}),
        await ask("POST", "/api/v1/reports", json={**REPORT, "tên": CANARIES["name"]}),
        await ask("GET", f"/api/v1/reports/{code}/timeline", headers=own),
        await ask("POST", f"/api/v1/reports/{code}/replies", json={"text": WORDS}, headers=own),
        await ask("GET", "/api/v1/staff/queue", headers={"Authorization": f"Bearer {TOKEN}"}),
        await ask("POST", "/api/v1/staff/session", json={"username": "chim", "password": PASSWORD}),
        await ask("POST", "/api/v1/auth/otp/verification", json={"phone": CANARIES["phone"], "code": "000000"}),
        await ask("GET", f"/api/v1/public/cases?q={WORDS}&cursor={TOKEN}"),
        await ask("GET", f"/nope?token={TOKEN}&phone={CANARIES['phone']}"),
    ]
    failing(RuntimeError(f"{WORDS} {CANARIES['phone']}"))
    wrong.append(await ask("POST", "/api/v1/reports", json=REPORT))
    failing(IntegrityError(WORDS, {"phone": CANARIES["phone"]}, Exception(f"Key (name)=({CANARIES['name']})")))
    wrong.append(await ask("POST", "/api/v1/reports", json=REPORT))
    assert [answer.status_code for answer in wrong if answer.status_code < 400] == []
    assert [answer.status_code for answer in wrong][-2:] == [500, 500]
    officer = await an_officer(process)
    assert (await ask("GET", "/api/v1/staff/audit", headers=officer.headers)).status_code == 403
    await application.state.refusals.flush(float("inf"))
    trail = await db.lane.fetch("SELECT to_jsonb(a)::text AS line FROM audit_entries a")
    assert lines.getvalue().count("\n") >= 2, "mistakes of ours are logged"
    assert len(trail) >= 2
    told = {"log": lines.getvalue(), "errors": "\n".join(said), "trail": "\n".join(row["line"] for row in trail)}
    found = [(where, one) for where, text in told.items() for one in PLANTED if one in text]
    assert not found
