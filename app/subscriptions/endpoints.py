"""Staff: the province's administrators decide who outside is told of events."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app.catalogue.errors import UnknownCategory
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant
from app.identity.deps import CurrentStaff, NamedKey
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.outbox.errors import EventsForgotten, PositionAhead
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded
from app.web.idempotency import IdempotencyKeyReused, UnreadableIdempotencyKey
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import Answers, AskedLog, AtDesk
from .errors import (
    DeliveryNotFound,
    InvalidSubscription,
    MessageForgotten,
    ReplayUnderWay,
    SecretsOverlap,
    StaleSubscription,
    SubscriptionNotFound,
    TooManySubscriptions,
)
from .schemas import (
    DeliveryListOut,
    DeliveryOut,
    NewSecretOut,
    ReplayIn,
    RotationIn,
    SubscriptionIn,
    SubscriptionListOut,
    SubscriptionOut,
)

router = APIRouter(prefix="/api/v1/staff/subscriptions", tags=["staff"])

Id = Annotated[UUID, Path(description="Mã đăng ký. Id of the subscription.")]
_ADMIN = problem_responses(StaffNeeded, SessionExpired, Forbidden)
_ONE = problem_responses(StaffNeeded, SessionExpired, Forbidden, SubscriptionNotFound)
_CHECKED = (InvalidSubscription, UnknownCategory, AreaOutsideTenant)
_REPEATED = (UnreadableIdempotencyKey, IdempotencyKeyReused)
_CREATE = problem_responses(StaffNeeded, SessionExpired, Forbidden, TooManySubscriptions, *_CHECKED, *_REPEATED)
_SEEN = (UnreadableIfMatch, VersionNeeded, StaleSubscription)
_CHANGE = problem_responses(StaffNeeded, SessionExpired, Forbidden, SubscriptionNotFound, *_CHECKED, *_SEEN)


@router.get("", responses=_ADMIN)
async def list_subscriptions(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> SubscriptionListOut:
    """Các nơi đăng ký nhận sự kiện (webhook) của tỉnh, cũ trước. The province's webhooks, oldest first."""
    found = await service.list_subscriptions(work, actor)
    return SubscriptionListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post("", status_code=status.HTTP_201_CREATED, responses=_CREATE)
async def create_subscription(
    wanted: SubscriptionIn, desk: AtDesk, actor: CurrentStaff, directory: CurrentDirectory, key: NamedKey
) -> NewSecretOut:
    """Đăng ký nhận sự kiện từ nay về sau; `secret` chỉ hiện một lần. Subscribe to what happens from now on.

    The secret is shown in this answer only, and in the answer to the same request with the same `Idempotency-Key`.
    """
    return await desk.create(actor, wanted, wanted.wanted(directory, actor.tenant_id), key)


@router.get("/{id}", responses=_ONE)
async def get_subscription(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: CurrentStaff,
    answers: Answers,
) -> SubscriptionOut:
    """Một đăng ký và tình trạng của nó. One subscription and how it stands."""
    return answers.one(actor, await service.get_subscription(work, actor, id))


@router.put("/{id}", responses=_CHANGE)
async def change_subscription(
    id: Id,  # noqa: A002
    wanted: SubscriptionIn,
    desk: AtDesk,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
) -> SubscriptionOut:
    """Thay nội dung đăng ký; những gì đang chờ được gửi đến địa chỉ mới. Replace it.

    What waits goes to the new URL. `If-Match` names the version you saw.
    """
    return await desk.change(actor, id, wanted.wanted(directory, actor.tenant_id), seen)


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT, responses=_ONE)
async def delete_subscription(id: Id, work: WriteWork, actor: CurrentStaff) -> None:  # noqa: A002
    """Thôi gửi; những gì đang chờ bị bỏ. Stop for good; what waits is dropped."""
    await service.delete_subscription(work, actor, id)


@router.post("/{id}/pause", responses=_ONE)
async def pause_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    answers: Answers,
) -> SubscriptionOut:
    """Tạm dừng: sự kiện được giữ lại chờ. Pause: events wait."""
    return answers.one(actor, await service.pause_subscription(work, actor, id))


@router.post("/{id}/resume", responses=_ONE)
async def resume_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    answers: Answers,
) -> SubscriptionOut:
    """Gửi tiếp, bắt đầu ngay từ những gì đang chờ. Go on, at once, with all that waits."""
    return answers.one(actor, await service.resume_subscription(work, actor, id))


@router.post("/{id}/secret", responses={**_ONE, **problem_responses(SecretsOverlap)})
async def rotate_secret(
    id: Id,  # noqa: A002
    rotation: RotationIn,
    desk: AtDesk,
    actor: CurrentStaff,
) -> NewSecretOut:
    """Đổi bí mật; trong thời gian gối đầu có hai chữ ký. A new secret; both sign while they overlap."""
    return await desk.rotate(actor, id, rotation)


@router.post("/{id}/trial", status_code=status.HTTP_202_ACCEPTED, responses=_ONE)
async def send_trial(id: Id, work: WriteWork, actor: CurrentStaff) -> DeliveryOut:  # noqa: A002
    """Gửi thử một sự kiện `subscription.trial`; xem kết quả trong nhật ký. Send a trial; the log tells the outcome."""
    return DeliveryOut.of(await service.send_trial(work, actor, id))


@router.get(
    "/{id}/deliveries", responses={**_ONE, **problem_responses(SubscriptionNotFound, UnreadableCursor, ForeignCursor)}
)
async def list_deliveries(id: Id, asked: AskedLog, work: ReadWork, actor: CurrentStaff) -> DeliveryListOut:  # noqa: A002
    """Nhật ký gửi, mới nhất trước. The log of deliveries, newest first."""
    found = await service.list_deliveries(
        work, actor, id, state=asked.state, before=asked.before, limit=asked.limit + 1
    )
    return asked.answer(found)


@router.post(
    "/{id}/deliveries/{delivery}/redeliver",
    status_code=status.HTTP_202_ACCEPTED,
    responses={**_ONE, **problem_responses(SubscriptionNotFound, DeliveryNotFound, MessageForgotten)},
)
async def redeliver(id: Id, delivery: UUID, work: WriteWork, actor: CurrentStaff) -> DeliveryOut:  # noqa: A002
    """Gửi lại một sự kiện, vẫn `webhook-id` cũ. Deliver one event again, under the same `webhook-id`."""
    return DeliveryOut.of(await service.redeliver(work, actor, id, delivery))


@router.post(
    "/{id}/replay",
    status_code=status.HTTP_202_ACCEPTED,
    responses={**_ONE, **problem_responses(ReplayUnderWay, EventsForgotten, PositionAhead)},
)
async def replay_events(
    id: Id,  # noqa: A002
    asked: ReplayIn,
    work: WriteWork,
    database: CurrentDatabase,
    actor: CurrentStaff,
    answers: Answers,
) -> SubscriptionOut:
    """Phát lại mọi sự kiện sau một vị trí. Deliver (again) all after a position.

    410 when not all of it is kept any more.
    """
    return answers.one(actor, await service.replay_events(work, database, actor, id, after=asked.after))
