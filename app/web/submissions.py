"""What a device sends under an id that it made: sent again, whenever and with whatever token, it gets its answer again.

The id is not secret; the device's key is, of which only a hash is kept. The answer is kept with its effect, as with
`Idempotency-Key` (idempotency.py), but for longer than a device is away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Depends, Header
from pydantic import BaseModel

from app.db.engine import Database
from app.db.work import HotWork, Work
from app.kit.ids import TenantId
from app.kit.problems import BadRequest, Conflict, Invalid
from app.kit.text import Text

from .idempotency import Answer, IdempotencyKeyReused, request_hash
from .models import Submission
from .repository import SubmissionRepository

KEEP_SUBMISSIONS = timedelta(days=400)
FORGET_BATCH_ROWS = 1000
_KEY = re.compile(r"[!-~]{22,200}")


class DeviceKeyNeeded(Invalid):
    """Something comes under an id of the device, without the key by which the device is known again."""

    slug = "device-key-needed"
    title = Text("Thiếu khoá của thiết bị", "The device's key is missing")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what it is."""
        return Text(
            "Khi tự đặt id, hãy gửi kèm tiêu đề Device-Key: một giá trị ngẫu nhiên của riêng máy, từ 22 ký tự.",
            "With an id of your own send the header Device-Key: a random value of this device alone, 22 characters "
            "or more.",
        )


class UnreadableDeviceKey(BadRequest):
    """The key is too short, too long or not printable ASCII."""

    slug = "unreadable-device-key"
    title = Text("Device-Key không hợp lệ", "The Device-Key is not valid")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what a key looks like."""
        return Text(
            "Hãy dùng 128 bit ngẫu nhiên viết bằng chữ, 22 đến 200 ký tự ASCII, và giữ nguyên trên máy.",
            "Use 128 random bits in text, 22 to 200 ASCII characters, and keep them on the device.",
        )


class SubmissionIdTaken(Conflict):
    """Another device has sent something under this id."""

    slug = "submission-id-taken"
    title = Text("Id này đã được dùng", "The id is taken")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Id này thuộc về một lần gửi từ máy khác; chưa có gì được ghi. Hãy gửi lại với một UUIDv7 mới.",
            "The id belongs to something that another device sent; nothing was written. Send it with a new UUIDv7.",
        )


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a device sends: its id, who knows the device's key (as a hash), and what it says."""

    id: UUID
    device: bytes
    request: bytes

    @classmethod
    def of(cls, submission_id: UUID, device: bytes | None, body: BaseModel) -> Submitted:
        """The body under this id. Raises: DeviceKeyNeeded."""
        if device is None:
            raise DeviceKeyNeeded
        return cls(submission_id, device, request_hash(body))

    def keep(self, work: HotWork | Work, tenant_id: TenantId, answer: Answer) -> None:
        """Write the answer together with its effect, or neither when the id was answered before.

        `answer` must hold no secret.
        """
        row = {"tenant_id": tenant_id, "id": self.id, "device_hash": self.device, "request_hash": self.request}
        row |= {"created_at": work.now, "status": answer.status, "answer": answer.body}
        work.put_once(Submission.__table__, row)  # type: ignore[arg-type]

    async def find(self, db: Database, tenant_id: TenantId) -> Answer | None:
        """The answer given before. One statement. Raises: SubmissionIdTaken, IdempotencyKeyReused."""
        row = await db.lane.fetchrow(_FIND, tenant_id, self.id)
        if row is None:
            return None
        return self.again(row["device_hash"], row["request_hash"], row["status"], orjson.loads(row["answer"]))

    def again(self, device: bytes, request: bytes, status: int, body: dict[str, object]) -> Answer:
        """What is kept, if it is this device's and says the same. Raises: SubmissionIdTaken, IdempotencyKeyReused."""
        if device != self.device:
            raise SubmissionIdTaken
        if request != self.request:
            raise IdempotencyKeyReused
        return Answer(status, body)


_FIND = "SELECT device_hash, request_hash, status, answer FROM submissions WHERE tenant_id = $1 AND id = $2"


async def answered_once(
    work: Work, tenant_id: TenantId, submitted: Submitted, verb: Callable[[], Awaitable[Answer]]
) -> Answer:
    """The verb's answer; what was answered before is answered again without running the verb.

    The id is taken before the verb runs: of two at once the second waits for the first. Raises: SubmissionIdTaken,
    IdempotencyKeyReused.
    """
    repository = SubmissionRepository(work, tenant_id)
    if not await repository.take(submitted.id, submitted.device, submitted.request):
        kept = await repository.get(submitted.id)
        return submitted.again(kept.device_hash, kept.request_hash, kept.status, kept.answer)
    answer = await verb()
    await repository.keep(submitted.id, answer.status, answer.body)
    return answer


async def forget_old_submissions(work: Work, tenant_id: TenantId) -> int:
    """Number of answers older than `KEEP_SUBMISSIONS` that were forgotten, at most `FORGET_BATCH_ROWS`."""
    return await SubmissionRepository(work, tenant_id).forget(work.now - KEEP_SUBMISSIONS, FORGET_BATCH_ROWS)


def read_device_key(value: str | None) -> bytes | None:
    """The hash by which the device is known, None when it gave no key. Raises: UnreadableDeviceKey."""
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        raise UnreadableDeviceKey
    return hashlib.sha256(f"device\n{value}".encode()).digest()


async def device_of(
    device_key: Annotated[
        str | None,
        Header(
            description="Giá trị ngẫu nhiên của riêng máy. A random value of this device alone, kept on it.",
            json_schema_extra={"minLength": 22, "maxLength": 200, "pattern": "^[!-~]+$"},
        ),
    ] = None,
) -> bytes | None:
    """The device that sends, as a hash. Raises: UnreadableDeviceKey."""
    return read_device_key(device_key)


_SKEWED: timedelta = timedelta(minutes=1)
_MOST_S = 2_000_000_000


def clock_skew_s(sent_at: str | None, now: datetime) -> int | None:
    """By how many seconds the device's clock is ahead (below 0: behind), as its `Client-Time` says.

    None within a minute, and when it says nothing that can be read: a clock is a hint, never a reason to refuse.
    """
    if sent_at is None:
        return None
    try:
        said = datetime.fromisoformat(sent_at)
    except ValueError:
        return None
    if said.tzinfo is None or abs(said - now) < _SKEWED:
        return None
    return max(-_MOST_S, min(_MOST_S, round((said - now).total_seconds())))


SendingDevice = Annotated[bytes | None, Depends(device_of)]
