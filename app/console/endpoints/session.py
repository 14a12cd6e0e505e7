"""Signing in and out. The token lives in a cookie no script can read; a session ends with the browser or in hours."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.console.deps import COOKIE, PAGES, PATH, ConsoleRoute, CurrentDesk, OwnForm
from app.directory.deps import CurrentDirectory
from app.directory.snapshot import Directory
from app.identity import service as identity_service
from app.identity.deps import CurrentKeyring, CurrentPasswords, GuardedRoles
from app.identity.errors import SecondFactorNeeded, WrongSecondFactor
from app.identity.terms import NewToken
from app.kit.ids import TenantId
from app.kit.problems import Problem
from app.limits.deps import TRIES_SIGN_IN
from app.web.pages import CurrentForm, Form, Site, forget_cookie, put_cookie
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings
from app.web.tenancy import CurrentTenant, HostTenant

router = APIRouter(prefix=PATH, route_class=ConsoleRoute)


async def chosen_tenant(
    form: CurrentForm, host_tenant: HostTenant, tenant: CurrentTenant, directory: CurrentDirectory
) -> TenantId:
    """The province of the host, else the one chosen in the form, else the default."""
    if host_tenant is None:
        for one in directory.tenants:
            if one.active and one.slug == form.text("tenant"):
                return one.id
    return tenant


ChosenTenant = Annotated[TenantId, Depends(chosen_tenant)]


@router.get("/sign-in")
async def ask_to_sign_in(
    request: Request, directory: CurrentDirectory, tenant: CurrentTenant, host_tenant: HostTenant
) -> Response:
    """The form for user name and password."""
    form = Form([("next", request.query_params.get("next", ""))])
    return asking(request, form, directory, tenant, host_tenant)


@router.post("/sign-in", dependencies=[TRIES_SIGN_IN])
async def sign_in(
    request: Request,
    form: CurrentForm,
    tenant: ChosenTenant,
    host_tenant: HostTenant,
    directory: CurrentDirectory,
    database: CurrentDatabase,
    clock: CurrentClock,
    settings: CurrentSettings,
    passwords: CurrentPasswords,
    keys: CurrentKeyring,
    guarded: GuardedRoles,
) -> Response:
    """A session, and the page that was wanted; or the form again with the reason."""
    lifetime = timedelta(hours=settings.session_hours)
    try:
        new = await identity_service.sign_in(
            database,
            passwords,
            keys,
            tenant,
            username=form.text("username")[:128],
            password=form.raw("password")[:256],
            user_agent=request.headers.get("user-agent", ""),
            lifetime=lifetime,
            now=clock.now(),
            guarded=guarded,
        )
    except SecondFactorNeeded as needed:
        return asking_code(request, form.having(handle=needed.handle))
    except Problem as problem:
        return asking(request, form, directory, tenant, host_tenant, problem)
    return begun(request, new, form.text("next"), lifetime)


def asking_code(request: Request, form: Form, problem: Problem | None = None) -> Response:
    """The form for the code of the second factor."""
    return PAGES.answer(
        request, "second_factor.html", status=problem.status if problem else 200, form=form, problem=problem
    )


@router.post("/second-factor", dependencies=[TRIES_SIGN_IN])
async def give_second_factor(
    request: Request,
    form: CurrentForm,
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    host_tenant: HostTenant,
    database: CurrentDatabase,
    clock: CurrentClock,
    settings: CurrentSettings,
    keys: CurrentKeyring,
    guarded: GuardedRoles,
) -> Response:
    """A session, and the page that was wanted; or the form again with the reason."""
    lifetime = timedelta(hours=settings.session_hours)
    try:
        new = await identity_service.second_step(
            database,
            keys,
            handle=form.text("handle")[:1000],
            code=form.text("code")[:40],
            user_agent=request.headers.get("user-agent", ""),
            lifetime=lifetime,
            now=clock.now(),
            guarded=guarded,
        )
    except WrongSecondFactor as problem:
        return asking_code(request, form, problem)
    except Problem as problem:
        return asking(request, form, directory, tenant, host_tenant, problem)
    return begun(request, new, form.text("next"), lifetime)


def begun(request: Request, new: NewToken, wanted: str, lifetime: timedelta) -> Response:
    """On to the page that was wanted, if it is one of this door."""
    ours = wanted == PATH or wanted.startswith((f"{PATH}/", f"{PATH}?"))
    answer = RedirectResponse(wanted if ours and "\\" not in wanted else PATH, status_code=303)
    put_cookie(request, answer, COOKIE, new.access_token, path=PATH, max_age_s=int(lifetime.total_seconds()))
    return answer


def asking(
    request: Request,
    form: Form,
    directory: Directory,
    tenant: TenantId,
    host_tenant: TenantId | None,
    problem: Problem | None = None,
) -> Response:
    """The form; the province is asked for only where the host does not say it."""
    active = [one for one in directory.tenants if one.active]
    return PAGES.answer(
        request,
        "sign_in.html",
        site=Site(directory.tenant(tenant).name if host_tenant is not None or len(active) == 1 else ""),
        status=problem.status if problem else 200,
        form=form,
        problem=problem,
        tenants=[(one.slug, one.name) for one in active] if host_tenant is None and len(active) > 1 else [],
        chosen=directory.tenant(tenant).slug,
        provider=provider.provider.name if (provider := request.app.state.staff_provider) is not None else None,
        password_set=request.query_params.get("set") == "1" and problem is None,
    )


@router.post("/sign-out")
async def sign_out(desk: CurrentDesk, form: OwnForm) -> Response:  # noqa: ARG001 - only a form of our own may
    """The session has ended."""
    await identity_service.sign_out(desk.database, desk.signed_in, now=desk.now)
    answer = RedirectResponse(f"{PATH}/sign-in", status_code=303)
    forget_cookie(desk.request, answer, COOKIE, path=PATH)
    return answer
