"""Discovery: where the interface is, in which formats, whom to ask for a key."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.db.reference import changed_at
from app.kit.ids import TenantId
from app.kit.text import Text
from app.open311.deps import Call, call_of
from app.open311.route import GeoReportRoute
from app.open311.terms import PREFIX, SPECIFICATION, Format
from app.open311.writing import Value
from app.web.tenancy import host_tenant

router = APIRouter(route_class=GeoReportRoute)
_TOLD_OF: Final = ("catalogue", "directory")  # whose changes discovery and what it leads to may show
_KEYS = Text(
    "Quản trị viên của tỉnh cấp khoá API có quyền reports:create.",
    "The province's administrator gives out API keys with the scope reports:create.",
)


@router.get("/open311/discovery.{form}")
@router.get(PREFIX + "/discovery.{form}")
async def discover(request: Request, form: Format) -> Response:
    """Nơi có giao diện Open311 của tỉnh. Where the province's Open311 interface is."""
    call = await call_of(request, form, hint=lambda directory: directory.default_tenant())
    changed = await changed_at(call.database, *_TOLD_OF)
    return call.told("discovery", _discovery(call, await host_tenant(request), call.reader.moment(changed)))


def _discovery(call: Call, host: TenantId | None, changed: str) -> dict[str, Value]:
    return {
        "changeset": changed,
        "contact": _contact(call, host),
        "key_service": _KEYS(call.lang),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{call.reader.base}{PREFIX}",
                "changeset": changed,
                "type": "production" if call.settings.key_environment == "live" else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def _contact(call: Call, host: TenantId | None) -> str:
    """The province, what it and others here are called, and how the unit above all others is reached."""
    directory = call.books.directory
    here = [each for each in directory.tenants if each.active and (host is None or each.id == host)]
    roots = [unit for unit in directory.units(call.tenant.id) if unit.parent_id is None]
    said = [text for unit in roots for text in unit.contact.values()]
    return ", ".join([call.tenant.name, *said, f"jurisdiction_id: {' | '.join(each.slug for each in here)}"])
