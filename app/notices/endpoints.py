"""Being told: preferences of a report's sender, browsers for push messages, and what officers may see of it."""

from __future__ import annotations

from fastapi import APIRouter, status

from app.cases import service as cases_service
from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound
from app.identity.deps import CurrentActor, CurrentCitizenId, CurrentKeyring, CurrentSession, CurrentStaff
from app.identity.errors import CitizenNeeded, SessionExpired, StaffNeeded
from app.identity.terms import CitizenToken
from app.reports.endpoints import ReportCode, TrackingSecret
from app.reports.errors import ReportNotFound
from app.service_requests import service as requests_service
from app.service_requests.endpoints.parameters import RequestCode
from app.service_requests.errors import RequestNotFound
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase, CurrentSettings
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import PushKey
from .errors import InvalidDevice, NoSuchDevice, TooManyDevices
from .schemas import DeviceGoneIn, DeviceIn, NoticeListOut, PreferencesIn, PreferencesOut, PushKeyOut

router = APIRouter(prefix="/api/v1", tags=["notices"])
staff_router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
_OWN = problem_responses(SessionExpired, ReportNotFound)
_APPLIED = problem_responses(SessionExpired, RequestNotFound)


@router.get("/reports/{code}/notices", responses=_OWN)
async def get_notices(
    code: ReportCode, work: ReadWork, actor: CurrentActor, tracking_secret: TrackingSecret = None
) -> PreferencesOut:
    """Bạn được báo tin thế nào, và đã được báo những gì. How you are told, and what you were told."""
    return PreferencesOut.of(*await service.get_own(work, actor, code, tracking_secret))


@router.put("/reports/{code}/notices", status_code=status.HTTP_204_NO_CONTENT, responses=_OWN)
async def put_notices(
    code: ReportCode, body: PreferencesIn, work: WriteWork, actor: CurrentActor, tracking_secret: TrackingSecret = None
) -> None:
    """Chọn ngôn ngữ, cách nhận và giờ yên tĩnh. Choose language, channels and quiet hours.

    Tiếp nhận, hạn trả lời, gia hạn, quá hạn và kết quả luôn được báo. Receipt, dates, lateness and the answer are
    always told.
    """
    await service.put_own(work, actor, code, tracking_secret, body.preferences())


@router.get("/service-requests/{code}/notices", responses=_APPLIED)
async def get_applicants_notices(
    code: RequestCode,
    database: CurrentDatabase,
    work: ReadWork,
    actor: CurrentActor,
    tracking_secret: TrackingSecret = None,
) -> PreferencesOut:
    """Bạn được báo tin về hồ sơ thế nào, đã được báo những gì. How you are told of it, and what."""
    return PreferencesOut.of(*await service.get_applicants(database, work, actor, code, tracking_secret))


@router.put("/service-requests/{code}/notices", status_code=status.HTTP_204_NO_CONTENT, responses=_APPLIED)
async def put_applicants_notices(
    code: RequestCode,
    body: PreferencesIn,
    database: CurrentDatabase,
    work: WriteWork,
    actor: CurrentActor,
    tracking_secret: TrackingSecret = None,
) -> None:
    """Chọn ngôn ngữ, cách nhận và giờ yên tĩnh cho hồ sơ này. Choose language, channels and quiet hours.

    Tiếp nhận, từ chối, bổ sung, hẹn lại, quá hẹn và kết quả luôn được báo. Acceptance, refusals, what is missing, new
    dates, lateness and the result are always told.
    """
    await service.put_applicants(database, work, actor, code, tracking_secret, body.preferences())


@router.get("/push-key")
async def get_push_key(key: PushKey) -> PushKeyOut:
    """Khoá để trình duyệt đăng ký nhận thông báo (VAPID). The key that browsers subscribe with."""
    return PushKeyOut(key=key)


@router.post(
    "/me/push-subscriptions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(SessionExpired, CitizenNeeded, TooManyDevices, InvalidDevice),
)
async def add_device(
    body: DeviceIn,
    work: WriteWork,
    signed_in: CurrentSession,
    citizen: CurrentCitizenId,
    keys: CurrentKeyring,
    settings: CurrentSettings,
) -> None:
    """Nhận thông báo về các phản ánh của bạn trên trình duyệt này. Have this browser told of your reports.

    Until it signs out or is signed out from elsewhere; other browsers of the account go on being told.
    """
    assert isinstance(signed_in.token, CitizenToken)
    assert signed_in.token.citizen_id == citizen
    await service.add_device(
        work,
        keys,
        signed_in.token,
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        private=settings.webhook_private_addresses,
    )


@router.delete(
    "/me/push-subscriptions",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(SessionExpired, CitizenNeeded, NoSuchDevice),
)
async def remove_device(body: DeviceGoneIn, work: WriteWork, citizen: CurrentCitizenId) -> None:
    """Thôi nhận thông báo trên trình duyệt này. Tell this browser no more."""
    await service.remove_device(work, citizen, endpoint=body.endpoint)


@staff_router.get("/cases/{code}/notices", responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound))
async def list_notices(
    code: CaseCode,
    work: ReadWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    database: CurrentDatabase,
    books: CurrentBooks,
) -> NoticeListOut:
    """Ai đã được báo gì về vụ việc, không kèm địa chỉ. Who was told what of the case, without addresses."""
    case = await cases_service.get_case(database, actor, scope, books, code)
    return NoticeListOut.of(await service.list_of_case(work, actor.tenant_id, case.row["id"]))


@staff_router.get(
    "/service-requests/{code}/notices", responses=problem_responses(StaffNeeded, SessionExpired, RequestNotFound)
)
async def list_applicants_notices(
    code: RequestCode, work: ReadWork, actor: CurrentStaff, scope: CurrentScope, database: CurrentDatabase
) -> NoticeListOut:
    """Ai đã được báo gì về hồ sơ, không kèm địa chỉ. Who was told what of the service request, without addresses."""
    request_id = await requests_service.seen_id(database, actor, scope, code)
    return NoticeListOut.of(await service.list_of_case(work, actor.tenant_id, request_id))
