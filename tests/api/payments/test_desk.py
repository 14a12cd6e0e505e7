"""Officers: what they see, cash at the desk, the picture for a transfer, refunds, comparing statements."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import payments as payments_cli
from app.cli.terminal import CommandError
from app.db.engine import Database
from app.db.work import Work, in_work
from app.identity.terms import Role, system_actor
from app.kit.clock import FixedClock
from app.kit.ids import UnitId
from app.payments import service as payments
from app.payments.terms import BankAccount
from app.process import Process
from tests.api.payments.test_callbacks import cancel, events, now
from tests.builders import BINH_HAN, CAM_THUONG, CITY, HAIDUONG, PROVINCE, an_officer
from tests.treasury import Treasury, a_payment, a_subject, set_up

URL = "/api/v1/staff/payments"
CASH = {"receipt_number": "BL-0042", "taken_at": "2026-11-20T09:30:00+07:00"}


async def add_account(process: Process, number: str, unit: str | None, since: date) -> None:
    unit_id = UnitId(process.books.directory.unit_by_code(HAIDUONG, unit).id) if unit else None

    async def one(work: Work) -> None:
        account = BankAccount("970403", number, "KHO BAC NHA NUOC")
        await payments.add_account(work, system_actor(HAIDUONG), account, unit_id=unit_id, since=since, until=None)

    await in_work(process.db, process.clock, HAIDUONG, one)


async def test_officers_see_what_is_of_their_units_and_below(client: httpx.AsyncClient, process: Process) -> None:
    ours = [await a_payment(process, a_subject(process)) for _ in range(3)]
    theirs = await a_payment(process, a_subject(process, BINH_HAN))
    here, auditor = await an_officer(process), await an_officer(process, Role.AUDITOR, unit=PROVINCE)
    page = (await client.get(URL, params={"limit": 2}, headers=here.headers)).json()
    rest = (await client.get(URL, params={"limit": 2, "cursor": page["next_cursor"]}, headers=here.headers)).json()
    found = [one["reference"] for one in page["items"] + rest["items"]]
    assert (found, rest["next_cursor"]) == ([one.reference for one in reversed(ours)], None)
    every = (await client.get(URL, headers=auditor.headers)).json()["items"]
    assert {one["reference"] for one in every} == {theirs.reference, *found}
    assert every[-1]["lines"][0] == {
        "name": {"vi": "Lệ phí cấp giấy phép", "en": "Permit fee"},
        "amount": "100000",
        "legal_basis": "NQ 12/2024/NQ-HĐND",
    }
    typed = f"{ours[0].reference[:4].lower()} {ours[0].reference[4:8]}-{ours[0].reference[8:]}"
    assert (await client.get(f"{URL}/{typed}", headers=here.headers)).json()["reference"] == ours[0].reference
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/picture", None),
        ("POST", "/cash", CASH),
        ("POST", "/refund", {"refund_reference": "UNC 1"}),
    ):
        for reference in (theirs.reference, "TT2222222222"):
            headers = {**here.headers, "If-Match": '"1"'}
            answer = await client.request(method, f"{URL}/{reference}{path}", json=body, headers=headers)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-payment")
    for query, count in (("state=paid", 0), ("refund_due=true", 0), (f"code={CAM_THUONG}-261120-0001", 3)):
        assert len((await client.get(f"{URL}?{query}", headers=here.headers)).json()["items"]) == count


async def test_cash_is_taken_once_by_who_may_and_what_came_too_much_is_given_back_by_another(
    client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    await set_up(process, "http://127.0.0.1:1")
    provider, subject = Treasury(clock), a_subject(process)
    asked = await a_payment(process, subject)
    desk, approver = await an_officer(process), await an_officer(process, Role.APPROVER, unit=CITY)
    at = f"{URL}/{asked.reference}"
    seen = {**desk.headers, "If-Match": (await client.get(at, headers=desk.headers)).headers["etag"]}
    assert (await client.post(f"{at}/cash", json=CASH, headers=desk.headers)).status_code == 428
    signing = {**approver.headers, "If-Match": '"1"'}
    assert (await client.post(f"{at}/cash", json=CASH, headers=signing)).status_code == 403
    await provider.tell(client, provider.pay(asked.reference, "50000"))
    stale = await client.post(f"{at}/cash", json=CASH, headers=seen)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    taken = await client.post(f"{at}/cash", json=CASH, headers={**seen, "If-Match": '"2"'})
    assert taken.status_code == 200, taken.text
    assert taken.json()["state"] == "paid"
    cash = taken.json()["receipts"][1]
    assert (cash["source"], cash["transaction"], cash["paid"]) == ("desk", f"{CAM_THUONG}/BL-0042", "100000")
    assert cash["recorded_by"] == str(desk.actor.id)
    again = await client.post(f"{at}/cash", json=CASH, headers={**seen, "If-Match": taken.headers["etag"]})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/payment-settled")
    assert again.json()["state"] == "paid"

    other = await a_payment(process, a_subject(process))
    used = await client.post(f"{URL}/{other.reference}/cash", json=CASH, headers={**seen, "If-Match": '"1"'})
    assert (used.status_code, used.json()["type"]) == (409, "/problems/receipt-number-used")

    await provider.tell(client, provider.pay(asked.reference))  # somebody pays what is paid
    given = {"refund_reference": "UNC 17"}
    assert (await client.post(f"{at}/refund", json=given, headers={**seen, "If-Match": '"4"'})).status_code == 403
    signed = {**signing, "If-Match": '"4"'}
    back = await client.post(f"{at}/refund", json=given, headers=signed)
    assert back.status_code == 200, back.text
    assert (back.json()["state"], back.json()["refund_due"], back.json()["refunded"]) == ("paid", "0", "150000")
    assert back.json()["receipts"][-1]["refund_reference"] == "UNC 17"
    nothing = await client.post(f"{at}/refund", json=given, headers={**signed, "If-Match": '"5"'})
    assert (nothing.status_code, nothing.json()["type"]) == (409, "/problems/nothing-to-refund")
    assert await events(db, asked.reference) == ["requested", "paid", "refund_due", "refunded"]
    rows = await db.lane.fetch("SELECT action, subject FROM audit_entries WHERE action LIKE 'payment.%' ORDER BY id")
    done = [tuple(row) for row in rows if row["subject"]]
    assert done == [("payment.recorded", asked.reference), ("payment.refund_noted", asked.reference)]


async def test_the_picture_is_of_the_nearest_account_in_force_and_of_what_is_still_to_be_paid(
    client: httpx.AsyncClient, process: Process, clock: FixedClock
) -> None:
    subject, today = a_subject(process), clock.now().date()
    asked = await a_payment(process, subject)
    officer = await an_officer(process)
    at = f"{URL}/{asked.reference}/picture"
    assert (await client.get(at, headers=officer.headers)).json()["type"] == "/problems/no-bank-account"
    accounts = (
        ("1111", None, today), ("2222", CITY, today), ("3333", CITY, today + timedelta(days=1)),
        ("4444", CAM_THUONG, today + timedelta(days=2)), ("5555", BINH_HAN, today),
    )  # fmt: skip
    for number, unit, since in accounts:
        await add_account(process, number, unit, since)
    for number in ("2222", "3333", "4444"):

        async def way(work: Work) -> payments.WayToPay:
            return await payments.way_to_pay(work, await now(process, subject), process.books.directory)

        found = await in_work(process.db, clock, HAIDUONG, way)
        assert found.account.number == number
        assert f"540{len('150000')}150000" in found.vietqr
        assert asked.reference in found.vietqr
        clock.at += timedelta(days=1)
    answer = await client.get(at, headers=officer.headers)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
    await cancel(process, subject)
    assert (await client.get(at, headers=officer.headers)).json()["type"] == "/problems/payment-settled"


@pytest.fixture
async def day_of_business(client: httpx.AsyncClient, process: Process, clock: FixedClock) -> list[dict[str, Any]]:
    """Transactions as the provider has them: paid, twice, for nothing known, told in vain; the last is of midnight."""
    await set_up(process, "http://127.0.0.1:1")
    provider, asked = Treasury(clock), await a_payment(process, a_subject(process))
    other = await a_payment(process, a_subject(process))
    told = [
        provider.pay(asked.reference),
        provider.pay(asked.reference),
        provider.pay("học phí", "9000"),
        provider.pay(other.reference, "150000", paid_at="2026-11-21T00:00:01+07:00"),
    ]
    clock.at += timedelta(days=2)
    for one in told:
        assert (await provider.tell(client, one)).status_code == 200
    return [*told, provider.pay(other.reference, "70000")]


async def test_a_statement_is_compared_line_by_line_and_each_transaction_is_one_line_of_one_day(
    client: httpx.AsyncClient, process: Process, db: Database, tmp_path: Path, day_of_business: list[dict[str, Any]]
) -> None:
    paid, twice, stray, late, unheard = day_of_business
    file = tmp_path / "statement.csv"
    rows = [
        (paid["transaction"], "150000", "2026-11-20T10:00:00+07:00"),
        (stray["transaction"], "9001", "2026-11-20"),
        (late["transaction"], "150000", "2026-11-20"),  # by their clock it was still this day
        (unheard["transaction"], "70000", "2026-11-20"),
    ]
    file.write_text("transaction,amount,paid_at\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    tenant = process.books.directory.tenant(HAIDUONG)
    lines = payments_cli._read(file, tenant)
    actor = system_actor(HAIDUONG)
    for _ in range(2):  # a statement that is read again says the same
        days = await in_work(
            db, process.clock, HAIDUONG, lambda work: payments.keep_statement(work, actor, "generic", lines)
        )
    assert days == [date(2026, 11, 20)]
    auditor, officer = await an_officer(process, Role.AUDITOR, unit=PROVINCE), await an_officer(process)
    at = f"{URL}/reconciliation"
    assert (await client.get(at, params={"day": "2026-11-20"}, headers=officer.headers)).status_code == 403
    found = (await client.get(at, params={"day": "2026-11-20"}, headers=auditor.headers)).json()
    assert found["stated"]
    assert [(line["kind"], line["transaction"], line["ours"], line["theirs"]) for line in found["lines"]] == [
        ("missing_here", unheard["transaction"], None, "70000"),
        ("missing_there", twice["transaction"], "150000", None),
        ("differs", stray["transaction"], "9000", "9001"),
        *sorted(("matched", one["transaction"], "150000", "150000") for one in (paid, late)),
    ]
    figures = {one["kind"]: one for one in found["figures"]}
    assert sum(one["lines"] for one in figures.values()) == len(found["lines"])
    assert sum(int(one["ours"]) for one in figures.values()) == 459_000
    assert sum(int(one["theirs"]) for one in figures.values()) == 379_001
    assert figures["missing_there"]["refund_due"] == "150000"
    next_day = (await client.get(at, params={"day": "2026-11-21"}, headers=auditor.headers)).json()
    assert (next_day["stated"], next_day["lines"]) == (False, [])


def test_a_statement_with_a_mistake_is_read_not_at_all(process: Process, tmp_path: Path) -> None:
    tenant, file = process.books.directory.tenant(HAIDUONG), tmp_path / "statement.csv"
    for rows, said in (
        ("transaction,amount\nA,1\n", "first line"),
        ("transaction,amount,paid_at\nA,1,2026-11-20\nA,1,2026-11-20\n", "Lines 3 "),
        (
            "transaction,amount,paid_at\nA,1.5e3,2026-11-20\nB,0,2026-11-20\nC,1,hôm qua\nD,-1,2026-11-20\n",
            "Lines 2, 3",
        ),
    ):
        file.write_text(rows, encoding="utf-8")
        with pytest.raises(CommandError) as refused:
            payments_cli._read(file, tenant)
        assert said in refused.value.sentence.en


def test_the_commands_are_there() -> None:
    shown = CliRunner().invoke(payments_cli.payments_cli, ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in ("account", "provider", "reconcile"))
