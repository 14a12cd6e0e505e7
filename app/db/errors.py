"""What a driver's error means to a caller: retry, refuse, or a problem for the person."""

from __future__ import annotations

import re

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError

from app.kit.problems import Problem, Unavailable
from app.kit.text import Text

_SHARD_SUFFIX = re.compile(r"_\d{5,}$")
_NAMED = re.compile(r'constraint "([^"]+)"')
_RETRY = frozenset({"40001", "40P01"})
_DOWN_CLASSES = ("08", "53", "55P03", "57")  # 55P03, 57014: it waited for a lock, or took, longer than it may
_QUOTING_CLASSES = ("22", "23", "42")  # their messages quote values, or the statement
_PLAIN = (OSError, AttributeError, NameError, TypeError, ImportError, asyncpg.InterfaceError)


class DatabaseUnavailable(Unavailable):
    """The database does not answer, or its answer was lost: a POST may be repeated with the same Idempotency-Key."""

    slug = "database-unavailable"
    title = Text("Cơ sở dữ liệu tạm thời không trả lời", "The database does not answer for the moment")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that repeating is safe."""
        return Text(
            "Vui lòng gửi lại sau ít giây; gửi lại với cùng Idempotency-Key sẽ không tạo hai phản ánh.",
            "Please repeat in a few seconds; repeating with the same Idempotency-Key never creates two reports.",
        )


class Crowded(Unavailable):
    """Several changes of the same things met; the database let another one go first."""

    slug = "crowded"
    title = Text("Nhiều người cùng cập nhật một lúc", "Several changes met at once")

    @classmethod
    def default_detail(cls) -> Text:
        """Say that nothing was written."""
        return Text(
            "Có thay đổi khác đến cùng lúc và được làm trước. Chưa có gì được ghi; vui lòng gửi lại.",
            "Another change came at the same moment and went first. Nothing was written; please send it again.",
        )


def sqlstate(error: BaseException) -> str:
    """SQLSTATE of a driver's or SQLAlchemy's error, empty when there is none."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")


def constraint(error: BaseException) -> str:
    """Name of the violated constraint, without a shard's suffix; empty when the error names none."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(origin, "constraint_name", None) or getattr(
        getattr(origin, "__cause__", None), "constraint_name", None
    )
    if not name:
        found = _NAMED.search(str(origin))
        name = found.group(1) if found else ""
    return _SHARD_SUFFIX.sub("", name)


def may_retry(error: BaseException) -> bool:
    """Whether running the whole transaction again is likely to help: serialization failure or deadlock."""
    state = sqlstate(error)
    return state in _RETRY or (state == "XX000" and "could not commit transaction" in str(error))


def is_down(error: BaseException) -> bool:
    """Whether the database could not be reached, starts or stops, is full or slow, or dropped the connection."""
    if isinstance(error, InterfaceError):
        return True
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            or sqlstate(error).startswith(_DOWN_CLASSES)
            or (error.orig is not None and is_down(error.orig))
        )
    if isinstance(error, asyncpg.PostgresError):
        return sqlstate(error).startswith(_DOWN_CLASSES)
    return isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def outline(error: BaseException) -> str:
    """What a log may say of `error`: its type, and its message only where that cannot quote what people wrote."""
    name = type(error).__name__
    if isinstance(error, Problem):
        return f"{name} ({error.slug})"
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if state := sqlstate(origin):
        named = constraint(origin)
        if named:
            return f"{name} {state} on {named}"
        quoting = state.startswith(_QUOTING_CLASSES)
        return f"{name} {state}" if quoting else f"{name} {state}: {str(origin).partition(chr(10))[0]}"
    if isinstance(error, _PLAIN) and not isinstance(error, ValueError) and str(error):
        return f"{name}: {error}"
    return name
