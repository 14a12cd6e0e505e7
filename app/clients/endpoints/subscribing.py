"""Other systems manage their own subscriptions, within the limits of their keys. Others' are not there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.catalogue.deps import CurrentCatalogue
from app.catalogue.errors import UnknownCategory
from app.clients import service
from app.clients.deps import AskedOwnLog, Subscriber
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant
from app.identity.deps import CurrentKeyring, NamedKey
from app.identity.errors import ClientNeeded, KeyRefused
from app.kit.problems import Forbidden
from app.outbox.errors import EventsForgotten
from app.subscriptions import service as subscriptions
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
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.idempotency import Answer, IdempotencyKeyReused, UnreadableIdempotencyKey, once
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase, PrivateAddresses
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
    wanted: SubscriptionIn,
    work: WriteWork,
    actor: Subscriber,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    keys: CurrentKeyring,
    private: PrivateAddresses,
    key: NamedKey,
    response: Response,
) -> NewSecretOut:
    """Đăng ký nhận sự kiện từ nay về sau, trong phạm vi của khoá. Subscribe to what happens from now on.

    Without an area or a unit it is about all within the key's limits. The secret is shown in this answer only, and in
    the answer to the same request with the same `Idempotency-Key`.
    """
    asked = service.within(actor, wanted.wanted(directory, actor.tenant_id), directory)

    async def make() -> Answer:
        made = await subscriptions.create_subscription(
            work, actor, asked, keys=keys, directory=directory, catalogue=catalogue, private=private
        )
        return Answer(201, SubscriptionOut.of(made, directory.unit_codes(actor.tenant_id)).model_dump(mode="json"))

    made = await once(work, actor.tenant_id, key, wanted, make)
    response.headers["ETag"] = version_tag(made.body["version"])
    secret = await subscriptions.recall_secret(work, actor, UUID(made.body["id"]), keys=keys)
    return NewSecretOut.model_validate({**made.body, "secret": secret})


@router.get("/{id}", responses=problem_responses(*_ONE))
async def get_own_subscription(
    id: Id,  # noqa: A002 - the address says so
    work: ReadWork,
    actor: Subscriber,
    directory: CurrentDirectory,
    response: Response,
) -> SubscriptionOut:
    """Một đăng ký của bạn và tình trạng của nó. One of your subscriptions and how it stands."""
    found = await subscriptions.get_subscription(work, actor, id)
    response.headers["ETag"] = version_tag(found.version)
    return SubscriptionOut.of(found, directory.unit_codes(actor.tenant_id))


@router.put("/{id}", responses=problem_responses(*_ONE, *_CHECKED, *_SEEN))
async def change_own_subscription(
    id: Id,  # noqa: A002
    wanted: SubscriptionIn,
    work: WriteWork,
    actor: Subscriber,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    private: PrivateAddresses,
    seen: ExpectedVersion,
    response: Response,
) -> SubscriptionOut:
    """Thay nội dung đăng ký. Replace it; what waits goes to the new URL. `If-Match` names the version you saw."""
    asked = service.within(actor, wanted.wanted(directory, actor.tenant_id), directory)
    changed = await subscriptions.change_subscription(
        work, actor, id, asked, seen=seen, directory=directory, catalogue=catalogue, private=private
    )
    response.headers["ETag"] = version_tag(changed.version)
    return SubscriptionOut.of(changed, directory.unit_codes(actor.tenant_id))


@router.delete("/{id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(*_ONE))
async def delete_own_subscription(id: Id, work: WriteWork, actor: Subscriber) -> None:  # noqa: A002
    """Thôi nhận; những gì đang chờ bị bỏ. Stop for good; what waits is dropped."""
    await subscriptions.delete_subscription(work, actor, id)


@router.post("/{id}/pause", responses=problem_responses(*_ONE))
async def pause_own_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: Subscriber,
    directory: CurrentDirectory,
) -> SubscriptionOut:
    """Tạm dừng: sự kiện được giữ lại chờ. Pause: events wait."""
    found = await subscriptions.pause_subscription(work, actor, id)
    return SubscriptionOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/resume", responses=problem_responses(*_ONE, InvalidSubscription))
async def resume_own_subscription(
    id: Id,  # noqa: A002
    work: WriteWork,
    actor: Subscriber,
    directory: CurrentDirectory,
) -> SubscriptionOut:
    """Gửi tiếp, bắt đầu ngay từ những gì đang chờ. Go on, at once, with all that waits.

    422: đăng ký rộng hơn phạm vi của khoá, hãy sửa trước. 422 when it reaches further than your key: change it first.
    """
    found = await service.resume_subscription(work, actor, id, directory=directory)
    return SubscriptionOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/secret", responses=problem_responses(*_ONE, SecretsOverlap))
async def rotate_own_secret(
    id: Id,  # noqa: A002
    rotation: RotationIn,
    work: WriteWork,
    actor: Subscriber,
    directory: CurrentDirectory,
    keys: CurrentKeyring,
) -> NewSecretOut:
    """Đổi bí mật; trong thời gian gối đầu có hai chữ ký. A new secret; both sign while they overlap."""
    made = await subscriptions.rotate_secret(work, actor, id, keys=keys, overlap=rotation.overlap)
    return NewSecretOut.with_secret(made, directory.unit_codes(actor.tenant_id))


@router.post("/{id}/trial", status_code=status.HTTP_202_ACCEPTED, responses=problem_responses(*_ONE))
async def send_own_trial(id: Id, work: WriteWork, actor: Subscriber) -> DeliveryOut:  # noqa: A002
    """Gửi thử một sự kiện `subscription.trial`. Send a trial; the log tells the outcome."""
    return DeliveryOut.of(await subscriptions.send_trial(work, actor, id))


@router.get("/{id}/deliveries", responses=problem_responses(*_ONE, UnreadableCursor, ForeignCursor))
async def list_own_deliveries(id: Id, asked: AskedOwnLog, work: ReadWork, actor: Subscriber) -> DeliveryListOut:  # noqa: A002
    """Nhật ký gửi, mới nhất trước. The log of deliveries, newest first."""
    found = await subscriptions.list_deliveries(
        work, actor, id, state=asked.state, before=asked.before, limit=asked.limit + 1
    )
    items = [DeliveryOut.of(one) for one in found[: asked.limit]]
    return DeliveryListOut(items=items, next_cursor=asked.following(found))


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
    responses=problem_responses(*_ONE, ReplayUnderWay, EventsForgotten),
)
async def replay_own_events(
    id: Id,  # noqa: A002
    asked: ReplayIn,
    work: WriteWork,
    database: CurrentDatabase,
    actor: Subscriber,
    directory: CurrentDirectory,
) -> SubscriptionOut:
    """Phát lại mọi sự kiện sau một vị trí; 410: không còn đủ. Deliver (again) all after a position; 410: not kept."""
    found = await subscriptions.replay_events(work, database, actor, id, after=asked.after)
    return SubscriptionOut.of(found, directory.unit_codes(actor.tenant_id))
