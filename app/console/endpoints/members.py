"""Members of the units an administrator looks after: let somebody in, give a role for a time, end it."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, day_ends
from app.console.views import Group, units_to_refer
from app.db.work import Work, in_work, read_work
from app.identity import service as identity_service
from app.identity.terms import HeldMembership, Member, Role
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.members import policies, service
from app.members.deps import CurrentInviting
from app.members.schemas import InvitationIn, MembershipEndIn, NewMembershipIn
from app.members.terms import HandOver, Invited, Reach, Seen
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/members", route_class=ConsoleRoute)
PAGE_ROWS = 50
_DONE = frozenset({"given", "changed", "ended", "mailed", "named", "unlinked"})
_EMPTY = Text("Hãy điền ô này.", "Please fill this in.")
_NEEDED = dict.fromkeys(
    ("username", "name", "membership.unit", "membership.role", "unit", "role", "deputy", "valid_to"), _EMPTY
)


@router.get("")
async def list_members(desk: CurrentDesk) -> Response:
    """A page of members, and the form that lets somebody in. Raises: Forbidden."""
    return await _listed(desk, Form(), {})


async def _listed(
    desk: Desk, form: Form, errors: FieldErrors, *, status: int = 200, message: Text | None = None
) -> Response:
    after = desk.request.query_params.get("after", "")[:64]
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_members(
            work, desk.actor, desk.books.directory, unit=None, after=after, limit=PAGE_ROWS + 1
        )
    return desk.page(
        "members.html",
        status=status,
        members=[(seen.member, _roles(desk, seen)) for seen in found[:PAGE_ROWS]],
        following=found[PAGE_ROWS - 1].member.username if len(found) > PAGE_ROWS else "",
        form=form,
        errors=errors,
        message=message,
        **_choices(desk),
    )


def _choices(desk: Desk) -> dict[str, Any]:
    """Units and roles that this administrator may give."""
    reach = service.reach_of(desk.actor, desk.books.directory)
    units = [
        Group(group.label, tuple(one for one in group.options if reach.holds(_unit_id(desk, one[0]))))
        for group in units_to_refer(desk)
    ]
    roles = [(role.value, role.label(desk.lang)) for role in Role if reach.units is None or role in policies.OF_UNITS]
    return {"units_here": [group for group in units if group.options], "roles": roles}


def _unit_id(desk: Desk, code: str) -> Any:
    return desk.books.directory.unit_by_code(desk.tenant.id, code).id


def _roles(desk: Desk, seen: Seen) -> list[tuple[HeldMembership, str, bool]]:
    """Each membership with the name of its unit, and whether it is in force."""
    return [
        (held, desk.books.directory.unit(desk.tenant.id, held.unit_id).name, held.in_force(desk.now))
        for held in seen.member.memberships
    ]


@router.post("")
async def invite(desk: CurrentDesk, inviting: CurrentInviting, form: OwnForm) -> Response:
    """The link that was made, or the form again with what was wrong."""
    try:
        given = _invitation(desk, form)
        wanted = given.wanted(desk.books.directory, desk.tenant.id)
        return _link(desk, await service.invite(inviting, desk.actor, wanted, given.by))
    except ValidationError as refused:
        return await _listed(desk, form, errors_of(refused, _NEEDED), status=422)
    except Problem as problem:
        errors = errors_of_problem(problem)
        return await _listed(desk, form, errors, status=problem.status, message=None if errors else problem.detail)


def _invitation(desk: Desk, form: Form) -> InvitationIn:
    """What was filled in. Raises: ValidationError."""
    body = form.filled("username", "name", "email", "membership.unit", "membership.role", "by")
    until = _end_of(desk, form.text("membership.valid_to"))
    if until is not None:
        body.setdefault("membership", {})["valid_to"] = until
    return InvitationIn.model_validate(body)


def _end_of(desk: Desk, typed: str) -> str | datetime | None:
    """The end of a day as people choose it; what is none comes back for a shape to refuse."""
    return (day_ends(typed, desk.tenant.time_zone) or typed) if typed else None


def _link(desk: Desk, invited: Invited) -> Response:
    """What to hand over, shown this once; or on to the member when it was mailed."""
    member = invited.member.member
    if invited.address is None:
        return RedirectResponse(f"{PATH}/members/{member.id}?done=mailed", status_code=303)
    return desk.page("member_link.html", member=member, link=invited.address, until=invited.link.until, secret=True)


@router.get("/{account}")
async def show_member(desk: CurrentDesk, account: UUID) -> Response:
    """One member, with what may be done. Raises: Forbidden, AccountNotFound."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, account, Form(), {}, done=done if done in _DONE else "")


async def _shown(
    desk: Desk,
    account: UUID,
    form: Form,
    errors: FieldErrors,
    *,
    status: int = 200,
    message: Text | None = None,
    done: str = "",
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        seen = await service.get_member(work, desk.actor, desk.books.directory, account)
        deputies = await service.list_deputies(work, desk.actor, desk.books.directory, account)
    reach = service.reach_of(desk.actor, desk.books.directory)
    return desk.page(
        "member.html",
        oneself=account == desk.actor.id,
        status=status,
        member=seen.member,
        may_reset=seen.may_reset,
        may_take_factor=bool(policies.may_take_factor(reach)),
        may_unlink=seen.member.identity_linked and seen.may_reset and account != desk.actor.id,
        deputies=[(one, desk.books.directory.unit(desk.tenant.id, one.unit_id).name) for one in deputies],
        lent=await _lent(desk, reach, seen.member),
        memberships=_roles(desk, seen),
        last_day=lambda at: local_day(at - timedelta(microseconds=1), desk.tenant.time_zone).isoformat(),
        form=form,
        errors=errors,
        message=message,
        done=done,
        **_choices(desk),
    )


async def _lent(desk: Desk, reach: Reach, member: Member) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Code and name of each unit in which somebody may be named to stand in for the member, and who could."""
    found = []
    for unit_id in sorted({held.unit_id for held in member.memberships}):
        if policies.may_lend(reach, member, unit_id):
            unit = desk.books.directory.unit(desk.tenant.id, unit_id)
            people = await identity_service.members_of(desk.database, desk.tenant.id, unit_id, now=desk.now)
            others = [one for one in people if one[0] not in {member.username, desk.signed_in.username}]
            found.append((unit.code, desk.unit_name(unit_id), others))
    return [one for one in found if one[2]]


@router.post("/{account}/memberships")
async def give_role(desk: CurrentDesk, account: UUID, form: OwnForm) -> Response:
    """One more role, until the end of a day if one is chosen."""
    until = _end_of(desk, form.text("valid_to"))

    async def verb(work: Work) -> Seen:
        body = form.filled("unit", "role") | ({"valid_to": until} if until is not None else {})
        wanted = NewMembershipIn.model_validate(body).wanted(desk.books.directory, desk.tenant.id)
        return await service.give(work, desk.actor, desk.books.directory, account, wanted)

    return await done_to(desk, account, form, verb, "given")


async def done_to(desk: Desk, account: UUID, form: Form, verb: Any, done: str) -> Response:
    """On to the member; or the member's page again with what was wrong."""
    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except ValidationError as refused:
        return await _shown(desk, account, form, errors_of(refused, _NEEDED), status=422)
    except Problem as problem:
        errors = errors_of_problem(problem)
        message = None if errors else problem.detail
        return await _shown(desk, account, form, errors, status=problem.status, message=message)
    return RedirectResponse(f"{PATH}/members/{account}?done={done}", status_code=303)


@router.post("/{account}/memberships/{membership}")
async def change_role(desk: CurrentDesk, account: UUID, membership: UUID, form: OwnForm) -> Response:
    """Until the end of another day, or with an empty one until somebody ends it."""
    until = _end_of(desk, form.text("valid_to"))

    async def verb(work: Work) -> Seen:
        given = MembershipEndIn.model_validate({"valid_to": until})
        return await service.change(work, desk.actor, desk.books.directory, account, membership, until=given.valid_to)

    return await done_to(desk, account, form, verb, "changed")


@router.post("/{account}/memberships/{membership}/end")
async def end_role(desk: CurrentDesk, account: UUID, membership: UUID, form: OwnForm) -> Response:
    """Held no more, at once; on to the list, which still has whoever holds another role here."""
    _ = form

    async def verb(work: Work) -> None:
        await service.end(work, desk.actor, desk.books.directory, account, membership)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(f"{PATH}/members", status_code=303)


@router.post("/{account}/invitation")
async def renew_invitation(desk: CurrentDesk, inviting: CurrentInviting, account: UUID, form: OwnForm) -> Response:
    """A new link; the one before is worth nothing."""
    by = _by(form)
    return await _renewed(desk, account, service.renew_invitation(inviting, desk.actor, account, by))


@router.post("/{account}/reset")
async def reset_password(desk: CurrentDesk, inviting: CurrentInviting, account: UUID, form: OwnForm) -> Response:
    """A link for another password; the old one and all sessions have ended."""
    factor = form.text("remove_second_factor") == "yes"
    return await _renewed(desk, account, service.reset(inviting, desk.actor, account, _by(form), factor=factor))


def _by(form: Form) -> HandOver:
    return HandOver.MAIL if form.text("by") == HandOver.MAIL.value else HandOver.HAND


async def _renewed(desk: Desk, account: UUID, made: Awaitable[Invited]) -> Response:
    """The link that was made; or the member's page with what was wrong."""
    try:
        return _link(desk, await made)
    except Problem as problem:
        message = next(iter(errors_of_problem(problem).values()), problem.detail)
        return await _shown(desk, account, Form(), {}, status=problem.status, message=message)
