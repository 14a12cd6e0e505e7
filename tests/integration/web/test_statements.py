"""What one request costs the database: counted where statements leave for PostgreSQL.

They are what a server is sized by; a change that raises one is looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from app.cases.terms import CaseState
from app.identity.terms import Role
from app.process import Process
from tests.builders import a_case, an_officer
from tests.statements import Statements

INTAKE = 2  # counted by whom and from where; then report, case, history, event, kept answer whole
CODES_BLOCK = 1  # a block of case numbers, in a transaction of its own: once in up to 256 reports
PUBLIC_READ = 1
PUBLIC_PAGE = 1
OWN_READ = 2  # the report with its case, its history
QUEUE_PAGE = 2  # who asks, the page
CASE_READ = 3  # who asks, the case, its history
VERB = 5  # who asks, the tenant of the transaction, the locked case, its change, its history and event

LAMP = {
    "category": "lighting.street_lamp",
    "description": "Đèn không sáng.",
    "location": {"lat": 20.9467, "lon": 106.3134},
}
KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


@pytest.mark.parametrize("headers", [{}, KEY], ids=["without a key", "with a key"])
async def test_an_intake_is_counted_and_written_by_a_statement_each_and_now_and_then_takes_a_block_of_numbers(
    client: httpx.AsyncClient, statements: Statements, headers: dict[str, str]
) -> None:
    await client.post("/api/v1/reports", json=LAMP)
    statements.clear()
    assert (await client.post("/api/v1/reports", json=LAMP, headers=headers)).status_code == 201
    blocks = [text for text in statements.texts if "code_counters" in text]
    assert len(blocks) <= CODES_BLOCK
    assert len(statements) - len(blocks) == INTAKE
    assert statements.round_trips == len(statements), "a single statement needs no BEGIN and no COMMIT"


async def test_an_urgent_intake_is_one_statement(client: httpx.AsyncClient, statements: Statements) -> None:
    urgent = {**LAMP, "category": "drainage.manhole_cover"}
    assert (await client.post("/api/v1/reports", json=urgent)).status_code == 201
    assert len([text for text in statements.texts if "code_counters" not in text]) == 1, statements.texts


async def test_reading_a_public_case_or_a_page_of_them_is_one_statement(
    client: httpx.AsyncClient, process: Process, drain: Callable[[], Awaitable[int]], statements: Statements
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    await drain()
    for url, cost in ((f"/api/v1/reports/{filed.code}", PUBLIC_READ), ("/api/v1/public/cases", PUBLIC_PAGE)):
        statements.clear()
        assert (await client.get(url)).status_code == 200
        assert len(statements) == cost, statements.texts


async def test_a_sender_reads_an_own_report_in_two_statements(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    filed = await a_case(process, CaseState.IN_PROGRESS)
    statements.clear()
    assert (await client.get(f"/api/v1/reports/{filed.code}", headers=filed.owner)).status_code == 200
    assert len(statements) == OWN_READ, statements.texts


@pytest.mark.parametrize("unit", ["H23.21.01", "H23.21", "H23"])
async def test_a_page_of_a_queue_is_one_statement_however_many_units_and_cases(
    client: httpx.AsyncClient, process: Process, statements: Statements, unit: str
) -> None:
    for _ in range(3):
        await a_case(process)
    officer = await an_officer(process, unit=unit)
    for url in ("/api/v1/staff/queue", "/api/v1/staff/cases"):
        statements.clear()
        page = await client.get(url, headers=officer.headers)
        assert len(page.json()["items"]) == 3
        assert len(statements) == QUEUE_PAGE, statements.texts


async def test_a_case_is_read_in_three_statements_and_changed_in_five(
    client: httpx.AsyncClient, process: Process, statements: Statements
) -> None:
    filed = await a_case(process)
    officer = await an_officer(process, Role.OFFICER)
    url = f"/api/v1/staff/cases/{filed.code}"
    statements.clear()
    seen = (await client.get(url, headers=officer.headers)).headers["etag"]
    assert len(statements) == CASE_READ, statements.texts
    statements.clear()
    changed = await client.post(f"{url}/accept", headers={**officer.headers, "If-Match": seen})
    assert changed.status_code == 200
    assert len(statements) == VERB, statements.texts


async def test_who_is_nobody_costs_nothing(client: httpx.AsyncClient, process: Process, statements: Statements) -> None:
    filed = await a_case(process)
    statements.clear()
    for url in ("/api/v1/staff/queue", f"/api/v1/staff/cases/{filed.code}"):
        assert (await client.get(url)).status_code == 401
    assert (await client.post(f"/api/v1/staff/cases/{filed.code}/accept")).status_code == 401
    assert len(statements) == 0, statements.texts
