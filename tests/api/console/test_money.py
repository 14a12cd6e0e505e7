"""Money that is for nothing known, on the pages: matched after a look at the request, or given back by two persons."""

from __future__ import annotations

from decimal import Decimal

import httpx

from app.console.views import grouped
from app.db.engine import Database
from app.identity.terms import Role
from app.kit.clock import FixedClock
from app.process import Process
from tests.api.console.conftest import Desks
from tests.builders import CITY, PROVINCE
from tests.pages import Page, PageForm, go, post
from tests.treasury import Treasury, a_payment, a_subject, set_up

URL = "/console/unmatched-money"


def forms(page: Page, verb: str) -> list[PageForm]:
    return [form for form in page.forms if form.action.endswith(f"/{verb}")]


async def test_money_is_matched_or_given_back_by_two(
    desk_of: Desks, client: httpx.AsyncClient, process: Process, db: Database, clock: FixedClock
) -> None:
    await set_up(process, "http://127.0.0.1:1")
    provider, asked = Treasury(clock), await a_payment(process, a_subject(process))
    for told in (
        provider.pay("", "160000"),
        provider.pay("Hoa nop <b>phi</b>", "7000"),
        provider.pay(asked.reference, "6.5", currency="USD"),
    ):
        assert (await provider.tell(client, told)).status_code == 200
    admin, other = await desk_of(Role.TENANT_ADMIN, unit=PROVINCE), await desk_of(Role.APPROVER, unit=PROVINCE)
    below = await desk_of(Role.APPROVER, unit=CITY)
    assert (await below.get(URL)).status_code == 403
    page = Page(await admin.get(URL))
    for said in ("160.000 VND", "7.000 VND", "6,5 USD", "Hoa nop <b>phi</b>"):
        assert said in page.text, said
    assert len(forms(page, "match")) == 2, "what is of another currency can only be given back"
    first, second = forms(page, "match")

    empty = await post(admin, first, step="look")
    assert (empty.status_code, "Hãy nhập mã nộp phí." in empty.text) == (422, True)
    unknown = await post(admin, first, reference="TT2222222222", step="look")
    assert (unknown.status_code, "từng chữ của mã" in unknown.text) == (404, True)
    seen = Page(await post(admin, first, reference=asked.reference.lower(), step="look"))
    assert "Còn phải nộp 150.000 VND" in seen.text
    assert await db.lane.fetchval("SELECT count(*) FROM payment_receipts WHERE settled_at IS NOT NULL") == 0
    (confirm,) = [form for form in forms(seen, "match") if ("step", "do") in form.buttons]
    assert (await below.post(confirm.action, data=confirm.values)).status_code == 403
    done = Page(await go(admin, confirm, step="do"))
    assert "Đã ghép vào yêu cầu nộp phí." in done.text
    assert await db.lane.fetchval("SELECT state FROM payment_requests") == "paid"
    again = await post(admin, confirm, step="do")
    assert (again.status_code, "Đã có người ghép hoặc quyết định hoàn" in again.text) == (409, True)

    returning = next(form for form in forms(done, "return") if form.action.startswith(second.action[:-6]))
    wrong = await post(admin, returning)
    assert (wrong.status_code, "Hãy ghi lý do." in wrong.text) == (422, True)
    marked = Page(await go(admin, returning, reason="Chuyển nhầm."))
    assert "cần người khác ghi đã hoàn" in marked.text
    assert not forms(marked, "refund"), "whoever decided has no form"
    token = marked.forms[0].values["csrf"]
    forced = await admin.post(
        returning.action.replace("/return", "/refund"), data={"csrf": token, "refund_reference": "UNC 9"}
    )
    assert (forced.status_code, "cần người khác ghi đã hoàn" in forced.text) == (403, True)
    (noting,) = forms(Page(await other.get(URL)), "refund")
    assert "Đã ghi là hoàn xong." in (await go(other, noting, refund_reference="UNC 9")).text
    row = await db.lane.fetchrow("SELECT refunded, refund_reference FROM payment_receipts WHERE amount = 7000")
    assert tuple(row or ()) == (Decimal(7000), "UNC 9")
    left = Page(await other.get(URL)).text
    assert "6,5 USD" in left
    assert "7.000" not in left


def test_numbers_are_written_as_people_here_write_them() -> None:
    assert grouped(Decimal(1234567)) == ("1.234.567", "1,234,567")
    assert grouped(Decimal("1234.5000")) == ("1.234,5", "1,234.5")
    assert grouped(100_000) == ("100.000", "100,000")
    assert grouped(Decimal("0.0000")) == ("0", "0")
