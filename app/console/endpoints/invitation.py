"""The page where a link leads: whoever holds it sets the own password. No session: the link is the proof."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.console.deps import PAGES, PATH, ConsoleRoute, check_twice
from app.identity import service
from app.identity.deps import CurrentPasswords
from app.identity.errors import InvalidAccount
from app.identity.terms import OpenLink
from app.kit.text import Text
from app.limits.deps import admitted
from app.limits.terms import Limited
from app.web.pages import CurrentForm, errors_of_problem
from app.web.state import CurrentClock, CurrentDatabase
from app.web.tenancy import HostTenant

router = APIRouter(prefix=f"{PATH}/invitation", route_class=ConsoleRoute)
Link = Annotated[str, Path(max_length=128)]


@router.get("/{link}")
async def show_link(
    request: Request, link: Link, database: CurrentDatabase, clock: CurrentClock, host_tenant: HostTenant
) -> Response:
    """Whose link it is, and the form for a password. Raises: LinkRefused."""
    _, opened = await service.open_link(database, clock, link, host_tenant=host_tenant)
    return _asking(request, link, opened)


def _asking(request: Request, link: str, opened: OpenLink, problem: Text | None = None) -> Response:
    return PAGES.answer(
        request,
        "invitation.html",
        status=422 if problem else 200,
        link=link,
        opened=opened,
        problem=problem,
        secret=True,
        headers={"Referrer-Policy": "no-referrer"},  # the address is the proof
    )


@router.post("/{link}", dependencies=[Depends(admitted(Limited.LINKS))])
async def set_password(
    request: Request,
    link: Link,
    form: CurrentForm,
    database: CurrentDatabase,
    clock: CurrentClock,
    passwords: CurrentPasswords,
    host_tenant: HostTenant,
) -> Response:
    """On to sign in with it; or the form again with the reason. Raises: LinkRefused, LimitReached, SignInBusy."""
    _, opened = await service.open_link(database, clock, link, host_tenant=host_tenant)
    password = form.raw("password")[:257]
    try:
        check_twice(password, form.raw("again")[:257])
        await service.use_link(database, clock, passwords, link, password, host_tenant=host_tenant)
    except InvalidAccount as problem:
        return _asking(request, link, opened, next(iter(errors_of_problem(problem).values())))
    return RedirectResponse(f"{PATH}/sign-in?set=1", status_code=303)
