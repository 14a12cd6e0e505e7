"""Other systems manage their own subscriptions, within the limits of their keys. Others' are not there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status

from app.catalogue.errors import UnknownCategory
from app.clients import service
from app.clients.deps import Subscriber
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant
from app.identity.deps import NamedKey
from app.identity.errors import ClientNeeded, KeyRefused
from app.kit.problems import Forbidden
from app.outbox.errors import EventsForgotten, PositionAhead
from app.subscriptions import service as subscriptions
from app.subscriptions.deps import Answers, AskedLog, AtDesk
from app.subscriptions.errors import (
    DeliveryNotFound,
    InvalidSubscription,
    MessageForgotten,
    ReplayUnderWay,
    SecretsOverlap,
    StaleSubscription,
    SubscriptionNotFound,
    TooManySubscriptions,
)
from app.subscriptions.schemas import (
    DeliveryListOut,
    DeliveryOut,
    NewSecretOut,
    ReplayIn,
    RotationIn,
    SubscriptionIn,
    SubscriptionListOut,
    SubscriptionOut,
)
from app.web.cursors import ForeignCursor, UnreadableCursor
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded
from app.web.idempotency import IdempotencyKeyReused, UnreadableIdempotencyKey
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork, WriteWork

router = APIRouter(prefix="/api/v1/client/subscriptions", tags=["client"])

Id = Annotated[UUID, Path(description="Mã đăng ký. Id of the subscription.")]
_MAY = (ClientNeeded, KeyRefused, Forbidden)
_ONE = (*_MAY, SubscriptionNotFound)
_CHECKED = (InvalidSubscription, UnknownCategory, AreaOutsideTenant)
_REPEATED = (UnreadableIdempotencyKey, IdempotencyKeyReused)
_SEEN = (UnreadableIfMatch, VersionNeeded, StaleSubscription)


@router.get("", responses=problem_responses(*_MAY))
async def list_own_subscriptions(work: ReadWork, actor: Subscriber, directory: CurrentDirectory) -> SubscriptionListOut:
    """Các đăng ký nhận sự kiện của hệ thống bạn, cũ trước. Your own webhooks, oldest first."""
    found = await subscriptions.list_subscriptions(work, actor)
    return SubscriptionListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_MAY, TooManySubscriptions, *_CHECKED, *_REPEATED),
)
async def create_own_subscription(
    wanted: SubscriptionIn, desk: AtDesk, actor: Subscriber, directory: CurrentDirectory, key: NamedKey
) -> NewSecretOut:
    """Đăng ký nhận sự kiện từ nay về sau, trong phạm vi của khoá. Subscribe to what happens from now on.

    Without an area or a unit it is about all within the key's limits. The secret is shown in this answer only, and in
    the answer to the same request with the same `Idempotency-Key`.
    """
    asked = service.within(actor, wanted.wanted(directory, actor.tenant_id), directory)
    return await desk.create(actor, wanted, asked, key)


@router.get("/{id}", responses=problem_responses(*_ONE))
async def get_own_subscription(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: Subscriber,
    answers: Answers,
) -> SubscriptionOut:
    """Một đăng ký của bạn và tình trạng của nó. One of your subscriptions and how it stands."""
    return answers.one(actor, await subscriptions.get_subscription(work, actor, id))


@router.put("/{id}", responses=problem_responses(*_ONE, *_CHECKED, *_SEEN))
async def change_own_subscription(
    id: Id,  # noqa: A002
    wanted: SubscriptionIn,
    desk: AtDesk,
    actor: Subscriber,
    directory: CurrentDirectory,
    seen: ExpectedVersion,
) -> SubscriptionOut:
    """Thay nội dung đăng ký. Replace it; what waits goes to the new URL. `If-Match` names the version you saw."""
    asked = service.within(actor, wanted.wanted(directory, actor.tenant_id), directory)
    return await desk.change(actor, id, asked, seen)


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(*_ONE))
async def delete_own_subscription(id: Id, work: WriteWork, actor: Subscriber) -> None:  # noqa: A002
    """Thôi nhận; những gì đang chờ bị bỏ. Stop for good; what waits is dropped."""
    await subscriptions.delete_subscription(work, actor, id)


@router.post("/{id}/pause", responses=problem_responses(*_ONE))
async def pause_own_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: Subscriber,
    answers: Answers,
) -> SubscriptionOut:
    """Tạm dừng: sự kiện được giữ lại chờ. Pause: events wait."""
    return answers.one(actor, await subscriptions.pause_subscription(work, actor, id))


@router.post("/{id}/resume", responses=problem_responses(*_ONE, InvalidSubscription))
async def resume_own_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: Subscriber,
    answers: Answers,
) -> SubscriptionOut:
    """Gửi tiếp, bắt đầu ngay từ những gì đang chờ. Go on, at once, with all that waits.

    422: đăng ký rộng hơn phạm vi của khoá, hãy sửa trước. 422 when it reaches further than your key: change it first.
    """
    return answers.one(actor, await service.resume_subscription(work, actor, id, directory=answers.directory))


@router.post("/{id}/secret", responses=problem_responses(*_ONE, SecretsOverlap))
async def rotate_own_secret(
    id: Id,  # noqa: A002
    rotation: RotationIn,
    desk: AtDesk,
    actor: Subscriber,
) -> NewSecretOut:
    """Đổi bí mật; trong thời gian gối đầu có hai chữ ký. A new secret; both sign while they overlap."""
    return await desk.rotate(actor, id, rotation)


@router.post("/{id}/trial", status_code=status.HTTP_202_ACCEPTED, responses=problem_responses(*_ONE))
async def send_own_trial(id: Id, work: WriteWork, actor: Subscriber) -> DeliveryOut:  # noqa: A002
    """Gửi thử một sự kiện `subscription.trial`. Send a trial; the log tells the outcome."""
    return DeliveryOut.of(await subscriptions.send_trial(work, actor, id))


@router.get("/{id}/deliveries", responses=problem_responses(*_ONE, UnreadableCursor, ForeignCursor))
async def list_own_deliveries(id: Id, asked: AskedLog, work: ReadWork, actor: Subscriber) -> DeliveryListOut:  # noqa: A002
    """Nhật ký gửi, mới nhất trước. The log of deliveries, newest first."""
    found = await subscriptions.list_deliveries(
        work, actor, id, state=asked.state, before=asked.before, limit=asked.limit + 1
    )
    return asked.answer(found)


@router.post(
    "/{id}/deliveries/{delivery}/redeliver",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*_ONE, DeliveryNotFound, MessageForgotten),
)
async def redeliver_own(id: Id, delivery: UUID, work: WriteWork, actor: Subscriber) -> DeliveryOut:  # noqa: A002
    """Gửi lại một sự kiện, vẫn `webhook-id` cũ. Deliver one event again, under the same `webhook-id`."""
    return DeliveryOut.of(await subscriptions.redeliver(work, actor, id, delivery))


@router.post(
    "/{id}/replay",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(*_ONE, ReplayUnderWay, EventsForgotten, PositionAhead),
)
async def replay_own_events(
    id: Id,  # noqa: A002
    asked: ReplayIn,
    work: WriteWork,
    database: CurrentDatabase,
    actor: Subscriber,
    answers: Answers,
) -> SubscriptionOut:
    """Phát lại mọi sự kiện sau một vị trí; 410: không còn đủ. Deliver (again) all after a position; 410: not kept."""
    return answers.one(actor, await subscriptions.replay_events(work, database, actor, id, after=asked.after))
