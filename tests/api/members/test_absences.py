"""An administrator names who stands in for a member who is away: never beyond what could be given, never oneself."""

from __future__ import annotations

import httpx

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.api.members.test_deputies import DEPUTIES, wanted
from tests.api.members.test_members import MEMBERS
from tests.builders import BINH_HAN, CAM_THUONG, CITY, PROVINCE, an_officer
from tests.pages import Page, go, post


async def test_an_administrator_names_and_ends_who_stands_in_for_a_member(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    admin, absent = await an_officer(process, Role.UNIT_ADMIN), await an_officer(process, Role.APPROVER)
    deputy = await an_officer(process)
    path = f"{MEMBERS}/{absent.actor.id}/deputies"
    named = await client.post(path, json=wanted(deputy, clock), headers=admin.headers)
    assert named.status_code == 201, named.text
    assert (named.json()["colleague"], named.json()["deputy"]) == (absent.actor.name, deputy.actor.name)
    assert (await client.post(path, json=wanted(deputy, clock), headers=admin.headers)).status_code == 409
    (seen,) = (await client.get(path, headers=admin.headers)).json()["mine"]
    (own,) = (await client.get(DEPUTIES, headers=absent.headers)).json()["mine"]
    assert seen == own, "the member sees it, and may end it"
    (theirs,) = (await client.get(DEPUTIES, headers=deputy.headers)).json()["for_others"]
    assert theirs["id"] == named.json()["id"]
    assert (await client.delete(f"{path}/{seen['id']}", headers=admin.headers)).status_code == 204
    assert (await client.delete(f"{path}/{seen['id']}", headers=admin.headers)).status_code == 404
    rows = await db.lane.fetch(
        "SELECT action, actor_id, details FROM audit_entries WHERE action LIKE 'deputy%' ORDER BY action DESC"
    )
    assert [(row["action"], row["actor_id"]) for row in rows] == [
        ("deputy.named", admin.actor.id),
        ("deputy.ended", admin.actor.id),
    ]
    assert absent.username in rows[0]["details"]


async def test_nobody_lends_what_he_could_not_give_nor_to_himself(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin, clerk = await an_officer(process, Role.UNIT_ADMIN), await an_officer(process)
    auditor = await an_officer(process, Role.AUDITOR, Role.OFFICER)
    elsewhere = await an_officer(process, unit=BINH_HAN)
    above = await an_officer(process, Role.APPROVER, unit=CITY)

    async def naming(absent: object, who: object, **given: str) -> tuple[int, str]:
        path = f"{MEMBERS}/{absent.actor.id}/deputies"  # type: ignore[attr-defined]
        answer = await client.post(path, json=wanted(who, clock, **given), headers=admin.headers)  # type: ignore[arg-type]
        return answer.status_code, answer.json().get("type", "")

    assert await naming(clerk, admin) == (403, "/problems/forbidden"), "nobody gives to himself"
    assert await naming(auditor, clerk) == (403, "/problems/forbidden"), "an auditor is the province's to name"
    assert await naming(above, clerk) == (404, "/problems/account-not-found"), "out of reach"
    assert await naming(clerk, elsewhere) == (422, "/problems/invalid-deputy"), "of another unit"
    assert await naming(clerk, auditor, unit=BINH_HAN) == (422, "/problems/invalid-deputy"), "holds nothing there"
    assert await naming(clerk, clerk) == (422, "/problems/invalid-deputy")
    assert (await client.get(DEPUTIES, headers=admin.headers)).json() == {"mine": [], "for_others": []}
    province = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    path = f"{MEMBERS}/{auditor.actor.id}/deputies"
    assert (await client.post(path, json=wanted(clerk, clock), headers=province.headers)).status_code == 201
    (one,) = (await client.get(path, headers=admin.headers)).json()["mine"]
    ending = await client.delete(f"{path}/{one['id']}", headers=admin.headers)
    assert ending.status_code == 403, "nor ends what he could not have named"


async def test_it_is_done_on_the_members_page(desk_of: Desks, process: Process, clock: FixedClock) -> None:
    desk = await desk_of(Role.UNIT_ADMIN)
    absent, deputy = await an_officer(process, Role.APPROVER), await an_officer(process)
    path = f"/console/members/{absent.actor.id}"
    form = Page(await desk.get(path)).form(f"{path}/deputies")
    refused = await post(desk, form, unit=CAM_THUONG, deputy=deputy.username)
    assert (refused.status_code, "lent-to-error" in refused.text) == (422, True)
    named = await go(desk, form, unit=CAM_THUONG, deputy=deputy.username, valid_to="2026-12-31")
    assert f"<b>{deputy.actor.name}</b> làm thay <b>{absent.actor.name}</b>" in named.text
    ending = next(form for form in Page(named).forms if form.action.startswith(f"{path}/deputies/"))
    assert "Đã kết thúc." in (await go(desk, ending)).text
