"""A line of the log says what happened and never what people wrote."""

from __future__ import annotations

import io
import logging
from typing import Any

import asyncpg
import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from app.db.errors import DatabaseUnavailable, outline
from app.settings import AccessLog
from app.web.logs import CURRENT, JsonLines, TerminalLines, answers, log_answer

PHONE = "0912345678"


class Route:
    path = "/api/v1/reports/{code}"


def a_request() -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/reports/H23-261122-0042",
        "query_string": f"phone={PHONE}".encode(),
        "headers": [(b"tracking-secret", b"very-secret")],
        "route": Route,
        "state": {"request_id": "0123456789abcdef", "tenant": 1},
    }


@pytest.fixture
def said() -> Any:
    """What our loggers write meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("lienthong")
    before = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    yield lambda: [orjson.loads(line) for line in stream.getvalue().splitlines()]
    ours.removeHandler(handler)
    ours.setLevel(before)


def test_an_answer_is_told_by_its_route_and_not_by_its_address(said: Any) -> None:
    log_answer(a_request(), 200, 0.0123, AccessLog.ALL)
    (line,) = said()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": answers.name,
        "message": "answered",
        "request_id": "0123456789abcdef",
        "tenant": 1,
        "method": "GET",
        "route": "/api/v1/reports/{code}",
        "status": 200,
        "duration_ms": 12.3,
    }


def test_only_the_answers_that_are_wanted_are_told(said: Any) -> None:
    for wanted in AccessLog:
        for status in (201, 404, 503):
            log_answer(a_request(), status, 0.001, wanted)
    assert [line["status"] for line in said()] == [201, 404, 503, 404, 503]


def test_what_is_logged_during_a_request_carries_its_id(said: Any) -> None:
    token = CURRENT.set(a_request())
    logging.getLogger("lienthong.test").warning("something happened")
    CURRENT.reset(token)
    logging.getLogger("lienthong.test").warning("something else")
    inside, outside = said()
    assert (inside["request_id"], inside["tenant"], inside["route"]) == ("0123456789abcdef", 1, Route.path)
    assert "request_id" not in outside


def test_an_error_is_told_by_its_place_and_its_kind_and_never_by_its_text(said: Any) -> None:
    def takes(phone: str) -> int:
        return int(phone)

    try:
        try:
            takes(f"{PHONE}x")
        except ValueError as error:
            raise DatabaseUnavailable from error
    except DatabaseUnavailable as error:
        logging.getLogger("lienthong.test").exception("failed on %s", ValueError(PHONE), exc_info=error)
    (line,) = said()
    assert line["errors"] == ["DatabaseUnavailable (database-unavailable)", "ValueError"]
    assert line["trace"][-1].endswith("test_an_error_is_told_by_its_place_and_its_kind_and_never_by_its_text")
    assert line["message"] == "failed on ValueError"
    assert PHONE not in str(line)


def a_database_error(sqlstate: str, message: str, **fields: str) -> asyncpg.PostgresError:
    error: asyncpg.PostgresError = asyncpg.PostgresError.new({"C": sqlstate, "M": message, **fields})
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            a_database_error("23505", f'key "{PHONE}" exists', D=f"Key ({PHONE})", n="pk_reports"),
            "UniqueViolationError 23505 on pk_reports",
        ),
        (a_database_error("22P02", f'invalid input: "{PHONE}"'), "InvalidTextRepresentationError 22P02"),
        (a_database_error("53100", "No space left on device"), "DiskFullError 53100: No space left on device"),
        (DBAPIError("INSERT", {"phone": PHONE}, ValueError(PHONE)), "DBAPIError"),
        (asyncpg.exceptions._base.DataError(f"invalid input for query argument $1: {PHONE}"), "DataError"),
        (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: [Errno 111] Connection refused"),
        (KeyError(PHONE), "KeyError"),
        (TypeError("'NoneType' object is not iterable"), "TypeError: 'NoneType' object is not iterable"),
    ],
)
def test_an_outline_keeps_what_helps_and_drops_what_could_quote(error: Exception, expected: str) -> None:
    assert outline(error) == expected


def test_other_libraries_are_cut_to_their_first_line() -> None:
    record = logging.makeLogRecord(
        {"name": "asyncio", "levelname": "ERROR", "msg": f"Task exception was never retrieved\nfuture: {PHONE}"}
    )
    assert orjson.loads(JsonLines().format(record))["message"] == "Task exception was never retrieved"


def test_a_terminal_shows_one_short_line() -> None:
    scope = a_request()
    scope["state"]["problem"] = "not-found"
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(TerminalLines().format(record))

    handler = Kept()
    answers.addHandler(handler)
    log_answer(scope, 503, 0.002, AccessLog.ALL)
    answers.removeHandler(handler)
    assert lines[0][9:] == "GET /api/v1/reports/{code} 503 not-found 2.0 ms"
