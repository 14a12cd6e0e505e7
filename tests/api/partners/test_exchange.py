"""Two installations of ours: the province hands a case to the power company's, and follows it to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.identity.terms import Role
from tests.api.partners.conftest import POWER, Installation, installed
from tests.api.partners.test_handing_over import a_cut, an_approver
from tests.builders import an_officer
from tests.keyholders import a_keyholder
from tests.neighbours import on_a_socket
from tests.server import clone


class Line:
    """The way to the other installation: it loses every answer whose turn it is, after the request has been taken."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.loses, self.posts = app, 0, 0

    async def __call__(self, scope: dict[str, object], receive: object, send: object) -> None:
        self.posts += scope["method"] == "POST"
        if scope["method"] == "POST" and self.loses:
            self.loses -= 1

            async def nowhere(_: object) -> None:
                return None

            await self.app(scope, receive, nowhere)  # type: ignore[arg-type]
            raise ConnectionResetError
        await self.app(scope, receive, send)  # type: ignore[arg-type]


@pytest.fixture
async def there(here: Installation, server_url: str, template: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """The power company's own installation, with a database and a worker of its own."""
    with clone(server_url, template) as url:
        async with installed(url, tmp_path / "there", here.clock) as one:
            yield one


async def test_a_case_passes_from_one_installation_to_another_and_its_answer_comes_back(
    here: Installation, there: Installation
) -> None:
    system = await a_keyholder(there.client, there.process, ["reports:create"], channel="open311")
    line = Line(there.app)
    line.loses = 2
    async with on_a_socket(line) as port:
        partner = await here.partner(
            f"http://127.0.0.1:{port}/open311/v2",
            api_key=system.key,
            jurisdiction_id="haiduong",
            services={"electricity.power_cut": "electricity.power_cut"},
            default_service=None,
            sends_answers=True,
            repeats_safely=True,
            has_updates=True,
        )
        filed = await a_cut(here, answers={"since": "today"})
        await here.deliver(patience=4)
        rows = await there.process.db.lane.fetch("SELECT code, description, channel FROM reports")
        assert [row["channel"] for row in rows] == ["open311"], "taken once, although two answers were lost"
        assert line.posts == 3
        assert f"[{filed['code']}/" in rows[0]["description"]
        (errand,) = await here.errands(partner)
        assert (errand["state"], errand["service_request_id"]) == ("with_them", rows[0]["code"])

        owner = {"Tracking-Secret": filed["tracking_secret"]}
        await here.client.post(
            f"/api/v1/reports/{filed['code']}/replies", json={"text": "Cả ngõ 14 nữa."}, headers=owner
        )
        await here.deliver()
        operator = await an_officer(there.process, Role.OFFICER, Role.APPROVER, unit=POWER)
        at_work = await there.history(rows[0]["code"], operator)
        assert any("Cả ngõ 14 nữa." in words for words in at_work), at_work

        path = f"/api/v1/staff/cases/{rows[0]['code']}"
        version = (await there.client.get(path, headers=operator.headers)).json()["version"]
        body = {"answer": "Đã đóng lại cầu dao đầu ngõ.", "resolution": "fixed"}
        done = await there.client.post(
            f"{path}/resolve", json=body, headers={**operator.headers, "If-Match": f'"{version}"'}
        )
        assert done.status_code == 200, done.text
        await there.react()
        assert await here.follow() >= 1
        officer = await an_approver(here)
        seen = (await here.client.get(f"/api/v1/staff/cases/{filed['code']}", headers=officer.headers)).json()
        assert seen["state"] == "awaiting_approval"
        assert "Đã đóng lại cầu dao đầu ngõ." in seen["draft_answer"]
        assert await here.follow() == 0
