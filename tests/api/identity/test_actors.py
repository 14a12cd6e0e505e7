"""Who an Authorization header makes of its sender."""

from __future__ import annotations

import httpx
import pytest

from tests.officers import PASSWORD, Province
from tests.statements import Statements

TOKEN = "/api/v1/auth/token"


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


@pytest.fixture
async def staff(web: httpx.AsyncClient) -> dict[str, str]:
    body = (await web.post(TOKEN, json={"username": "hoa", "password": PASSWORD})).json()
    return {"Authorization": f"Bearer {body['access_token']}"}


@pytest.fixture
async def citizen(web: httpx.AsyncClient) -> dict[str, str]:
    body = (await web.post("/api/v1/auth/devices")).json()
    return {"Authorization": f"Bearer {body['access_token']}"}


async def test_nobody_is_anonymous_and_costs_no_statement(
    web: httpx.AsyncClient, provinces: tuple[Province, Province], statements: Statements
) -> None:
    answer = await web.get("/anyone")
    assert answer.json() == f"anonymous of {provinces[0].tenant_id}"
    assert len(statements) == 0


async def test_a_token_makes_a_citizen_or_an_officer_by_one_statement(
    web: httpx.AsyncClient,
    staff: dict[str, str],
    citizen: dict[str, str],
    provinces: tuple[Province, Province],
    statements: Statements,
) -> None:
    tenant = provinces[0].tenant_id
    statements.clear()
    assert (await web.get("/anyone", headers=staff)).json() == f"staff of {tenant}"
    assert len(statements) == 1
    assert (await web.get("/anyone", headers=citizen)).json() == f"citizen of {tenant}"
    assert len(statements) == 2


async def test_only_officers_reach_what_is_theirs(
    web: httpx.AsyncClient, staff: dict[str, str], citizen: dict[str, str]
) -> None:
    assert (await web.get("/staff", headers=staff)).status_code == 200
    for headers in ({}, citizen):
        answer = await web.get("/staff", headers=headers)
        assert answer.status_code == 401
        assert slug(answer) == "sign-in-needed"


async def test_only_citizens_reach_what_is_theirs(
    web: httpx.AsyncClient, staff: dict[str, str], citizen: dict[str, str]
) -> None:
    assert (await web.get("/citizen", headers=citizen)).status_code == 200
    for headers in ({}, staff):
        assert (await web.get("/citizen", headers=headers)).status_code == 401


async def test_a_role_opens_its_own_doors_only(web: httpx.AsyncClient, staff: dict[str, str]) -> None:
    assert (await web.get("/approver", headers=staff)).status_code == 200
    answer = await web.get("/admin", headers=staff)
    assert answer.status_code == 403
    assert slug(answer) == "forbidden"
    assert "quản trị toàn tỉnh" in answer.json()["detail"]
    assert (await web.get("/admin")).status_code == 401


async def test_an_officers_token_is_worth_nothing_at_another_provinces_host(
    web: httpx.AsyncClient, staff: dict[str, str]
) -> None:
    for path in ("/anyone", "/staff", "/api/v1/auth/session"):
        answer = await web.get(f"http://second.test{path}", headers=staff)
        assert answer.status_code == 401
        assert slug(answer) == "session-expired"


async def test_an_officers_token_names_its_province_at_a_host_that_names_none(
    web: httpx.AsyncClient, staff: dict[str, str], provinces: tuple[Province, Province]
) -> None:
    answer = await web.get("http://127.0.0.1:8000/staff", headers=staff)
    assert answer.json() == f"staff of {provinces[0].tenant_id}"


async def test_an_officer_cannot_sign_in_at_another_provinces_host(web: httpx.AsyncClient) -> None:
    answer = await web.post(f"http://second.test{TOKEN}", json={"username": "hoa", "password": PASSWORD})
    assert slug(answer) == "wrong-credentials"


async def test_a_citizens_token_is_good_in_every_province(
    web: httpx.AsyncClient, citizen: dict[str, str], provinces: tuple[Province, Province]
) -> None:
    answer = await web.get("http://second.test/anyone", headers=citizen)
    assert answer.json() == f"citizen of {provinces[1].tenant_id}"


@pytest.mark.parametrize(
    "authorization",
    [
        b"",
        b"Bearer",
        b"Bearer lts_1_short",
        b"Bearer lts_999999999999_" + b"a" * 43,
        b"Bearer xyz_1_" + b"a" * 43,
        b"Bearer " + b"a" * 60_000,
        b"Basic aG9hOnBhc3N3b3Jk",
        b"Bearer lts_1_" + "ế".encode() * 43,
        b"Bearer lts_1_" + b"\xff\xfe" * 20,
        b"Bearer " + b"lts_1_" + b"a" * 43 + b" " + b"b" * 43,
    ],
    ids=range(10),
)
async def test_garbage_is_refused_without_asking_the_database(
    web: httpx.AsyncClient, authorization: bytes, statements: Statements
) -> None:
    for path in ("/anyone", "/staff"):
        statements.clear()
        answer = await web.get(path, headers=[(b"authorization", authorization)])
        assert answer.status_code == 401
        assert slug(answer) == "unreadable-token"
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert len(statements) == 0


async def test_a_well_formed_token_that_nobody_was_given_is_refused(web: httpx.AsyncClient) -> None:
    for token in (f"lts_1_{'a' * 43}", f"lts_999999999_{'a' * 43}", f"ltc_{'0' * 32}_{'a' * 43}"):
        answer = await web.get("/anyone", headers={"Authorization": f"Bearer {token}"})
        assert slug(answer) == "session-expired"


async def test_a_refusal_speaks_the_readers_language(web: httpx.AsyncClient) -> None:
    vietnamese = await web.get("/staff")
    english = await web.get("/staff", headers={"Accept-Language": "en"})
    assert vietnamese.json()["title"] == "Cần đăng nhập"
    assert english.json()["title"] == "Please sign in"
