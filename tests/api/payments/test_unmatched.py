"""Money that is for nothing known is matched, or given back, by an officer of accounts; nothing of it is lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from app.cli.doctor.requests import examine_requests
from app.condition import read_condition
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.payments.test_callbacks import events
from tests.builders import CITY, HAIDUONG, PROVINCE, Officer, an_officer
from tests.treasury import Treasury, a_payment, a_subject, set_up

URL = "/api/v1/staff/unmatched-payments"


async def waiting(client: httpx.AsyncClient, officer: Officer) -> list[dict[str, Any]]:
    answer = await client.get(URL, headers=officer.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_money_for_nothing_known_is_matched_or_given_back_by_two(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    await set_up(process, "http://127.0.0.1:1")
    provider, asked = Treasury(clock), await a_payment(process, a_subject(process))
    admin = await an_officer(process, Role.TENANT_ADMIN, unit=PROVINCE)
    other = await an_officer(process, Role.APPROVER, unit=PROVINCE)
    below = await an_officer(process, Role.APPROVER, unit=CITY)
    part, rest, foreign, stray = (
        provider.pay("", "50000"),
        provider.pay("Hoa nop phi", "110000"),
        provider.pay(asked.reference, "6.5", currency="USD"),
        provider.pay("", "7000"),
    )
    for told in (part, rest, foreign, stray):
        assert (await provider.tell(client, told)).status_code == 200
    assert (await client.get(URL, headers=below.headers)).status_code == 403
    found = {one["receipt"]["transaction"]: one["id"] for one in await waiting(client, admin)}
    assert set(found) == {one["transaction"] for one in (part, rest, foreign, stray)}

    async def do(officer: Officer, told: dict[str, Any], verb: str, **body: str) -> httpx.Response:
        at = f"{URL}/{found[told['transaction']]}/{verb}"
        return await client.post(at, json=body, headers=officer.headers)

    for told, reference, problem in (
        (part, "TT2222222222", "unknown-payment"),
        (foreign, asked.reference, "money-of-other-currency"),
    ):
        refused = await do(admin, told, "match", reference=reference)
        assert refused.json()["type"] == f"/problems/{problem}"
    assert (await do(below, part, "match", reference=asked.reference)).status_code == 403
    unknown = await client.post(f"{URL}/{uuid4()}/return", json={"reason": "Thử"}, headers=admin.headers)
    assert unknown.json()["type"] == "/problems/unknown-money"

    matched = await do(admin, part, "match", reference=asked.reference)
    assert (matched.status_code, matched.json()["receipt"]["noted"]) == (200, "50000"), matched.text
    assert (await do(admin, part, "match", reference=asked.reference)).json()["type"] == "/problems/money-settled"
    matched = await do(other, rest, "match", reference=asked.reference)
    money = matched.json()["receipt"]
    assert (money["paid"], money["refund_due"], matched.json()["settled_by"]) == (
        "100000", "10000", str(other.actor.id)
    )  # fmt: skip
    seen = (await client.get(f"/api/v1/staff/payments/{asked.reference}", headers=admin.headers)).json()
    assert (seen["state"], seen["refund_due"]) == ("paid", "10000")
    assert [one["paid"] for one in seen["receipts"]] == ["50000", "100000", "0"], "what came first is part of the fee"
    assert (await events(db, asked.reference))[-2:] == ["paid", "refund_due"]
    again = await provider.tell(client, rest)
    assert (again.status_code, again.json()["outcome"]) == (200, "unmatched"), "its provider is told the same for ever"

    assert (await do(admin, stray, "refund", refund_reference="UNC 8")).json()["type"] == "/problems/nothing-to-refund"
    for told in (stray, foreign):
        marked = await do(admin, told, "return", reason="Chuyển nhầm.")
        assert (marked.status_code, marked.json()["reason"]) == (200, "Chuyển nhầm."), marked.text
    (condition,) = await read_condition(db, [process.books.directory.tenant(HAIDUONG)], clock.now())
    assert (condition.payments.unmatched, condition.payments.refunds_due) == (0, 3)
    assert "3 sums of money are to be given back" in "".join(
        one.sentence.en for one in examine_requests(condition, clock.now())
    )
    assert (await do(admin, stray, "refund", refund_reference="UNC 9")).status_code == 403, "another person's"
    back = await do(other, stray, "refund", refund_reference="UNC 9")
    assert (back.status_code, back.json()["receipt"]["refunded"]) == (200, "7000"), back.text
    signed = {**below.headers, "If-Match": f'"{seen["version"]}"'}
    given = {"refund_reference": "UNC 10"}
    refunded = await client.post(f"/api/v1/staff/payments/{asked.reference}/refund", json=given, headers=signed)
    assert (refunded.status_code, refunded.json()["refunded"]) == (200, "10000"), refunded.text
    left = await waiting(client, admin)
    assert [one["receipt"]["refund_due"] for one in left] == ["6.5"], "what is of another currency waits for its own"
    trail = await db.lane.fetch("SELECT action FROM audit_entries WHERE action LIKE 'payment.%' ORDER BY id OFFSET 1")
    assert sorted(row["action"] for row in trail) == [
        "payment.matched", "payment.matched", "payment.refund_noted", "payment.refund_noted", "payment.to_return",
        "payment.to_return",
    ]  # fmt: skip
