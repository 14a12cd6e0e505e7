"""Staff: a unit's administrators set its portal up; every officer has an address of due dates, if wanted."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from app.clients.deps import KeyEnvironment
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded, TooManyClients
from app.kit.problems import Forbidden
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import CurrentSeat
from .errors import InvalidPortal, NoCalendarAddress, NoPortalKey, StalePortal
from .schemas import CalendarAddressOut, NewCalendarAddressOut, PortalIn, PortalKeyOut, PortalSetupOut

router = APIRouter(prefix="/api/v1/staff/portals/{unit}", tags=["staff"])
own_router = APIRouter(prefix="/api/v1/staff/me/calendar-address", tags=["staff"])
_ADMIN = (StaffNeeded, SessionExpired, Forbidden, UnknownUnit)
_OWN = (StaffNeeded, SessionExpired)


@router.get("", responses=problem_responses(*_ADMIN))
async def get_portal_setup(at: CurrentSeat, database: CurrentDatabase, response: Response) -> PortalSetupOut:
    """Thiết lập cổng của cơ quan. How the unit's portal is set up."""
    service.check_reach(at.actor, at.directory, at.unit)
    portal = await service.get_portal(database, at.actor.tenant_id, at.unit)
    response.headers["ETag"] = version_tag(portal.version)
    return PortalSetupOut.of(portal, at.directory, at.actor.tenant_id)


@router.put(
    "",
    responses=problem_responses(*_ADMIN, InvalidPortal, StalePortal, VersionNeeded, UnreadableIfMatch),
)
async def set_portal(
    at: CurrentSeat, wanted: PortalIn, work: WriteWork, seen: ExpectedVersion, response: Response
) -> PortalSetupOut:
    """Đặt tên, màu, nơi được nhúng của cổng; có hiệu lực ngay. Set name, colours, and who may frame the widget.

    Colours whose contrast is less than 4.5:1 (WCAG AA) are refused, each with the nearest that does.
    """
    portal = await service.set_portal(work, at.actor, at.unit, wanted.wanted(), seen=seen, directory=at.directory)
    response.headers["ETag"] = version_tag(portal.version)
    return PortalSetupOut.of(portal, at.directory, at.actor.tenant_id)


@router.post("/key", status_code=status.HTTP_201_CREATED, responses=problem_responses(*_ADMIN, TooManyClients))
async def make_portal_key(
    at: CurrentSeat, work: WriteWork, environment: KeyEnvironment, response: Response
) -> PortalKeyOut:
    """Cấp khoá kênh vào của cổng; khoá trước còn dùng 24 giờ. A key to send reports with for this portal.

    Reports that come with it are marked with the portal. The key before is good for 24 hours more. It reads nothing.
    """
    new = await service.make_key(work, at.actor, at.unit, directory=at.directory, environment=environment)
    response.headers["Cache-Control"] = "no-store"
    return PortalKeyOut.of(new)


@router.post(
    "/key/revocation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_ADMIN, NoPortalKey),
)
async def revoke_portal_key(at: CurrentSeat, work: WriteWork) -> None:
    """Thu hồi khoá kênh vào của cổng ngay. Nobody sends for this portal any more, at once."""
    await service.end_key(work, at.actor, at.unit, directory=at.directory)


@own_router.get("", responses=problem_responses(*_OWN, NoCalendarAddress))
async def get_calendar_address(actor: CurrentStaff, work: ReadWork) -> CalendarAddressOut:
    """Địa chỉ lịch hạn xử lý của bạn (không kèm bí mật). Your address of due dates, without its secret."""
    found = await service.find_calendar_address(work, actor)
    if found is None:
        raise NoCalendarAddress
    return CalendarAddressOut.of(found)


@own_router.post("", status_code=status.HTTP_201_CREATED, responses=problem_responses(*_OWN))
async def make_calendar_address(
    actor: CurrentStaff, work: WriteWork, lang: CurrentLang, response: Response
) -> NewCalendarAddressOut:
    """Tạo địa chỉ lịch mới; địa chỉ trước hết hiệu lực. A new secret address; the one before is worth nothing."""
    response.headers["Cache-Control"] = "no-store"
    return NewCalendarAddressOut.of(await service.make_calendar_address(work, actor, lang))


@own_router.delete(
    "",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_OWN, NoCalendarAddress),
)
async def end_calendar_address(actor: CurrentStaff, work: WriteWork) -> None:
    """Thu hồi địa chỉ lịch. Take the address back."""
    await service.end_calendar_address(work, actor)
