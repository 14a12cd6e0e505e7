"""What is heard of partners in turns: all of it, again after a rejection, and at a cost that does not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.partners.service import following
from tests.api.partners.conftest import Installation
from tests.api.partners.test_handing_over import a_cut, an_approver
from tests.builders import Officer
from tests.neighbours import KEY, Neighbour, neighbour
from tests.statements import Statements


async def seen(here: Installation, code: str, officer: Officer) -> dict[str, Any]:
    """The case as it stands for an officer."""
    answer = await here.client.get(f"/api/v1/staff/cases/{code}", headers=officer.headers)
    case: dict[str, Any] = answer.json()
    return case


async def cuts(here: Installation, there: Neighbour, number: int) -> None:
    """So many cases are with the partner."""
    for each in range(len(there.requests), number):
        await a_cut(here, description=f"Mất điện {each}.")
    await here.deliver()
    assert len(there.requests) == number


async def test_a_rejected_answer_goes_back_to_the_partner_whose_next_one_is_heard(here: Installation) -> None:
    officer = await an_approver(here)
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY, has_updates=True)
        code = (await a_cut(here))["code"]
        await here.deliver()
        there.say(0, "closed", "Đã xử lý.")
        assert await here.follow() == 1
        rejected = await here.client.post(
            f"/api/v1/staff/cases/{code}/reject-draft",
            json={"comment": "Ông Nam ở số 5 báo vẫn mất điện."},
            headers={**officer.headers, "If-Match": f'"{(await seen(here, code, officer))["version"]}"'},
        )
        assert rejected.status_code == 200, rejected.text
        await here.deliver()
        assert [one["state"] for one in await here.errands(partner)] == ["with_them"]
        (told,) = there.updates
        assert (told["status"], told["description"]) == ("OPEN", "Câu trả lời chưa được duyệt; đề nghị xử lý tiếp.")
        assert await here.follow() == 0, "it says what it said"
        there.say(0, "open", "")
        assert await here.follow() == 1
        there.say(0, "closed", "Đã xử lý.")
        assert await here.follow() == 1, "the same words, after others"
        assert (await seen(here, code, officer))["state"] == "awaiting_approval"


async def test_a_turn_costs_the_same_however_many_wait_and_the_next_goes_on_where_it_ended(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with neighbour(here.clock) as there:
        partner = await here.partner(there.url, api_key=KEY, has_updates=True)
        costs = []
        for number in (1, 3):
            await cuts(here, there, number)
            await here.follow()
            here.clock.at += timedelta(minutes=6)
            with pytest.MonkeyPatch.context() as patch:
                statements = Statements.watch(patch)
                assert await here.partners.follow() == 0
                costs.append(len(statements))
        assert costs[0] == costs[1] <= 12, costs
        monkeypatch.setattr(following, "FOLLOWED_ROWS", 2)
        newest = (await here.errands(partner))[0]["service_request_id"]
        there.say(int(newest.removeprefix("PC-")) - 1, "closed", "Xong.")
        assert [await here.follow() for _ in range(3)] == [0, 1, 0]
