"""Switching off what need not be told: where the link of a letter leads."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import Response

from app.db.work import Work, in_work
from app.kit.ids import TenantId
from app.notices import service as notices_service
from app.portal.deps import CurrentVisit, PortalRoute

router = APIRouter(prefix="/notices", route_class=PortalRoute)
Token = Annotated[str, Path(max_length=100)]
Province = Annotated[int, Path(ge=1, le=2_000_000_000)]  # of the report; the letter's link has the same host for all


@router.get("/{province}/{report_id}/{token}")
async def ask_first(visit: CurrentVisit, province: Province, report_id: UUID, token: Token) -> Response:
    """A button: whoever opens the link to look at it switches nothing off."""
    return visit.page("notices.html", address=f"/notices/{province}/{report_id}/{token}", done=False)


@router.post("/{province}/{report_id}/{token}")
async def switch_off(visit: CurrentVisit, province: Province, report_id: UUID, token: Token) -> Response:
    """Nothing more but what law asks for; also by one click of a mail program (RFC 8058). Raises: NoSuchNotices."""

    async def off(work: Work) -> None:
        await notices_service.switch_off(work, visit.keys, TenantId(province), report_id, token)

    await in_work(visit.database, visit.clock, province, off)
    return visit.page("notices.html", address="", done=True)
