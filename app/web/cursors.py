"""Opaque cursors of keyset pages, bound to the query that made them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import orjson

from app.kit.problems import BadRequest, Gone
from app.kit.text import Text

Row = TypeVar("Row")


class UnreadableCursor(BadRequest):
    """The cursor is not one of ours."""

    slug = "unreadable-cursor"
    title = Text("Con trỏ trang không đọc được", "The cursor cannot be read")

    @classmethod
    def default_detail(cls) -> Text:
        """Say where cursors come from."""
        return Text(
            "Hãy dùng nguyên giá trị next_cursor của trang trước, hoặc bỏ cursor để bắt đầu lại.",
            "Use next_cursor of the page before as it is, or leave cursor out to start again.",
        )


class ForeignCursor(BadRequest):
    """The cursor belongs to another query."""

    slug = "foreign-cursor"
    title = Text("Con trỏ thuộc về truy vấn khác", "The cursor belongs to another query")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Con trỏ chỉ dùng được với đúng bộ lọc và cách sắp xếp đã tạo ra nó. Hãy bỏ cursor để bắt đầu lại.",
            "A cursor goes only with the filters and the order that made it. Leave cursor out to start again.",
        )


class CursorAhead(Gone):
    """The cursor was never given by the history that the database has: a backup was restored since."""

    slug = "cursor-ahead"
    title = Text("Cần đồng bộ lại từ đầu", "Load everything again")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how."""
        return Text(
            "Hệ thống vừa được khôi phục từ bản sao lưu. Hãy gọi lại không kèm cursor; điều chưa gửi thì vẫn giữ.",
            "A backup was restored. Ask again without a cursor, and keep what has not been sent yet.",
        )


def _fingerprint(query: Mapping[str, object]) -> str:
    known = {name: str(value) for name, value in query.items() if value is not None}
    return hashlib.blake2b(orjson.dumps(known, option=orjson.OPT_SORT_KEYS), digest_size=6).hexdigest()


def make_cursor(query: Mapping[str, object], keys: Sequence[str | int | float]) -> str:
    """A cursor that continues `query` (its filters and order, without the cursor) after the row with `keys`."""
    raw = orjson.dumps([_fingerprint(query), *keys])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(query: Mapping[str, object], cursor: str, *kinds: type) -> list[str | int | float]:
    """The keys in `cursor`, one of each of `kinds`. Raises: UnreadableCursor, ForeignCursor."""
    if len(cursor) > 512:
        raise UnreadableCursor
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise UnreadableCursor from error
    if not isinstance(raw, list) or len(raw) != len(kinds) + 1:
        raise UnreadableCursor
    if raw[0] != _fingerprint(query):
        raise ForeignCursor
    keys: list[str | int | float] = raw[1:]
    if any(type(key) is not kind for key, kind in zip(keys, kinds, strict=True)):
        raise UnreadableCursor
    return keys


def make_id_cursor(query: Mapping[str, object], last: UUID) -> str:
    """A cursor that continues `query` after the row with that id."""
    return make_cursor(query, [str(last)])


def read_id_cursor(query: Mapping[str, object], cursor: str) -> UUID:
    """The id in `cursor`. Raises: UnreadableCursor, ForeignCursor."""
    (last,) = read_cursor(query, cursor, str)
    return id_in(last)


class IdPage(Generic[Row]):
    """A page of what a query finds in the order of ids: where it begins, and where the next one does."""

    def __init__(
        self, query: Mapping[str, object], cursor: str | None, limit: int, id_of: Callable[[Row], UUID]
    ) -> None:
        """`query`: its filters, without the cursor. Raises: UnreadableCursor, ForeignCursor."""
        self.before = read_id_cursor(query, cursor) if cursor is not None else None
        self.limit = limit
        self._query, self._id_of = query, id_of

    def following(self, found: Sequence[Row]) -> str | None:
        """The cursor of the next page when one more than a page was found; None after the last."""
        return make_id_cursor(self._query, self._id_of(found[self.limit - 1])) if len(found) > self.limit else None


def id_in(key: object) -> UUID:
    """The id that a cursor's key says. Raises: UnreadableCursor."""
    try:
        return UUID(str(key))
    except ValueError as error:
        raise UnreadableCursor from error


def position_in(key: object) -> int:
    """The position that a cursor's key says, one that PostgreSQL can hold. Raises: UnreadableCursor."""
    if not isinstance(key, int) or not 0 <= key < 1 << 63:
        raise UnreadableCursor
    return key


def instant_in(key: object) -> datetime:
    """The instant that a cursor's key says, one that PostgreSQL holds in every zone. Raises: UnreadableCursor."""
    try:
        instant = datetime.fromisoformat(str(key))
    except ValueError as error:
        raise UnreadableCursor from error
    if instant.tzinfo is None or not 1900 < instant.year < 2200:
        raise UnreadableCursor
    return instant
