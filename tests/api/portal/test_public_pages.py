"""What anyone sees: home, the list with its filters, a public case, problems; headers and languages of all pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import httpx
import pytest

from app.cases.terms import CaseState
from app.process import Process
from tests.builders import a_case
from tests.pages import Page
from tests.statements import Statements

Drain = Callable[[], Awaitable[int]]
PAGES = [
    "/",
    "/report",
    "/follow",
    "/cases",
    "/procedures",
    "/procedures/1.004227",
    "/service-requests",
    "/problems",
    "/problems/stale-version",
    "/cases/H23-260101-0001",
    "/verify",
    "/map",
    "/deadlines",
    "/privacy",
    "/offline",
    "/verify/9A26-BD23-BBEB-3CBE-1D70",
]


async def test_a_case_taken_up_is_found_in_public_and_its_personal_data_is_masked(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    words = "Ổ gà sâu trước cổng trường, gọi anh Nguyễn Văn Nam 0912345678."
    filed = await a_case(process, CaseState.RESOLVED, category="roads.pothole", description=words)
    hidden = await a_case(process, CaseState.RECEIVED)
    await drain()
    for address in ("/", "/cases", "/cases?q=o+ga", "/cases?area=288&category=roads&state=resolved", "/cases?q="):
        page = Page(await client.get(address))
        assert f"/cases/{filed.code}" in page.links, address
        assert f"/cases/{hidden.code}" not in page.links
        assert "0912345678" not in page.text
    assert f"/cases/{filed.code}" not in Page(await client.get("/cases?overdue=1")).links
    case = Page(await client.get(f"/cases/{filed.code}"))
    assert "Đã trả lời: đã khắc phục" in case.text
    assert "Đã thay bóng đèn mới." in case.text
    assert "Nguyễn Văn Nam" not in case.text
    assert (await client.get(f"/cases/{hidden.code}")).status_code == 404


async def test_the_list_goes_on_by_its_link_until_its_end(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    filed = {(await a_case(process, CaseState.IN_PROGRESS)).code for _ in range(23)}
    await drain()
    found: list[str] = []
    address = "/cases?category=lighting"
    while True:
        page = Page(await client.get(address))
        found += [link.removeprefix("/cases/") for link in page.links if link.startswith("/cases/H23")]
        following = [link for link in page.links if "cursor=" in link and "lang=" not in link]
        if not following:
            break
        address = "/cases" + following[0]
    assert len(found) == 23
    assert set(found) == filed


@pytest.mark.parametrize("query", ["area=99", "area=00001", "category=nope", "q=%2C%2C", "cursor=xx", "state=odd"])
async def test_a_filter_that_cannot_be_is_said_on_the_page(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/cases?{query}")
    assert answer.status_code == (200 if query == "state=odd" else answer.status_code)
    assert answer.status_code < 500
    assert answer.headers["content-type"].startswith("text/html")
    assert Page(answer).forms


@pytest.mark.parametrize("address", PAGES)
async def test_every_page_is_locked_down_and_names_its_language(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert '<html lang="vi">' in answer.text
    assert " style=" not in answer.text
    assert "<style" not in answer.text
    assert " onclick" not in answer.text
    page = Page(answer)
    assert "main" in page.ids
    assert "#main" in page.links


async def test_the_language_is_asked_for_once_and_kept(client: httpx.AsyncClient) -> None:
    assert '<html lang="en">' in (await client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})).text
    asked = await client.get("/?lang=en")
    assert "Something needs mending" in asked.text
    assert '<html lang="en">' in (await client.get("/follow")).text
    assert '<html lang="vi">' in (await client.get("/follow?lang=vi")).text
    assert '<html lang="vi">' in (await client.get("/", headers={"Accept-Language": "en"})).text


async def test_the_other_language_is_one_link_away_on_every_page_that_has_an_address(client: httpx.AsyncClient) -> None:
    for address in (*PAGES, "/console/sign-in"):
        head = (await client.get(address)).text.split("</header>")[0]
        assert '?lang=en" hreflang="en" lang="en">English</a>' in head, address
    asked = (await client.get("/cases?q=den&lang=en")).text
    assert 'href="?q=den&amp;lang=vi" hreflang="vi" lang="vi">Tiếng Việt</a>' in asked
    assert "hreflang" not in (await client.post("/follow", data={"code": "?"})).text  # it would lose what was typed


async def test_a_problem_says_nothing_twice(client: httpx.AsyncClient) -> None:
    addresses = [link for link in Page(await client.get("/problems")).links if link.startswith("/problems/")]
    assert len(addresses) > 50
    for address in (*addresses, "/cases/H23-1", "/nothing/here"):
        for lang in ("vi", "en"):
            answer = await client.get(address, params={"lang": lang}, headers={"Accept": "text/html"})
            main = answer.text.split("<main")[1].split("</main>")[0]
            said = [part for part in re.findall(r">([^<>]+)<", main) if part.strip()]
            assert len(said) == len(set(said)), (address, said)


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("q=cổng+trường", ["cổng, trường", "cổng", "trường"]),
        ("q=ổ+gà,+Cổng&state=closed", ["ổ, gà, Cổng", "ổ gà", "Cổng", "ổ", "gà"]),
        ("q=đèn", []),
        ("area=288", []),
    ],
)
async def test_a_search_that_finds_nothing_offers_to_look_for_less(
    client: httpx.AsyncClient, query: str, offered: list[str]
) -> None:
    page = Page(await client.get(f"/cases?{query}"))
    links = [parse_qs(link[1:]) for link in page.links if link.startswith("?") and "lang=" not in link]
    assert [link["q"][0] for link in links] == offered
    assert all(link.get("state") == parse_qs(query).get("state") for link in links)
    assert "dấu phẩy ngăn các cụm" in page.text


async def test_files_of_the_pages_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    home = (await client.get("/")).text
    names = [part.split('"')[0] for part in home.split('"/static/')[1:]]
    assert {name.rpartition("/")[2] for name in names} == {"site.css", "dark.css", "site.js", "app.js", "icon.svg"}
    for name in names:
        answer = await client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert len(answer.content) < 15_000
    old = await client.get("/static/0000000000000000/site.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-store")
    assert (await client.get("/static/0/other.css")).status_code == 404


async def test_what_people_wrote_is_never_markup(client: httpx.AsyncClient, process: Process, drain: Drain) -> None:
    words = '<script>alert(1)</script> đèn "tối" & hỏng <img src=x onerror=alert(2)>'
    filed = await a_case(process, CaseState.IN_PROGRESS, description=words, address="<b>12</b> Cẩm Thượng")
    await drain()
    for address in ("/", "/cases", f"/cases/{filed.code}"):
        text = (await client.get(address)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>12</b>" not in text


async def test_a_page_comes_packed_and_only_when_it_has_changed(
    client: httpx.AsyncClient, process: Process, drain: Drain
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    for address in ("/", "/cases", f"/cases/{filed.code}", "/problems"):
        answer = await client.get(address)
        assert answer.headers["content-encoding"] == "gzip", address
        assert int(answer.headers["content-length"]) < len(answer.content) / 2
        plain = await client.get(address, headers={"Accept-Encoding": "gzip;q=0, identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == answer.text
        again = await client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert again.headers["cache-control"] == "private, no-cache"
        english = await client.get(f"{address}?lang=en", headers={"If-None-Match": answer.headers["etag"]})
        assert english.status_code == 200
        client.cookies.clear()


async def test_a_file_of_the_pages_comes_packed(client: httpx.AsyncClient) -> None:
    style = "/static/" + (await client.get("/")).text.split('href="/static/')[2].split('"')[0]
    answer = await client.get(style)
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(answer.headers["content-length"]) < 4_000
    assert (await client.get(style, headers={"Accept-Encoding": "identity"})).content == answer.content


async def test_a_person_at_an_address_that_is_none_gets_a_page_and_a_program_a_problem(
    client: httpx.AsyncClient,
) -> None:
    person = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for address in ("/nothing/here", "/phan-anh", "/console/bulk"):
        lost = await client.get(address, headers=person)
        assert (lost.status_code, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "/report" in Page(lost).links
        assert (await client.get(address)).headers["content-type"] == "application/problem+json"
    assert (await client.get("/report/", headers=person)).status_code == 307
    for address in ("/api/v1/nothing", "/static/x"):
        assert (await client.get(address, headers=person)).headers["content-type"] == "application/problem+json"
    assert (await client.post("/cases", headers=person)).status_code == 405


async def test_a_report_that_is_not_public_leads_to_its_secret(client: httpx.AsyncClient) -> None:
    page = Page(await client.get("/cases/H23-1"))
    assert "mở bằng mã theo dõi" in page.text
    assert {"/follow", "/cases", "/report"} <= set(page.links)


async def test_a_page_for_people_costs_one_statement_and_a_case_two(
    client: httpx.AsyncClient, process: Process, drain: Drain, statements: Statements
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    costs = {"/": 1, "/cases": 1, f"/cases/{filed.code}": 2, "/report": 0, "/follow": 0, "/problems": 0}
    for address, cost in costs.items():
        statements.clear()
        assert (await client.get(address)).status_code == 200
        assert len(statements) == cost, (address, statements.texts)
