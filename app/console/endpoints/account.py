"""An officer's own account: the second factor, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, check_twice
from app.db.work import Work, in_work, read_work
from app.identity import service
from app.identity.deps import CurrentPasswords
from app.identity.errors import (
    AccountLocked,
    InvalidAccount,
    NoLinkedIdentity,
    NoOtherWayIn,
    WrongFactorCode,
    WrongPassword,
)
from app.identity.terms import NewFactor
from app.kit.problems import Problem
from app.web.pages import device_name, errors_of_problem

router = APIRouter(prefix=f"{PATH}/account", route_class=ConsoleRoute)
_DONE = frozenset({"removed", "ended", "password", "linked", "unlinked"})


@router.get("")
async def show_account(desk: CurrentDesk) -> Response:
    """The second factor, and where the officer is signed in."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, done=done if done in _DONE else "")


async def _shown(
    desk: Desk, *, wrong: bool = False, problem: Problem | None = None, about: str = "password", done: str = ""
) -> Response:
    token = service.staff_token(desk.signed_in)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        standing = await service.factor_standing(work, desk.actor)
        sessions = await service.list_sessions(work, desk.actor, token)
        identities = await service.list_staff_identities(work, desk.actor)
    return desk.page(
        "account.html",
        status=problem.status if problem else WrongFactorCode.status if wrong else 200,
        standing=standing,
        sessions=sessions,
        identities=identities,
        named=device_name,
        wrong=wrong,
        provider=provider.provider.name if (provider := desk.request.app.state.staff_provider) is not None else None,
        refused=next(iter(errors_of_problem(problem).values()), problem.detail) if problem else None,
        about=about,
        done=done,
    )


@router.post("/password")
async def change_password(desk: CurrentDesk, passwords: CurrentPasswords, form: OwnForm) -> Response:
    """Another password, and signed in nowhere else; or the page again with what was wrong."""
    current, password = form.raw("current")[:256], form.raw("password")[:257]
    try:
        check_twice(password, form.raw("again")[:257])
        await service.change_password(
            desk.database, desk.clock, passwords, desk.signed_in, current=current, password=password
        )
    except (InvalidAccount, WrongPassword, AccountLocked) as problem:
        return await _shown(desk, problem=problem)
    return RedirectResponse(f"{PATH}/account?done=password", status_code=303)


@router.post("/factor")
async def begin_factor(desk: CurrentDesk, passwords: CurrentPasswords, form: OwnForm) -> Response:
    """A secret for the app, as a picture and to be typed; the page again when the password is wrong.

    Raises: FactorThere.
    """
    try:
        await service.prove_password(desk.database, desk.clock, passwords, desk.signed_in, form.raw("password")[:256])
    except (WrongPassword, AccountLocked) as problem:
        return await _shown(desk, problem=problem, about="factor")

    async def verb(work: Work) -> NewFactor:
        return await service.begin_factor(work, desk.keys, desk.actor, desk.signed_in.username or "")

    return _to_confirm(desk, await in_work(desk.database, desk.clock, desk.tenant.id, verb))


def _to_confirm(desk: Desk, new: NewFactor, *, wrong: bool = False) -> Response:
    picture = segno.make(new.uri, error="m").svg_inline(scale=5, dark="#000", light="#fff")
    return desk.page("factor.html", new=new, picture=picture, wrong=wrong, secret=True)


@router.post("/identity/removal")
async def unlink_identity(desk: CurrentDesk, passwords: CurrentPasswords, form: OwnForm) -> Response:
    """No identity opens the account any more; the page again when the password is wrong, or is the only way in."""
    try:
        await service.prove_password(desk.database, desk.clock, passwords, desk.signed_in, form.raw("password")[:256])
        await in_work(
            desk.database, desk.clock, desk.tenant.id, lambda work: service.unlink_own_identity(work, desk.actor)
        )
    except (WrongPassword, AccountLocked, NoLinkedIdentity, NoOtherWayIn) as problem:
        return await _shown(desk, problem=problem, about="identity")
    return RedirectResponse(f"{PATH}/account?done=unlinked", status_code=303)


@router.post("/factor/confirmation")
async def confirm_factor(desk: CurrentDesk, form: OwnForm) -> Response:
    """Recovery codes, shown once; with a wrong code the account's page, where one may begin again."""
    token = service.staff_token(desk.signed_in)

    async def verb(work: Work) -> list[str]:
        return await service.confirm_factor(work, desk.keys, desk.actor, form.text("code")[:40], token=token)

    try:
        codes = await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except WrongFactorCode:
        return await _shown(desk, wrong=True)
    return desk.page("recovery_codes.html", codes=codes, secret=True)


@router.post("/factor/removal")
async def remove_factor(desk: CurrentDesk, form: OwnForm) -> Response:
    """By password alone again; a good code is needed. Raises: NoFactor."""

    async def verb(work: Work) -> None:
        await service.remove_factor(
            desk.database, work, desk.keys, desk.actor, desk.signed_in.username or "", form.text("code")[:40]
        )

    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except WrongFactorCode:
        return await _shown(desk, wrong=True)
    return RedirectResponse(f"{PATH}/account?done=removed", status_code=303)


@router.post("/sessions")
async def end_other_sessions(desk: CurrentDesk, form: OwnForm) -> Response:
    """Signed in here alone."""
    _, token = form, service.staff_token(desk.signed_in)

    async def verb(work: Work) -> int:
        return await service.end_other_sessions(work, desk.actor, token)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(f"{PATH}/account?done=ended", status_code=303)


@router.post("/sessions/{session}")
async def end_session(desk: CurrentDesk, session: Annotated[str, Path(max_length=64)], form: OwnForm) -> Response:
    """Signed in there no more. Raises: UnknownStaffSession."""
    _ = form

    async def verb(work: Work) -> None:
        await service.end_session(work, desk.actor, session)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(f"{PATH}/account?done=ended", status_code=303)
