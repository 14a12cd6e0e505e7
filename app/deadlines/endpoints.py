"""Staff: calendars and targets; officers read them, the province's administrators publish them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, status

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.directory.errors import AreaOutsideTenant, UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import CurrentCalendars, edit_of
from .errors import EditRace, InvalidEdit, StaleEdit
from .schemas import (
    CalendarEditIn,
    CalendarEditOut,
    CalendarListOut,
    OccasionIn,
    OccasionListOut,
    OccasionOut,
    TargetIn,
    TargetListOut,
    TargetOut,
)
from .terms import CalendarCode

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])

CalendarPath = Annotated[
    CalendarCode,
    Path(
        description="Mã lịch; `default` là lịch của tỉnh. Code of a calendar; `default` is the tenant's own.",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=40,
        examples=["default"],
    ),
]
_READ = problem_responses(StaffNeeded, SessionExpired, Forbidden)
_WRITE = problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidEdit, StaleEdit, EditRace)


@router.get("/calendars", responses=_READ)
async def list_calendars(work: ReadWork, actor: CurrentStaff, directory: CurrentDirectory) -> CalendarListOut:
    """Các lịch làm việc của tỉnh với những lần sửa, mới nhất trước. The tenant's calendars with their edits.

    `recount` says how far the running clocks have followed an edit.
    """
    edits, recounts = await service.list_calendars(work, actor)
    return CalendarListOut.of(edits, recounts, directory.unit_codes(actor.tenant_id))


@router.post(
    "/calendars/{code}",
    status_code=status.HTTP_201_CREATED,
    responses={**_WRITE, **problem_responses(UnknownUnit, AreaOutsideTenant)},
)
async def publish_calendar_edit(
    code: CalendarPath,
    draft: CalendarEditIn,
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    calendars: CurrentCalendars,
) -> CalendarEditOut:
    """Sửa lịch: tuần làm việc từ một ngày, hoặc một ngày riêng; hạn đang chạy được tính lại. Edit a calendar.

    A day may be limited to `areas`: it then holds for the units whose seat lies in one of them, as when a few communes
    are closed for a storm. Running clocks are counted anew in the background; see first what would move at
    `/calendars/{code}/preview`.
    """
    edit = edit_of(draft, actor.tenant_id, code, directory)
    published = await service.publish_edit(work, actor, edit, calendars=calendars, based_on=draft.based_on)
    return CalendarEditOut.of(published, None, directory.unit_codes(actor.tenant_id))


@router.get("/targets", responses=_READ)
async def list_targets(work: ReadWork, actor: CurrentStaff, calendars: CurrentCalendars) -> TargetListOut:
    """Các thời hạn cam kết, mọi phiên bản; `current` đang có hiệu lực. All versions of all targets."""
    listed = await service.list_targets(work, actor, calendars=calendars)
    return TargetListOut(items=[TargetOut.of(one.target, current=one.current, given=one.given) for one in listed])


@router.post("/targets", status_code=status.HTTP_201_CREATED, responses=_WRITE)
async def publish_target(
    draft: TargetIn,
    work: WriteWork,
    actor: CurrentStaff,
    catalogue: CurrentCatalogue,
    calendars: CurrentCalendars,
) -> TargetOut:
    """Ban hành một phiên bản thời hạn, có hiệu lực từ một ngày. Publish a version of a target.

    Vụ việc đang xử lý giữ thời hạn cũ, trừ khi `apply_to_running`. Running cases keep the target they started with,
    unless `apply_to_running` says otherwise: then the worker gives it to those it fits, from the day it is in force.
    See first what would move at `/targets/preview`.
    """
    codes = {category.code for category in catalogue.all(actor.tenant_id)}
    published = await service.publish_target(
        work,
        actor,
        draft.target(actor.tenant_id),
        calendars=calendars,
        categories=codes,
        based_on=draft.based_on,
        for_running=draft.apply_to_running,
    )
    return TargetOut.of(published.target, current=published.current, given=published.given)


@router.get("/occasions", responses=_READ)
async def list_occasions(work: ReadWork, actor: CurrentStaff, calendars: CurrentCalendars) -> OccasionListOut:
    """Các dịp nhắc hạn, báo quá hạn, báo cấp trên, mọi phiên bản. All versions of all occasions of clocks."""
    return OccasionListOut.of(await service.list_occasions(work, actor, calendars=calendars))


@router.post("/occasions", status_code=status.HTTP_201_CREATED, responses=_WRITE)
async def publish_occasion(
    draft: OccasionIn, work: WriteWork, actor: CurrentStaff, calendars: CurrentCalendars
) -> OccasionOut:
    """Ban hành một phiên bản của một dịp nhắc, cho thời hạn bắt đầu từ ngày hiệu lực. Publish an occasion.

    Clocks that run already keep the occasions of the day they started on.
    """
    rule = draft.rule(actor.tenant_id)
    published, current = await service.publish_occasion(work, actor, rule, calendars=calendars, based_on=draft.based_on)
    return OccasionOut.of(published, current=current)
