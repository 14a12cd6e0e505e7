"""Lines of the log: one JSON object an event, one short line for a person at a terminal.

A line says what happened, where in the program and in which request, and never what people wrote: no address or query
of a request, only its route's template; no body, header or token; and no message of an error that could quote them.
"""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import orjson
from starlette.types import Scope

from app.db.errors import outline
from app.settings import AccessLog

CURRENT: ContextVar[Scope | None] = ContextVar("request", default=None)
"""The request that this task serves; a task that outlives it must be started in a context of its own."""

_OURS = "lienthong"
_FRAMES = 15
_MESSAGE_CHARACTERS = 2000
answers = logging.getLogger(f"{_OURS}.answers")


def install(stream: TextIO) -> None:
    """What is logged goes to `stream`, in JSON or, when somebody is watching, in short lines; warnings and worse."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TerminalLines() if stream.isatty() else JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("asyncpg.pool").setLevel(logging.ERROR)  # our own parts say that the database is away
    logging.captureWarnings(capture=True)


def tell_more() -> None:
    """Our own events are logged, not warnings only: for processes that stay."""
    logging.getLogger(_OURS).setLevel(logging.INFO)


def route_of(scope: Scope) -> str:
    """Template of the route that answers, `/api/v1/reports/{code}`; `-` when none does."""
    return getattr(scope.get("route"), "path", None) or "-"


def request_facts(scope: Scope) -> dict[str, object]:
    """What a line may tell of a request."""
    facts: dict[str, object] = {"request_id": scope["state"]["request_id"]}
    if (tenant := scope["state"].get("tenant")) is not None:
        facts["tenant"] = tenant
    facts["method"] = scope["method"]
    facts["route"] = route_of(scope)
    return facts


def log_answer(scope: Scope, status: int, duration_s: float, wanted: AccessLog) -> None:
    """Log that a request was answered, when such answers are `wanted`."""
    level = logging.INFO if status < 500 else logging.WARNING
    if wanted is AccessLog.NONE or (status < 400 and wanted is AccessLog.PROBLEMS) or not answers.isEnabledFor(level):
        return
    facts = request_facts(scope)
    facts["status"] = status
    facts["duration_ms"] = round(duration_s * 1000, 1)
    if problem := scope["state"].get("problem"):
        facts["problem"] = problem
    # Made and handed over directly: `info` would walk the stack to name this very line.
    named = {"name": answers.name, "levelno": level, "levelname": logging.getLevelName(level)}
    answers.handle(logging.makeLogRecord({**named, "msg": "answered", "facts": facts}))


def _message(record: logging.LogRecord) -> str:
    """What the record says. Errors among its arguments are outlined; of foreign loggers the first line is enough.

    asyncio and others put the text of an error on the second.
    """
    if isinstance(record.args, tuple) and record.args:
        record.args = tuple(outline(one) if isinstance(one, BaseException) else one for one in record.args)
    text = record.getMessage()[:_MESSAGE_CHARACTERS]
    return text if record.name.startswith(_OURS) else text.partition("\n")[0]


def _errors(record: logging.LogRecord) -> list[str]:
    """Outlines of the error and of what caused it, outermost first."""
    error = record.exc_info[1] if record.exc_info else None
    found: list[str] = []
    while error is not None and len(found) < 5:
        found.append(outline(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _trace(record: logging.LogRecord) -> list[str]:
    """Where the error came from, innermost last: places in the program, no values."""
    place = record.exc_info[2] if record.exc_info else None
    frames = traceback.extract_tb(place)[-_FRAMES:]
    return [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


class JsonLines(logging.Formatter):
    """One JSON object a line, in UTF-8."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        facts = getattr(record, "facts", None)
        if facts is None and (scope := CURRENT.get()) is not None:
            facts = request_facts(scope)
        line.update(facts or {})
        if errors := _errors(record):
            line["errors"] = errors
            line["trace"] = _trace(record)
        return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


class TerminalLines(logging.Formatter):
    """What a person who tries the program wants to see, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`; places of an error on lines of their own."""
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        facts = getattr(record, "facts", None)
        if facts:
            problem = f" {facts['problem']}" if "problem" in facts else ""
            return f"{time} {facts['method']} {facts['route']} {facts['status']}{problem} {facts['duration_ms']} ms"
        said = " ← ".join([f"{record.levelname} {record.name}: {_message(record)}", *_errors(record)])
        return "\n    ".join([f"{time} {said}", *_trace(record)])
