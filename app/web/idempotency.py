"""`Idempotency-Key`: the same key and body get the same answer, whatever was lost on the way.

The answer is kept in the transaction of its effect. Source: draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.db.engine import Database
from app.db.work import HotWork, Work
from app.kit.ids import TenantId
from app.kit.problems import BadRequest, Invalid
from app.kit.text import Text

from .answers import json_answer
from .models import IdempotencyKey
from .repository import AnswerRepository

KEEP_ANSWERS = timedelta(days=7)
FORGET_BATCH_ROWS = 1000


class UnreadableIdempotencyKey(BadRequest):
    """The key is empty, too long or not printable ASCII."""

    slug = "unreadable-idempotency-key"
    title = Text("Idempotency-Key không hợp lệ", "The Idempotency-Key is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what a key looks like."""
        return Text(
            "Hãy dùng một giá trị riêng cho mỗi lần gửi, 8 đến 200 ký tự ASCII, ví dụ một UUID.",
            "Use one value of its own for each submission, 8 to 200 ASCII characters, for example a UUID.",
        )


class IdempotencyKeyReused(Invalid):
    """The key came before with another body."""

    slug = "idempotency-key-reused"
    title = Text("Idempotency-Key đã dùng cho nội dung khác", "The Idempotency-Key was used with another body")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Khoá này đã được dùng để gửi một nội dung khác. Nội dung mới chưa được ghi; hãy gửi lại với khoá mới.",
            "This key was used to send something else. The new content was not written; send it with a new key.",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: enough to answer it again. `body` must hold no secret."""

    status: int
    body: dict[str, Any]


def is_key(text: str) -> bool:
    """Whether the text can be a key: 8 to 200 printable ASCII characters."""
    return 8 <= len(text) <= 200 and text.isascii() and text.isprintable()


async def idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="One value for each submission; send it again when you repeat the submission",
            json_schema_extra={"minLength": 8, "maxLength": 200, "pattern": "^[!-~]+$"},
        ),
    ] = None,
) -> str | None:
    """The request's key, None when it has none. Raises: UnreadableIdempotencyKey."""
    if idempotency_key is None:
        return None
    key = idempotency_key.strip().strip('"')
    if not is_key(key):
        raise UnreadableIdempotencyKey
    return key


GivenKey = Annotated[str | None, Depends(idempotency_key)]


def key_hash(key: str, owner: str, path: str) -> bytes:
    """Name under which an answer is kept: nobody can ask for another person's or another address's answer."""
    return hashlib.sha256(f"{owner}\n{path}\n{key}".encode()).digest()


def request_hash(body: BaseModel) -> bytes:
    """What the body said, independent of white space and of the order of its members.

    A member that is left out, or says what is understood without it, counts for nothing: what was sent to one release
    is repeated to the next, which may know members more.
    """
    said = body.model_dump(mode="json", exclude_unset=True, exclude_defaults=True)
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).digest()


def keep_answer(work: HotWork | Work, tenant: TenantId, key: bytes, request: bytes, answer: Answer) -> None:
    """Write the answer together with its effect, or neither when the key was answered before."""
    work.put_once(
        IdempotencyKey.__table__,  # type: ignore[arg-type]
        {
            "tenant_id": tenant,
            "key_hash": key,
            "request_hash": request,
            "created_at": work.now,
            "status": answer.status,
            "answer": answer.body,
        },
    )


def _again(stored_request: bytes, request: bytes, status: int, body: dict[str, Any]) -> Answer:
    if stored_request != request:
        raise IdempotencyKeyReused
    return Answer(status, body)


_FIND = "SELECT request_hash, status, answer FROM idempotency_keys WHERE tenant_id = $1 AND key_hash = $2"


async def find_answer(db: Database, tenant: TenantId, key: bytes, request: bytes) -> Answer | None:
    """The answer kept under `key`, by one statement of its own. Raises: IdempotencyKeyReused."""
    row = await db.lane.fetchrow(_FIND, tenant, key)
    return _again(row["request_hash"], request, row["status"], orjson.loads(row["answer"])) if row else None


async def answer_once(
    work: Work,
    tenant: TenantId,
    key: bytes | None,
    body: BaseModel,
    verb: Callable[[], Awaitable[Answer]],
) -> Response:
    """The verb's answer; when the key was answered before, that answer again without running the verb.

    Raises: IdempotencyKeyReused.
    """
    answer = await once(work, tenant, key, body, verb)
    return json_answer(answer.body, status=answer.status)


async def once(
    work: Work,
    tenant: TenantId,
    key: bytes | None,
    body: BaseModel,
    verb: Callable[[], Awaitable[Answer]],
) -> Answer:
    """The same for whoever has something to add that may not be kept: a secret.

    The key is taken before the verb runs: of two requests with one key at the same moment the second waits for the
    first one's commit and then gives its answer again. Raises: IdempotencyKeyReused.
    """
    if key is None:
        return await verb()
    request = request_hash(body)
    repository = AnswerRepository(work, tenant)
    if not await repository.take(key, request):
        kept = await repository.get(key)
        return _again(kept.request_hash, request, kept.status, kept.answer)
    answer = await verb()
    await repository.keep(key, answer.status, answer.body)
    return answer


async def forget_old_answers(work: Work, tenant: TenantId) -> int:
    """Number of answers older than `KEEP_ANSWERS` that were forgotten, at most `FORGET_BATCH_ROWS`."""
    return await AnswerRepository(work, tenant).forget(work.now - KEEP_ANSWERS, FORGET_BATCH_ROWS)


def stranger(connection: HTTPConnection) -> str:
    """Whoever sends without an account: the digest of what opens the report to him, if anything does."""
    secret = connection.headers.get("tracking-secret", "")
    return hashlib.sha256(secret.encode()).hexdigest()[:16] if secret else ""
