"""Administrators let officers in by links, give roles for a time and end them; nobody reaches beyond the own units."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock, rfc3339
from app.members.senders import LinkPost, post_of
from app.notices.senders import MailSender, Relay
from app.process import Process
from tests.api.console.test_second_factor import enrolled
from tests.builders import BINH_HAN, CAM_THUONG, CITY, PROVINCE, Officer, an_officer
from tests.officers import PASSWORD
from tests.postoffice import Mailbox, mail_server

MEMBERS = "/api/v1/staff/members"
LINK = "/api/v1/auth/password-link"
OWN_PASSWORD = "bảy con mèo đen ngủ"


def wanted(**given: Any) -> dict[str, Any]:
    """A body that lets a clerk into Phường Cẩm Thượng."""
    return {
        "username": "tran.van.binh",
        "name": "Trần Văn Bình",
        "membership": {"unit": CAM_THUONG, "role": "officer"},
        "by": "hand",
        **given,
    }


async def an_admin(process: Process, unit: str = CAM_THUONG) -> Officer:
    return await an_officer(process, Role.UNIT_ADMIN, unit=unit)


async def invited(client: httpx.AsyncClient, admin: Officer, **given: Any) -> tuple[dict[str, Any], str]:
    """The member, and what their link ends with."""
    answer = await client.post(MEMBERS, json=wanted(**given), headers=admin.headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["member"], token_in(answer.json()["link"])


def token_in(link: str) -> str:
    assert link.startswith("http://haiduong.localhost/console/invitation/lti_1_")
    return link.rpartition("/")[2]


async def setting(client: httpx.AsyncClient, token: str, password: str = OWN_PASSWORD) -> tuple[int, str]:
    answer = await client.post(LINK, json={"link": token, "password": password})
    return answer.status_code, answer.json()["type"] if answer.content else ""


async def signing_in(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post("/api/v1/auth/token", json={"username": username, "password": password})


async def test_who_is_invited_sets_a_password_once_and_comes_in(
    client: httpx.AsyncClient, process: Process, clock: FixedClock, db: Database
) -> None:
    admin = await an_admin(process)
    member, token = await invited(client, admin)
    assert (member["standing"], member["memberships"][0]["unit"]["code"]) == ("invited", CAM_THUONG)
    assert (await signing_in(client, "tran.van.binh", OWN_PASSWORD)).status_code == 401
    assert await setting(client, token, "ngắn") == (422, "/problems/invalid-account")
    assert await setting(client, token, "tran.van.binh là tôi") == (422, "/problems/invalid-account")
    elsewhere = await client.post(
        LINK, json={"link": token, "password": OWN_PASSWORD}, headers={"Host": "khanhhoa.localhost"}
    )
    assert elsewhere.status_code == 410, "a link is worth nothing in another province"
    assert await setting(client, token) == (204, "")
    entered = await signing_in(client, "Tran.Van.Binh", OWN_PASSWORD)
    assert [one["role"] for one in entered.json()["memberships"]] == ["officer"]
    gone = [await setting(client, token), await setting(client, "lti_1_" + "a" * 43), await setting(client, "é")]
    assert set(gone) == {(410, "/problems/link-refused")}
    renewed = await client.post(f"{MEMBERS}/{member['id']}/invitation", json={"by": "hand"}, headers=admin.headers)
    assert (renewed.status_code, renewed.json()["type"]) == (409, "/problems/already-entered")
    for table in ("password_links", "audit_entries", "staff_accounts"):
        kept = await db.lane.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert token[-20:] not in kept
    actions = await db.lane.fetch("SELECT action FROM audit_entries WHERE subject = 'tran.van.binh' ORDER BY id")
    assert [row["action"] for row in actions] == [
        "account.created", "membership.begun", "account.invited", "account.password_set"
    ]  # fmt: skip


async def test_a_newer_link_takes_the_place_of_the_old_and_both_run_out(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin = await an_admin(process)
    member, first = await invited(client, admin)
    renewed = await client.post(f"{MEMBERS}/{member['id']}/invitation", json={"by": "hand"}, headers=admin.headers)
    second = token_in(renewed.json()["link"])
    assert await setting(client, first) == (410, "/problems/link-refused")
    clock.at += timedelta(days=7)
    assert await setting(client, second) == (410, "/problems/link-refused")


async def test_nobody_reaches_beyond_the_own_units_or_names_who_oversees_the_province(
    client: httpx.AsyncClient, process: Process
) -> None:
    admin, city = await an_admin(process), await an_admin(process, CITY)

    async def tried(body: dict[str, Any], who: Officer) -> int:
        return (await client.post(MEMBERS, json=body, headers=who.headers)).status_code

    for unit, role in ((BINH_HAN, "officer"), (CITY, "officer"), (CAM_THUONG, "auditor"), (CAM_THUONG, "tenant_admin")):
        assert await tried(wanted(membership={"unit": unit, "role": role}), admin) == 403, (unit, role)
    assert await tried(wanted(membership={"unit": BINH_HAN, "role": "approver"}), city) == 201
    listed = [one["username"] for one in (await client.get(MEMBERS, headers=admin.headers)).json()["items"]]
    assert listed == [admin.username], "a list holds the own unit's alone"
    theirs = (await client.get(f"{MEMBERS}?unit={BINH_HAN}", headers=city.headers)).json()["items"][0]
    for method, path in (("GET", ""), ("POST", "/invitation")):
        answer = await client.request(
            method, f"{MEMBERS}/{theirs['id']}{path}", json={"by": "hand"} if path else None, headers=admin.headers
        )
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/account-not-found")
    # Who holds something beyond the reach is not to be taken over by a link.
    both, _ = await invited(client, city, username="ca.hai")
    top = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    given = await client.post(
        f"{MEMBERS}/{both['id']}/memberships", json={"unit": PROVINCE, "role": "auditor"}, headers=top.headers
    )
    assert len(given.json()["memberships"]) == 2
    seen = (await client.get(f"{MEMBERS}/{both['id']}", headers=admin.headers)).json()
    assert (len(seen["memberships"]), seen["may_reset"]) == (1, False)
    answer = await client.post(f"{MEMBERS}/{both['id']}/invitation", json={"by": "hand"}, headers=admin.headers)
    assert answer.status_code == 403
    first = await client.get(f"{MEMBERS}?limit=1", headers=top.headers)
    second = await client.get(f"{MEMBERS}?limit=1&cursor={first.json()['next_cursor']}", headers=top.headers)
    assert first.json()["items"][0]["username"] < second.json()["items"][0]["username"]


async def test_roles_have_dates_and_end_at_once(client: httpx.AsyncClient, process: Process, clock: FixedClock) -> None:
    admin = await an_admin(process)
    officer = await an_officer(process)
    path = f"{MEMBERS}/{officer.actor.id}/memberships"

    async def roles() -> list[str]:
        session = await client.get("/api/v1/auth/session", headers=officer.headers)
        return [one["role"] for one in session.json()["memberships"]]

    async def give(**given: Any) -> httpx.Response:
        body = {"unit": CAM_THUONG, "role": "approver", **given}
        return await client.post(path, json=body, headers=admin.headers)

    begins, ends = clock.now() + timedelta(days=3), clock.now() + timedelta(days=10)
    made = await give(valid_from=rfc3339(begins), valid_to=rfc3339(ends))
    assert made.status_code == 201, made.text
    (approver,) = [one for one in made.json()["memberships"] if one["role"] == "approver"]
    assert await roles() == ["officer"]
    overlapping = await give(valid_from=rfc3339(begins + timedelta(days=1)))
    assert (overlapping.status_code, overlapping.json()["type"]) == (409, "/problems/membership-held")
    for wrong in ({"valid_to": rfc3339(clock.now())}, {"valid_from": rfc3339(clock.now() - timedelta(days=40))}):
        refused = await give(**wrong)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-membership")
    clock.at += timedelta(days=4)
    assert sorted(await roles()) == ["approver", "officer"]
    one = f"{path}/{approver['id']}"
    longer = await client.put(one, json={"valid_to": None}, headers=admin.headers)
    assert [each["valid_to"] for each in longer.json()["memberships"]] == [None, None]
    assert (await client.delete(one, headers=admin.headers)).status_code == 204
    assert await roles() == ["officer"]
    again = await client.delete(one, headers=admin.headers)
    assert (again.status_code, again.json()["type"]) == (404, "/problems/unknown-membership")
    body = {"username": officer.username, "name": "Ai đó", "membership": {"unit": CAM_THUONG, "role": "officer"}}
    taken = await client.post(MEMBERS, json={**body, "by": "hand"}, headers=admin.headers)
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/username-taken")


async def test_nobody_gives_to_himself_and_a_province_keeps_an_administrator(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    own = f"{MEMBERS}/{admin.actor.id}/memberships"
    given = await client.post(own, json={"unit": CAM_THUONG, "role": "approver"}, headers=admin.headers)
    assert (given.status_code, "tự giao" in given.json()["detail"]) == (403, True)
    (administers,) = (await client.get(f"{MEMBERS}/{admin.actor.id}", headers=admin.headers)).json()["memberships"]
    one = f"{own}/{administers['id']}"
    last = await client.delete(one, headers=admin.headers)
    assert (last.status_code, last.json()["type"]) == (409, "/problems/last-administrator")
    other = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    soon = {"valid_to": rfc3339(clock.now() + timedelta(days=1))}
    assert (await client.put(one, json=soon, headers=other.headers)).status_code == 200, "there is another one"
    (theirs,) = (await client.get(f"{MEMBERS}/{other.actor.id}", headers=admin.headers)).json()["memberships"]
    refused = await client.delete(f"{MEMBERS}/{other.actor.id}/memberships/{theirs['id']}", headers=admin.headers)
    assert refused.status_code == 409, "who administers until tomorrow only is not enough"


async def test_only_who_can_come_in_counts_as_another_administrator(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    (one,) = (await client.get(f"{MEMBERS}/{admin.actor.id}", headers=admin.headers)).json()["memberships"]
    held = f"{MEMBERS}/{admin.actor.id}/memberships/{one['id']}"
    role = {"unit": PROVINCE, "role": "tenant_admin"}
    _, link = await invited(client, admin, membership=role)

    async def ending() -> str:
        answer = await client.delete(held, headers=admin.headers)
        return str(answer.json()["type"]) if answer.content else "ended"

    async def standing(assignment: str) -> None:
        await db.lane.fetch(f"UPDATE staff_accounts SET {assignment} WHERE username = 'tran.van.binh'")

    last = "/problems/last-administrator"
    assert await ending() == last, "invited, and not in yet"
    reset = await client.post(f"{MEMBERS}/{admin.actor.id}/reset", json={"by": "hand"}, headers=admin.headers)
    assert (reset.status_code, reset.json()["type"]) == (409, last), "nobody could come in while the link is on its way"
    assert await setting(client, link) == (204, "")
    await standing("active = false")
    assert await ending() == last, "deactivated"
    await standing("active = true")
    for _ in range(5):
        await client.post("/api/v1/auth/token", json={"username": "tran.van.binh", "password": "guessed at"})
    assert await ending() == last, "locked out"
    clock.at += timedelta(minutes=2)
    assert await ending() == "ended", "and when the lock is over, there is somebody"


@pytest.fixture
def posted(application: FastAPI, clock: FixedClock) -> Any:
    """A mailbox that links are sent to."""
    mailbox, before = Mailbox(), application.state.link_post
    with mail_server(mailbox) as port:
        relay = Relay.of(f"smtp://127.0.0.1:{port}", "he-thong@example.vn")
        application.state.link_post = LinkPost(MailSender(relay, clock, timeout_s=5), clock)
        yield mailbox
    application.state.link_post = before


async def test_a_link_is_mailed_and_shown_to_nobody_or_is_worth_nothing(
    client: httpx.AsyncClient, process: Process, posted: Mailbox, db: Database, clock: FixedClock
) -> None:
    admin = await an_admin(process)
    sent = await client.post(MEMBERS, json=wanted(by="mail", email="Binh@Example.vn"), headers=admin.headers)
    assert (sent.status_code, sent.json()["link"]) == (201, None)
    (letter,) = posted.letters
    body = letter.get_body(("plain",))
    assert body is not None
    (line,) = [line for line in body.get_content().splitlines() if "/console/invitation/" in line]
    assert letter["To"] == "binh@example.vn"
    assert await setting(client, token_in(line.strip())) == (204, "")
    same = await client.post(
        MEMBERS, json=wanted(by="mail", email="binh@example.vn", username="khac"), headers=admin.headers
    )
    assert (same.status_code, same.json()["type"]) == (409, "/problems/email-taken")
    nobody = await client.post(
        MEMBERS, json=wanted(by="mail", email="nobody@example.vn", username="khac"), headers=admin.headers
    )
    assert (nobody.status_code, nobody.json()["type"]) == (503, "/problems/link-not-sent")
    assert await db.lane.fetchval("SELECT count(*) FROM password_links") == 0
    without = await client.post(MEMBERS, json=wanted(by="mail", username="khac.nua"), headers=admin.headers)
    assert without.json()["errors"][0]["pointer"] == "/email"
    assert await post_of(process.settings, clock).send("a@example.vn", "x", "y") is False, "no mail is set up"
    assert PASSWORD not in sent.text


async def test_a_reset_ends_password_and_sessions_and_leaves_the_second_step(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    admin, officer = await an_admin(process), await an_officer(process)
    path = f"{MEMBERS}/{officer.actor.id}/reset"
    both = await client.post(path, json={"by": "hand", "remove_second_factor": True}, headers=admin.headers)
    assert both.status_code == 403, "nothing would keep the link out"
    _, recovery = await enrolled(client, officer, clock)
    reset = await client.post(path, json={"by": "hand"}, headers=admin.headers)
    assert (reset.status_code, reset.json()["member"]["second_factor"]) == (200, True)
    assert (await client.get("/api/v1/auth/session", headers=officer.headers)).status_code == 401
    assert (await signing_in(client, officer.username, PASSWORD)).json()["type"] == "/problems/wrong-credentials"
    assert await setting(client, token_in(reset.json()["link"])) == (204, "")
    needed = await signing_in(client, officer.username, OWN_PASSWORD)
    assert needed.json()["type"] == "/problems/second-factor-needed"
    top = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    both = await client.post(path, json={"by": "hand", "remove_second_factor": True}, headers=top.headers)
    step = {"handle": needed.json()["handle"], "code": recovery[0]}
    late = await client.post("/api/v1/auth/token/second-factor", json=step)
    assert late.json()["type"] == "/problems/second-factor-refused", "the password has changed since"
    token = token_in(both.json()["link"])
    clock.at += timedelta(hours=24)
    assert await setting(client, token) == (410, "/problems/link-refused")
    again = await client.post(path, json={"by": "hand"}, headers=top.headers)
    assert await setting(client, token_in(again.json()["link"])) == (204, "")
    assert (await signing_in(client, officer.username, OWN_PASSWORD)).status_code == 200


async def test_an_officer_changes_the_own_password_and_is_signed_in_nowhere_else(
    client: httpx.AsyncClient, process: Process
) -> None:
    officer = await an_officer(process)
    elsewhere = (await signing_in(client, officer.username, PASSWORD)).json()["access_token"]

    async def change(current: str, password: str) -> tuple[int, str]:
        body = {"current": current, "password": password}
        answer = await client.post("/api/v1/staff/me/password", json=body, headers=officer.headers)
        return answer.status_code, answer.json()["type"] if answer.content else ""

    assert await change(PASSWORD, PASSWORD) == (422, "/problems/invalid-account")
    assert await change(PASSWORD, OWN_PASSWORD) == (204, "")
    there = await client.get("/api/v1/auth/session", headers={"Authorization": f"Bearer {elsewhere}"})
    here = await client.get("/api/v1/auth/session", headers=officer.headers)
    assert (there.status_code, here.status_code) == (401, 200)
    tried = [await change("nhầm mật khẩu rồi", PASSWORD) for _ in range(6)]
    assert (tried[0], tried[-1]) == ((422, "/problems/wrong-password"), (429, "/problems/account-locked"))
