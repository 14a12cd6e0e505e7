"""Open311 servers of others that units' cases are handed to: what each is handed, how it is, and trying again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.console.acting import Told, acted, led_to, narrowed_to, next_page, seen, told_by
from app.console.deps import PATH, Administrator, ConsoleRoute, Desk, OwnForm
from app.console.failing import why
from app.console.views import units_to_refer
from app.db.work import Work, read_work
from app.filling.choices import every_category
from app.kit.text import Text
from app.partners import service
from app.partners.errors import InvalidPartner
from app.partners.schemas import PartnerIn
from app.partners.terms import ErrandState, Format, Line, Outcome, Partner, PostKind
from app.web.cursors import IdPage
from app.web.pages import FieldErrors, Form

router = APIRouter(prefix=f"{PATH}/partners", route_class=ConsoleRoute)
_DONE: Final = frozenset({"made", "changed", "ended", "again"})
_LINES: Final = 50
_SAYS: Final = ("sends_answers", "repeats_safely", "has_updates")
_ASKS: Final = {
    "name": Text("Hãy nhập tên đối tác.", "Enter the partner's name."),
    "unit": Text("Hãy chọn đơn vị có vụ việc chuyển sang đối tác.", "Choose the unit whose cases go there."),
    "url": Text("Hãy nhập địa chỉ GeoReport v2 của đối tác.", "Enter the partner's GeoReport v2 address."),
}
_UNREAD: Final = Text(
    "Dòng “{line}”: mỗi dòng là một lĩnh vực, dấu bằng, rồi mã dịch vụ của đối tác: lighting = street-light",
    "“{line}”: each line is a category, an equals sign, then the partner's service: lighting = street-light",
)
_TWICE: Final = Text("Lĩnh vực “{line}” có ở hai dòng.", "The category “{line}” is on two lines.")
_NO_CATEGORY: Final = Text(
    "Tỉnh không có lĩnh vực mã “{line}”; các mã có ngay dưới đây.", "There is no category “{line}”; codes are below."
)
_POSTS: Final = {
    PostKind.REQUEST: Text("vụ việc", "the case"),
    PostKind.REPLY: Text("lời người gửi", "words of the sender"),
    PostKind.REOPENED: Text("báo mở lại", "that it is open again"),
    PostKind.ENDED: Text("báo kết thúc", "that it is over"),
}
_OUTCOMES: Final = {
    Outcome.TAKEN: Text("đối tác đã nhận", "taken"),
    Outcome.FOUND: Text("đối tác đã có", "found there"),
    Outcome.REFUSED: Text("đối tác từ chối", "refused"),
    Outcome.UNSURE: Text("chưa rõ đối tác đã nhận hay chưa", "nobody knows whether it was taken"),
    Outcome.AWAY: Text("không liên lạc được đối tác", "the partner was away"),
    Outcome.UNREADY: Text("chưa có gì để gửi", "there is nothing to send yet"),
}


@router.get("")
async def list_partners(desk: Administrator) -> Response:
    """All of the province's partners and how each is, oldest first."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_partners(work, desk.actor)
    return desk.page("partners.html", lines=[_line(desk, one) for one in found])


def _line(desk: Desk, one: Partner) -> dict[str, Any]:
    since = one.last_success_at or one.created_at
    return {
        "one": one,
        "unit": desk.unit_name(one.wanted.unit_id),
        "away": bool(one.failures),
        "why": why(one.last_error) if one.last_error else None,
        "days_away": (desk.now - since).days if one.failures else 0,
    }


@router.get("/new")
async def show_new(desk: Administrator) -> Response:
    """The form for another partner."""
    return await _new(desk, Told())


async def _new(desk: Desk, told: Told) -> Response:
    return desk.page("partner_new.html", **_in_fields(desk, told).values(), **_choices(desk))


def _in_fields(desk: Desk, told: Told) -> Told:
    """What is wrong with one line stands beside the field that all lines are typed in."""
    errors: FieldErrors = {}
    for name, said in told.errors.items():
        field, _, code = name.partition("services.")
        unknown = not field and desk.books.catalogue.find(desk.tenant.id, code) is None
        errors[field or "services"] = _NO_CATEGORY.fill(line=code) if unknown else said
    return replace(told, errors=errors)


def _choices(desk: Desk) -> dict[str, Any]:
    groups = every_category(desk.books.catalogue, desk.tenant.id, desk.lang)
    return {
        "units_here": units_to_refer(desk),
        "formats": [(one.value, one.value.upper()) for one in Format],
        "codes": [(each.value, each.label) for group in groups for each in group.options],
    }


@router.post("")
async def create_partner(desk: Administrator, form: OwnForm) -> Response:
    """From now on the unit's cases go there; else the form with what is wrong."""

    async def verb(work: Work) -> Response:
        wanted = _body(form).wanted(desk.books.directory, desk.tenant.id)
        made = await service.create_partner(work, desk.actor, wanted, **_checking(desk))
        return led_to(f"{PATH}/partners/{made.id}", "made")

    return await acted(desk, form, verb, partial(_new, desk), _ASKS)


def _body(form: Form) -> PartnerIn:
    """What was filled in. Raises: ValidationError, InvalidPartner."""
    body = form.filled("name", "unit", "url", "jurisdiction_id", "format", "default_service", "api_key")
    if form.text("no_key"):
        body["api_key"] = ""
    says = {name: bool(form.text(name)) for name in _SAYS}
    return PartnerIn.model_validate({**body, **says, "services": _services(form)})


def _services(form: Form) -> dict[str, str]:
    """Their service by our category, a line each. Raises: InvalidPartner."""
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, form.text("services").splitlines())):
        ours, theirs = (part.strip() for part in line.partition("=")[::2])
        if not ours or not theirs or ours in found:
            wrong = _TWICE.fill(line=ours) if ours in found else _UNREAD.fill(line=line)
            raise InvalidPartner(errors=[{"pointer": "/services", "detail": wrong}])
        found[ours] = theirs
    return found


def _checking(desk: Desk) -> dict[str, Any]:
    private = desk.settings.webhook_private_addresses
    return {"keys": desk.keys, "catalogue": desk.books.catalogue, "private": private}


@router.get("/{id}")
async def show_partner(desk: Administrator, id: UUID) -> Response:  # noqa: A002 - the address says so
    """One partner with the cases it was handed, the newest first. Raises: PartnerNotFound."""
    return await _shown(desk, id, told_by(desk, _DONE))


async def _shown(
    desk: Desk,
    partner_id: UUID,
    told: Told,
) -> Response:
    asked = desk.request.query_params
    state = narrowed_to(desk, ErrandState)
    query = {"list": "console errands", "state": state}
    page = IdPage[Line](query, asked.get("cursor") or None, _LINES, lambda line: line.errand.id)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        one = await service.get_partner(work, desk.actor, partner_id)
        found = await service.list_errands(
            desk.database, work, desk.actor, partner_id, state=state, before=page.before, limit=_LINES + 1
        )
    return desk.page(
        "partner.html",
        **_in_fields(desk, told).having(_as_form(desk, one)).values(),
        **_line(desk, one),
        **_errands(found, state),
        more=next_page(page.following(found), state),
        **_choices(desk),
    )


def _errands(found: list[Line], state: ErrandState | None) -> dict[str, Any]:
    return {
        "errands": found[:_LINES],
        "posts": _POSTS,
        "outcomes": _OUTCOMES,
        "state": state,
        "states": list(ErrandState),
    }


def _as_form(desk: Desk, one: Partner) -> Form:
    """The form filled in with what holds; the key is shown to nobody."""
    wanted = one.wanted
    typed = [
        ("name", wanted.name),
        ("unit", desk.books.directory.unit_code(desk.tenant.id, wanted.unit_id) or ""),
        ("url", wanted.url),
        ("jurisdiction_id", wanted.jurisdiction_id or ""),
        ("format", wanted.format.value),
        ("services", "\n".join(f"{ours} = {theirs}" for ours, theirs in sorted(wanted.services.items()))),
        ("default_service", wanted.default_service or ""),
    ]
    return Form([*typed, *((name, "1") for name in _SAYS if getattr(wanted, name))])


@router.post("/{id}")
async def change_partner(desk: Administrator, id: UUID, form: OwnForm) -> Response:  # noqa: A002
    """The partner as wanted, and what waits for it tried at once; else its page with what is wrong."""

    async def verb(work: Work) -> Response:
        wanted = _body(form).wanted(desk.books.directory, desk.tenant.id)
        await service.change_partner(work, desk.actor, id, wanted, seen=seen(form), **_checking(desk))
        return led_to(f"{PATH}/partners/{id}", "changed")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="change")


@router.post("/{id}/again")
async def try_again(desk: Administrator, id: UUID, form: OwnForm) -> Response:  # noqa: A002
    """What waits is tried at once, as after a change: the partner is there again."""

    async def verb(work: Work) -> Response:
        present = await service.get_partner(work, desk.actor, id)
        await service.change_partner(work, desk.actor, id, present.wanted, seen=seen(form), **_checking(desk))
        return led_to(f"{PATH}/partners/{id}", "again")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="again")


@router.post("/{id}/end")
async def end_partner(desk: Administrator, id: UUID, form: OwnForm) -> Response:  # noqa: A002
    """Nothing more goes there, and what it has is followed no more."""

    async def verb(work: Work) -> Response:
        await service.end_partner(work, desk.actor, id, seen=seen(form))
        return led_to(f"{PATH}/partners/{id}", "ended")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="end")


@router.post("/{id}/errands/{errand}")
async def retry_errand(desk: Administrator, id: UUID, errand: UUID, form: OwnForm) -> Response:  # noqa: A002
    """What was given up of one case is tried once more."""

    async def verb(work: Work) -> Response:
        await service.retry_errand(work, desk.actor, id, errand)
        return led_to(f"{PATH}/partners/{id}", "again")

    return await acted(desk, form, verb, partial(_shown, desk, id), _ASKS, tried="retry")
