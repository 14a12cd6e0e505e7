"""Citizens and their own data: who opened it, a copy of it, its erasure. Answers are never cached."""

from __future__ import annotations

from fastapi import APIRouter, Response, status

from app.cases.deps import CurrentBooks
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentActor, CurrentCitizen, CurrentCitizenId, CurrentKeyring
from app.identity.errors import CitizenNeeded, SessionExpired, SignInNeeded, UnreadableToken
from app.reports.endpoints import ReportCode, TrackingSecret
from app.reports.errors import ReportNotFound
from app.service_requests.endpoints.parameters import RequestCode
from app.service_requests.errors import RequestNotFound
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .schemas import AccessListOut, ErasedOut, ExportOut

router = APIRouter(prefix="/api/v1", tags=["own data"])
_MINE = problem_responses(SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken)
_OWN = problem_responses(SessionExpired, ReportNotFound)


@router.get("/reports/{code}/access-log", responses=_OWN)
async def get_access_log_of_report(
    code: ReportCode,
    work: ReadWork,
    actor: CurrentActor,
    books: CurrentBooks,
    response: Response,
    tracking_secret: TrackingSecret = None,
) -> AccessListOut:
    """Ai đã mở danh tính bạn để lại với phản ánh này, khi nào, vì sao. Who opened the identity left with a report."""
    response.headers["Cache-Control"] = "private, no-store"
    log = await service.access_log_of(work, actor, code, tracking_secret)
    return AccessListOut.of(log, actor.tenant_id, books)


@router.get("/service-requests/{code}/access-log", responses=problem_responses(SessionExpired, RequestNotFound))
async def get_access_log_of_request(
    code: RequestCode,
    database: CurrentDatabase,
    work: ReadWork,
    actor: CurrentActor,
    books: CurrentBooks,
    response: Response,
    tracking_secret: TrackingSecret = None,
) -> AccessListOut:
    """Cơ quan nào đã xem hồ sơ của bạn, khi nào. Which office has looked at your service request, and when."""
    response.headers["Cache-Control"] = "private, no-store"
    log = await service.access_log_of_request(database, work, actor, code, tracking_secret)
    return AccessListOut.of(log, actor.tenant_id, books)


@router.delete("/reports/{code}/identity", status_code=status.HTTP_204_NO_CONTENT, responses=_OWN)
async def erase_contact(
    code: ReportCode, work: WriteWork, actor: CurrentActor, tracking_secret: TrackingSecret = None
) -> None:
    """Xoá thông tin liên hệ bạn để lại với phản ánh; phản ánh vẫn được xử lý. Erase the contact details of a report.

    Nobody can call or write to you about it then; the secret goes on working. What is erased is gone for good.
    """
    await service.erase_contact(work, actor, code, tracking_secret)


@router.get("/me/access-log", responses=_MINE)
async def get_access_log(
    work: ReadWork, actor: CurrentCitizen, citizen: CurrentCitizenId, books: CurrentBooks, response: Response
) -> AccessListOut:
    """Ai đã mở danh tính của bạn ở tỉnh này, khi nào, vì sao. Who has opened your identity, when, and why."""
    response.headers["Cache-Control"] = "private, no-store"
    return AccessListOut.of(await service.access_log(work, actor, citizen), actor.tenant_id, books)


@router.get("/me/data", responses=_MINE)
async def export_own_data(
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    citizen: CurrentCitizenId,
    books: CurrentBooks,
    response: Response,
) -> ExportOut:
    """Bản sao mọi dữ liệu về bạn ở đây. A copy of all that is kept of you, in every province served here."""
    response.headers["Cache-Control"] = "private, no-store"
    tenants = [tenant.id for tenant in books.directory.tenants]
    kept = await service.export(database, clock, keys, citizen, tenants)
    return ExportOut.of(citizen, kept, books)


@router.delete("/me/data", responses=_MINE)
async def erase_own_data(
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    directory: CurrentDirectory,
) -> ErasedOut:
    """Xoá tài khoản và danh tính; phản ánh vẫn được xử lý nhưng không còn nối với bạn. Erase account and identity.

    Bản nháp và cách liên hệ trong hồ sơ cũng xoá. Drafts and the contact details of service requests go, too. It cannot
    be undone, and nobody can follow reports and service requests afterwards. The answer says what stays, by which law.
    """
    tenants = [tenant.id for tenant in directory.tenants]
    return ErasedOut.of(await service.erase_account(database, clock, keys, actor, citizen, tenants))
