"""“I meet this too” on the page of a public case, signed in or not; and taking it back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from app.db.work import Work, in_work
from app.kit.ids import CitizenId
from app.limits import service as limits
from app.limits.deps import asking, limits_key
from app.limits.terms import Limited
from app.portal import devices, unsent
from app.portal.deps import CurrentVisit, PortalRoute, Visit
from app.reports.errors import ReportNotFound
from app.supports import domain, service as supports
from app.supports.terms import Standing
from app.web.pages import CurrentForm

router = APIRouter(prefix="/cases", route_class=PortalRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_NAME: Final = re.compile(unsent.NAME)


@router.post("/{code}/support")
async def support(visit: CurrentVisit, code: CodePath, form: CurrentForm) -> Response:
    """It is said, or taken back, as the button says; then the page of the case, which tells so.

    Raises: ReportNotFound, OwnMatter, SupportClosed, LimitReached.
    """
    at = visit.at(code)
    if form.text("wanted") == "no":
        return await _taken_back(at, code)
    return await _said(at, code, form.text("report"))


async def _said(visit: Visit, code: str, report: str) -> Response:
    """It is said by whoever is signed in, else by this device, which begins with it."""
    citizen, token = await devices.citizen_of(visit), ""
    if citizen is None:
        await _check(visit, code)
        citizen, token = await devices.begin(visit)
    answer = _shown(await _given(visit, code, citizen), "supported", report)
    if token:
        devices.keep(visit, answer, token)
    return answer


async def _check(visit: Visit, code: str) -> None:
    """Nothing, when the case may be supported: no device is made for what cannot be. Raises as `support` does."""
    found = await supports.standing_of(visit.database, visit.tenant.id, code.upper(), None)
    if found is None:
        raise ReportNotFound
    domain.may_support(found)


async def _given(visit: Visit, code: str, citizen: CitizenId) -> Standing:
    await _count(visit, citizen)

    async def give(work: Work) -> Standing:
        return await supports.give_support(work, visit.tenant.id, code.upper(), citizen, visit.lang)

    return await in_work(visit.database, visit.clock, visit.tenant.id, give)


async def _taken_back(visit: Visit, code: str) -> Response:
    citizen = await devices.citizen_of(visit)
    if citizen is None:
        return RedirectResponse(f"/cases/{code}", status_code=303)
    await _count(visit, citizen)

    async def take_back(work: Work) -> Standing:
        return await supports.take_back(work, visit.tenant.id, code.upper(), citizen)

    return _shown(await in_work(visit.database, visit.clock, visit.tenant.id, take_back), "taken-back", "")


async def _count(visit: Visit, citizen: CitizenId) -> None:
    """Raises: LimitReached."""
    key, now = await limits_key(visit.request), visit.now
    by = replace(await asking(visit.request), persons=(str(citizen),))
    limits.require(await limits.count(visit.database, key, visit.tenant.id, Limited.SUPPORTS, by, now=now), now)


def _shown(standing: Standing, done: str, report: str) -> Response:
    """The case, with the way back to the report that was being written."""
    asked = {"done": done, **({"report": report} if _NAME.fullmatch(report) else {})}
    return RedirectResponse(f"/cases/{standing.code}?{urlencode(asked)}#support", status_code=303)
