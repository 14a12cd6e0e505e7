"""What an administrator does for a member who is away, or has lost an identity: somebody stands in, it is unlinked."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, OwnForm
from app.db.work import Work
from app.identity.terms import Deputy
from app.members import service

from .deputies import wanted_deputy
from .members import done_to

router = APIRouter(prefix=f"{PATH}/members", route_class=ConsoleRoute)


@router.post("/{account}/deputies")
async def name_deputy(desk: CurrentDesk, account: UUID, form: OwnForm) -> Response:
    """Somebody stands in for the member, from the beginning of the one day to the end of the other."""

    async def verb(work: Work) -> Deputy:
        wanted = wanted_deputy(desk, form).wanted(desk.books.directory, desk.tenant.id)
        return await service.name_deputy(work, desk.actor, desk.books.directory, account, wanted)

    return await done_to(desk, account, form, verb, "named")


@router.post("/{account}/deputies/{deputy}/end")
async def end_deputy(desk: CurrentDesk, account: UUID, deputy: UUID, form: OwnForm) -> Response:
    """Nobody stands in any more."""

    async def verb(work: Work) -> None:
        await service.end_deputy(work, desk.actor, desk.books.directory, account, deputy)

    return await done_to(desk, account, form, verb, "ended")


@router.post("/{account}/identity/removal")
async def unlink_identity(desk: CurrentDesk, account: UUID, form: OwnForm) -> Response:
    """No identity opens the member's account any more."""

    async def verb(work: Work) -> None:
        await service.unlink(work, desk.actor, desk.books.directory, account)

    return await done_to(desk, account, form, verb, "unlinked")
