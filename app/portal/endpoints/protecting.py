"""What is kept of people, by whom it is seen, for how long, and what they may demand."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.db.work import read_work
from app.portal.deps import CurrentVisit, PortalRoute
from app.privacy import service as privacy
from app.reports.service import KEEP_ORIGINS

router = APIRouter(prefix="/privacy", route_class=PortalRoute)


@router.get("")
async def show_protection(visit: CurrentVisit) -> Response:
    """The province's rules in force, its own where it has published some, and what an erasure leaves. One statement."""
    async with read_work(visit.database, visit.clock, visit.tenant.id) as work:
        rules = [rule for rule, _ in await privacy.list_rules(work, visit.actor)]
    return visit.page("privacy.html", rules=rules, stays=privacy.kept(), origins_days=KEEP_ORIGINS.days)
