"""The pages of an account: signing in with a phone or at a real provider, one's reports, devices and data."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.citizens.senders import GatewayCodes
from app.db.engine import Database
from app.kit import signing
from app.kit.clock import FixedClock, SystemClock
from app.notices.senders import SmsSender
from app.oidc.senders import provider_of
from app.portal import returning
from app.process import Process
from app.settings import Settings
from app.web.pages import device_name
from tests.builders import a_report
from tests.pages import Page, go, post
from tests.postoffice import Gateway, gateway
from tests.statements import Statements
from tests.vouching import CLIENT_ID, CLIENT_SECRET, LEVELS, Voucher, signed_in_at, voucher

CAM_THUONG, MARITAL = "10507", "1.004873"
WORDS = "Ổ gà trước số 12 đã ba tuần, xe máy phải tránh."
BACK = "http://127.0.0.1:9/account/oidc"


@pytest.fixture
async def carrier(application: FastAPI, clock: FixedClock) -> AsyncIterator[Gateway]:
    """A real gateway of this machine that takes codes."""
    before, settings = application.state.code_sender, application.state.settings
    async with gateway() as taken:
        sender = GatewayCodes(
            SmsSender(f"http://127.0.0.1:{taken.port}", '{"text": "{text}"}', None, timeout_s=2), clock
        )
        application.state.code_sender = sender
        application.state.settings = settings.model_copy(update={"sms_url": "http://127.0.0.1"})
        yield taken
        await sender.close()
    application.state.code_sender, application.state.settings = before, settings


@pytest.fixture(scope="module")
def provider() -> Iterator[Voucher]:
    with voucher(BACK) as running:
        yield running


def newest(carrier: Gateway) -> str:
    found = re.search(r"\d{6}", orjson.loads(carrier.requests[-1][1])["text"])
    assert found
    return found[0]


async def test_whoever_wants_to_apply_signs_in_and_is_back_at_the_form(
    client: httpx.AsyncClient, carrier: Gateway
) -> None:
    asked = await client.get(f"/apply/{MARITAL}")
    page = Page(await client.get(asked.headers["location"]))
    assert "Đăng nhập để nộp hồ sơ" in page.text, "it says what for"
    assert "tình trạng hôn nhân" in page.text
    refused = Page(await post(client, page.form("/account/code"), phone="12"))
    asking = Page(await post(client, refused.form("/account/code"), phone="0912345678"))
    assert f"/account?next=/apply/{MARITAL}" in asking.links
    wrong = Page(await post(client, asking.form("/account/sign-in"), code="12"))
    entered = await post(client, wrong.form("/account/sign-in"), code=newest(carrier))
    assert (entered.status_code, entered.headers["location"]) == (303, f"/apply/{MARITAL}")
    assert "Người đề nghị" in (await client.get(entered.headers["location"])).text
    again = await client.get(asked.headers["location"])
    assert again.headers["location"] == f"/apply/{MARITAL}", "signed in in another tab"
    gone = await client.get("/account?next=//elsewhere.vn/apply")
    assert gone.status_code == 200, "nobody is led to another site"
    client.cookies.clear()
    lost = await client.post("/apply/drafts/01a21861-4ea2-7085-81a7-33e018a94b2e/papers", data={"step": "more"})
    (back,) = [link for link in Page(lost).links if link.startswith("/account?next=")]
    assert back.endswith("2F01a21861-4ea2-7085-81a7-33e018a94b2e%2Fpapers")


@pytest.mark.parametrize(
    "address",
    ["//e.vn", "https://e.vn", "/apply//e.vn", "/\\e.vn", "/apply/../account/sign-out", "/apply/1\n", "/apply@e.vn",
     "/apply/1?next=//e.vn", "/apply/1?a=b#c", "/account/oidc?code=1", "/console", "", "apply/1", "/apply/\t/e.vn"],
)  # fmt: skip
def test_nobody_is_led_to_another_site_after_signing_in(address: str) -> None:
    assert returning.ours(address) == ""


async def sign_in(client: httpx.AsyncClient, carrier: Gateway, phone: str = "0912 345 678") -> Page:
    """The account's page, reached by the forms."""
    asking = await post(client, Page(await client.get("/account")).form("/account/code"), phone=phone)
    assert asking.status_code == 200, asking.text
    entered = await post(client, Page(asking).form("/account/sign-in"), code=newest(carrier))
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    return Page(await client.get("/account"))


async def test_a_person_signs_in_by_phone_sends_a_report_and_finds_it_in_the_account(
    client: httpx.AsyncClient, carrier: Gateway
) -> None:
    page = await sign_in(client, carrier)
    assert "0912 345 678" in page.text
    assert "Chưa có phản ánh nào" in page.text
    typed = {"description": WORDS, "category": "roads.pothole", "area_code": CAM_THUONG, "step": "check"}
    check = Page(await go(client, Page(await client.get("/report")).form("/report"), **typed)).form("/report")
    sent = await post(client, check, step="send")
    assert sent.headers["location"].endswith("?done=sent"), sent.headers
    own = Page(await client.get(sent.headers["location"]))
    assert "ở trong tài khoản của bạn" in own.text
    assert WORDS in Page(await client.get("/account")).text
    client.cookies.clear()
    assert (await client.get(urlsplit(sent.headers["location"]).path)).status_code == 404, "signed out, it is nobody's"


async def test_what_is_mistyped_is_said_beside_its_field(client: httpx.AsyncClient, carrier: Gateway) -> None:
    form = Page(await client.get("/account")).form("/account/code")
    for phone in ("", "123", "024 3825 1234"):
        refused = await post(client, form, phone=phone)
        assert refused.status_code == 422
        assert "Hãy nhập số di động" in refused.text
    asking = Page(await post(client, form, phone="0912345678"))
    for code in ("12", "abcdef", "000000" if newest(carrier) != "000000" else "111111"):
        refused = await post(client, asking.form("/account/sign-in"), code=code)
        assert refused.status_code == 422
        assert not refused.cookies
        assert 'aria-invalid="true"' in refused.text


async def told(client: httpx.AsyncClient, name: str) -> None:
    """This browser takes push messages."""
    keys = {"p256dh": "B" * 87, "auth": "A" * 22, "endpoint": f"https://push.example/{name}"}
    assert (await client.post("/account/push/on", data=keys)).status_code == 204


async def test_devices_are_ended_from_another_and_everywhere(
    client: httpx.AsyncClient, carrier: Gateway, clock: FixedClock, db: Database
) -> None:
    await sign_in(client, carrier)
    await told(client, "first")
    first = dict(client.cookies)
    client.cookies.clear()
    clock.at += timedelta(minutes=1)
    page = await sign_in(client, carrier)
    await told(client, "second")
    (ending,) = [form for form in page.forms if form.action.startswith("/account/devices/")]
    assert (await post(client, ending)).headers["location"] == "/account?done=ended"
    hashes = await db.lane.fetch("SELECT endpoint_hash FROM citizen_push_subscriptions")
    assert [row[0] for row in hashes] == [signing.token_hash("https://push.example/second")], "the other's is gone"
    second = dict(client.cookies)
    client.cookies.clear()
    client.cookies.update(first)
    assert "Số di động" in (await client.get("/account")).text, "asked to sign in"
    assert (await client.get("/account/data")).headers["location"] == "/account"
    client.cookies.clear()
    client.cookies.update(second)
    gone = await post(client, Page(await client.get("/account")).form("/account/devices"))
    assert gone.headers["location"] == "/account?done=ended-all"
    assert "đăng xuất khỏi mọi nơi" in (await client.get(gone.headers["location"])).text


async def test_a_report_is_brought_in_its_data_taken_along_and_all_of_it_erased(
    client: httpx.AsyncClient, carrier: Gateway, process: Process, db: Database
) -> None:
    filed = await a_report(process)
    page = await sign_in(client, carrier)
    wrong = await post(client, page.form("/account/claim"), code=filed.code, secret="AAAA-BBBB-CCCC")
    assert wrong.status_code == 422
    assert "không khớp" in wrong.text
    done = await post(client, page.form("/account/claim"), code=filed.code.lower(), secret=filed.secret)
    assert done.headers["location"] == "/account?done=claimed"
    assert filed.code in Page(await client.get("/account")).text
    data = (await client.get("/account/data")).json()
    assert (data["phone"], [one["code"] for one in data["reports"]]) == ("+84912345678", [filed.code])
    erasing = Page(await client.get("/account/erasure")).form("/account/erasure")
    assert (await post(client, erasing)).status_code == 422
    erased = await post(client, erasing, sure="yes")
    assert erased.headers["location"] == "/account?done=erased"
    assert await db.lane.fetchval("SELECT count(*) FROM phone_accounts") == 0
    assert await db.lane.fetchval("SELECT count(*) FROM reports WHERE citizen_id IS NOT NULL") == 0


async def test_a_browser_goes_to_the_provider_and_comes_back_signed_in(
    client: httpx.AsyncClient, application: FastAPI, clock: FixedClock, provider: Voucher
) -> None:
    clock.at = SystemClock().now()
    settings = Settings(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_redirects=BACK,
        oidc_assurance=LEVELS,
    )
    application.state.citizens_provider = known = provider_of(settings, clock)
    try:
        assert "Đăng nhập bằng VNeID" in (await client.get("/account")).text
        off = await client.get(f"/account/provider?next=/apply/{MARITAL}")
        came = await signed_in_at(off.headers["location"], "binh", back=BACK)
        entered = await client.get("/account/oidc", params=came)
        assert entered.headers["location"] == f"/apply/{MARITAL}", "back at what was wanted before"
        assert "định danh mức độ 2" in Page(await client.get("/account")).text
        linking = await client.get("/account/provider?link=1")
        linked = await client.get(
            "/account/oidc", params=await signed_in_at(linking.headers["location"], "binh", back=BACK)
        )
        page = Page(await client.get(linked.headers["location"]))
        assert "Danh tính đã được gắn" in page.text
        assert not [form for form in page.forms if form.action.startswith("/account/devices/")], (
            "one browser, one device"
        )
        again = await client.get("/account/oidc", params=came)
        assert again.status_code == 401, "the way back is good once"
        cancelled = await client.get("/account/provider")
        told = await signed_in_at(cancelled.headers["location"], "", back=BACK)
        assert (await client.get("/account/oidc", params=told)).status_code == 401
    finally:
        application.state.citizens_provider = None
        assert known is not None
        await known.close()


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36", "Chrome trên Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari trên iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/129 Chrome/123 Safari/537.36", "Cốc Cốc trên Windows"),
        ("SmartHaiDuong/3.2", "SmartHaiDuong/3.2"),
        ("", "Máy không nêu tên"),
    ],
)  # fmt: skip
def test_a_device_is_called_what_its_owner_calls_it(told: str, name: str) -> None:
    assert device_name(told).vi == name


async def test_the_accounts_reports_come_in_pages_by_one_statement_each(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    device = {"Authorization": f"Bearer {(await client.post('/api/v1/auth/devices')).json()['access_token']}"}
    codes = []
    for _ in range(3):
        filed = await a_report(process)
        body = {"code": filed.code, "tracking_secret": filed.secret}
        assert (await client.post("/api/v1/me/reports/claim", json=body, headers=device)).status_code == 204
        codes.append(filed.code)
    statements.clear()
    page = (await client.get("/api/v1/me/reports?limit=2", headers=device)).json()
    assert len(statements) == 2, "who asks, and the page"
    assert [one["code"] for one in page["items"]] == codes[:0:-1]
    assert page["items"][0]["state"] == "received"
    rest = (
        await client.get("/api/v1/me/reports", params={"limit": 2, "cursor": page["next_cursor"]}, headers=device)
    ).json()
    assert ([one["code"] for one in rest["items"]], rest["next_cursor"]) == (codes[:1], None)
    stranger = {"Authorization": f"Bearer {(await client.post('/api/v1/auth/devices')).json()['access_token']}"}
    foreign = await client.get("/api/v1/me/reports", params={"cursor": page["next_cursor"]}, headers=stranger)
    assert foreign.status_code == 400
    assert (await client.get("/api/v1/me/reports", headers=stranger)).json()["items"] == []
