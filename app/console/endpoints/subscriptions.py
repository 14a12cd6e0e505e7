"""Webhooks: who outside is told of which events; the log of what was sent, and sending it again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.cases.events import EventType
from app.console.acting import Told, acted, led_to, narrowed_to, next_page, seen, told_by
from app.console.actions import label_of
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.views import Group, areas_to_choose, units_to_refer
from app.db.work import Work, read_work
from app.filling.choices import every_category
from app.identity.terms import Actor
from app.kit.ids import UnitId
from app.kit.problems import Conflict
from app.kit.text import Text
from app.publication.terms import Change
from app.subscriptions import service
from app.subscriptions.deps import LogPage
from app.subscriptions.errors import SecretsOverlap
from app.subscriptions.schemas import RotationIn, SubscriptionIn
from app.subscriptions.terms import TRIAL, DeliveryState, Interest, Outcome, PauseReason, Subscription
from app.web.pages import Form, whole_number

router = APIRouter(prefix=f"{PATH}/subscriptions", route_class=ConsoleRoute)
Plain: TypeAlias = Callable[[Work, Actor, UUID], Awaitable[object]]
_LINES: Final = 50
_DONE: Final = frozenset({"changed", "paused", "resumed", "trial", "again"})
_ASKS: Final = {
    "name": Text("Hãy nhập tên nơi nhận.", "Enter the name of whoever is told."),
    "url": Text("Hãy nhập địa chỉ nhận sự kiện.", "Enter the address that events are posted to."),
    "types": Text("Hãy chọn ít nhất một loại sự kiện.", "Choose what it is told of."),
}
_PROMISED: Final = Text(
    "Bí mật trước còn ký kèm đến lúc ghi dưới đây, như đã hẹn với nơi nhận. Hãy đợi đến lúc đó rồi đổi; nếu đã lộ, hãy "
    "chọn “không lúc nào: đã lộ”.",
    "The secret before signs, too, until the time below, as was promised. Wait until then; if it has leaked, choose "
    "“no moment more: it has leaked”.",
)
_PUBLIC: Final = {
    Change.PUBLISHED.value: Text("Vụ việc được công khai", "A case was published"),
    Change.UPDATED.value: Text("Nội dung công khai thay đổi", "What is public of it changed"),
    Change.WITHDRAWN.value: Text("Thôi công khai", "It is public no more"),
}
_TYPES: Final = {
    **_PUBLIC,
    **{one.value: label_of(one.value) for one in EventType},
    TRIAL: Text("Gửi thử", "A trial"),
}
_PAUSES: Final = {
    PauseReason.ADMINISTRATOR: Text("quản trị viên tạm dừng", "by an administrator"),
    PauseReason.UNREACHABLE: Text("ba ngày liền nơi nhận không nhận gì", "nothing was accepted for three days"),
    PauseReason.GONE: Text("nơi nhận báo không còn ở địa chỉ này (410)", "the address said that it is gone (410)"),
}
_STATES: Final = {
    DeliveryState.WAITING: Text("Đang chờ", "Waiting"),
    DeliveryState.DELIVERED: Text("Đã nhận", "Delivered"),
    DeliveryState.DEAD: Text("Đã thôi gửi", "Given up"),
}
_OUTCOMES: Final = {
    Outcome.ACCEPTED: Text("nơi nhận đã nhận", "accepted"),
    Outcome.REFUSED: Text("nơi nhận từ chối", "refused"),
    Outcome.GONE: Text("nơi nhận không còn", "gone"),
    Outcome.TIMEOUT: Text("quá lâu không trả lời", "no answer in time"),
    Outcome.UNREACHABLE: Text("không kết nối được", "no connection"),
    Outcome.FORBIDDEN_ADDRESS: Text("địa chỉ nội bộ, không gửi", "a private address, not sent to"),
    Outcome.FORGOTTEN: Text("nội dung đã được dọn", "no longer kept"),
}


@router.get("")
async def list_subscriptions(desk: Administrator) -> Response:
    """All of the province's webhooks and how each is, oldest first."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_subscriptions(work, desk.actor)
    done = desk.request.query_params.get("done", "")
    return desk.page("subscriptions.html", lines=[_line(desk, one) for one in found], done=done == "deleted")


def _line(desk: Desk, one: Subscription) -> dict[str, Any]:
    directory, interest = desk.books.directory, one.interest
    category = desk.books.catalogue.find(desk.tenant.id, interest.category) if interest.category else None
    return {
        "one": one,
        "paused": _PAUSES[one.pause_reason] if one.pause_reason else None,
        "types": [_TYPES[each] for each in _TYPES if each in interest.types],
        "unit": desk.unit_name(interest.unit_id) if interest.unit_id else None,
        "area": directory.area(desk.tenant.edition, interest.area).name if interest.area else None,
        "category": category.name if category else None,
    }


@router.get("/new")
async def show_new(desk: Administrator) -> Response:
    """The form for another one."""
    return await _new(desk, Told(Form(("types", each) for each in _PUBLIC)))


async def _new(desk: Desk, told: Told) -> Response:
    return desk.page("subscription_new.html", **told.values(), **_choices(desk))


def _choices(desk: Desk) -> dict[str, Any]:
    groups = every_category(desk.books.catalogue, desk.tenant.id, desk.lang)
    return {
        "kinds": (
            (Text("Điều ai cũng xem được", "What anyone may see"), list(_PUBLIC.items())),
            (
                Text("Việc xử lý bên trong", "The handling inside"),
                [(each, name) for each, name in _TYPES.items() if each not in _PUBLIC and each != TRIAL],
            ),
        ),
        "units_here": units_to_refer(desk),
        "areas_here": areas_to_choose(desk),
        "categories_here": [
            Group(group.label, tuple((each.value, each.label) for each in group.options)) for group in groups
        ],
    }


@router.post("")
async def create_subscription(desk: Administrator, form: OwnForm) -> Response:
    """The secret of the new one, shown this once; else the form with what is wrong."""

    async def verb(work: Work) -> Response:
        wanted = _body(form).wanted(desk.books.directory, desk.tenant.id)
        made = await service.create_subscription(work, desk.actor, wanted, **_checking(desk), keys=desk.keys)
        return _key(desk, made, await service.recall_secret(work, desk.actor, made.id, keys=desk.keys))

    return await acted(desk, form, verb, partial(_new, desk), _ASKS)


def _body(form: Form) -> SubscriptionIn:
    """What was filled in. Raises: ValidationError."""
    body = form.filled("name", "url", "area", "category", "unit")
    types = form.many("types")
    return SubscriptionIn.model_validate({**body, **({"types": types} if types else {})})


def _checking(desk: Desk) -> dict[str, Any]:
    books = desk.books
    private = desk.settings.webhook_private_addresses
    return {"directory": books.directory, "catalogue": books.catalogue, "private": private}


def _key(desk: Desk, one: Subscription, secret: str) -> Response:
    return desk.page("subscription_key.html", one=one, key=secret, secret=True)


@router.get("/{id}")
async def show_subscription(desk: Administrator, id: UUID) -> Response:  # noqa: A002 - the address says so
    """One of them with its log, the newest first. Raises: SubscriptionNotFound."""
    return await _shown(desk, id, told_by(desk, _DONE))


def _log_asked(desk: Desk) -> LogPage:
    """The page of the log that the address names; a state that there is none of narrows nothing."""
    asked = desk.request.query_params
    state = narrowed_to(desk, DeliveryState)
    return LogPage(state, asked.get("cursor") or None, _LINES)


async def _shown(
    desk: Desk,
    subscription_id: UUID,
    told: Told,
) -> Response:
    asked = _log_asked(desk)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        one = await service.get_subscription(work, desk.actor, subscription_id)
        found = await service.list_deliveries(
            work, desk.actor, subscription_id, state=asked.state, before=asked.before, limit=asked.limit + 1
        )
    log = asked.answer(found)
    return desk.page(
        "subscription.html",
        **told.having(_as_form(desk, one)).values(),
        deliveries=[(each, _TYPES[each.type], _STATES[each.state]) for each in log.items],
        outcomes=_OUTCOMES,
        state=asked.state,
        states=_STATES,
        more=next_page(log.next_cursor, asked.state),
        **_line(desk, one),
        **_choices(desk),
    )


def _as_form(desk: Desk, one: Subscription) -> Form:
    """The form filled in with what holds."""
    interest = one.interest
    return Form(
        [
            ("name", one.name),
            ("url", one.url),
            ("area", interest.area or ""),
            ("category", interest.category or ""),
            ("unit", _unit_code(desk, interest)),
            *(("types", each) for each in sorted(interest.types)),
        ]
    )


def _unit_code(desk: Desk, interest: Interest) -> str:
    unit_id: UnitId | None = interest.unit_id
    return (desk.books.directory.unit_code(desk.tenant.id, unit_id) or "") if unit_id else ""


@router.post("/{id}")
async def change_subscription(desk: Administrator, id: UUID, form: OwnForm) -> Response:  # noqa: A002
    """As wanted now, what waits goes to the new address; else its page with what is wrong."""

    async def verb(work: Work) -> Response:
        wanted = _body(form).wanted(desk.books.directory, desk.tenant.id)
        await service.change_subscription(work, desk.actor, id, wanted, seen=seen(form), **_checking(desk))
        return led_to(f"{PATH}/subscriptions/{id}", "changed")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="change")


@router.post("/{id}/secret")
async def rotate_secret(desk: Administrator, id: UUID, form: OwnForm) -> Response:  # noqa: A002
    """A new secret, shown this once; the one before signs beside it for the hours that were chosen."""

    async def verb(work: Work) -> Response:
        rotation = RotationIn.model_validate({"overlap_hours": whole_number(form.text("overlap_hours"))})
        try:
            made = await service.rotate_secret(work, desk.actor, id, keys=desk.keys, overlap=rotation.overlap)
        except SecretsOverlap as promised:
            raise Conflict(_PROMISED) from promised
        return _key(desk, *made)

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="secret")


async def _done(desk: Desk, subscription_id: UUID, verb: Plain, done: str) -> Response:
    """The page after what needs nothing filled in."""

    async def one(work: Work) -> Response:
        await verb(work, desk.actor, subscription_id)
        return led_to(f"{PATH}/subscriptions/{subscription_id}", done)

    return await acted(desk, Form(), one, partial(_shown, desk, subscription_id), _ASKS, tried=done)


@router.post("/{id}/pause")
async def pause(desk: Administrator, id: UUID, _form: OwnForm) -> Response:  # noqa: A002
    """Events wait from now on."""
    return await _done(desk, id, service.pause_subscription, "paused")


@router.post("/{id}/resume")
async def resume(desk: Administrator, id: UUID, _form: OwnForm) -> Response:  # noqa: A002
    """All that waits is sent at once."""
    return await _done(desk, id, service.resume_subscription, "resumed")


@router.post("/{id}/trial")
async def send_trial(desk: Administrator, id: UUID, _form: OwnForm) -> Response:  # noqa: A002
    """An event that says nothing, to see whether it arrives."""
    return await _done(desk, id, service.send_trial, "trial")


@router.post("/{id}/deliveries/{delivery}")
async def redeliver(desk: Administrator, id: UUID, delivery: UUID, _form: OwnForm) -> Response:  # noqa: A002
    """One event once more, by the id it always had. Raises: MessageForgotten on the page."""

    async def again(work: Work, actor: Actor, subscription_id: UUID) -> None:
        await service.redeliver(work, actor, subscription_id, delivery)

    return await _done(desk, id, again, "again")


@router.post("/{id}/deletion")
async def delete(desk: Administrator, id: UUID, _form: OwnForm) -> Response:  # noqa: A002
    """Nobody is told any more, and what waited is dropped."""

    async def verb(work: Work) -> Response:
        await service.delete_subscription(work, desk.actor, id)
        return led_to(f"{PATH}/subscriptions", "deleted")

    return await acted(desk, Form(), verb, partial(_shown, desk, id), _ASKS, tried="deletion")
