"""How people want to be told of a report, of a service request, or of all their open ones, and what they were told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.db.work import ReadWork, Work, in_work, read_work
from app.kit.text import Text
from app.notices import service as notices_service
from app.notices.service import ToldOf
from app.notices.terms import Notice, Preferences
from app.portal import keepsakes, wishes
from app.portal.deps import Account, CurrentAccount, CurrentVisit, PortalRoute, Visit
from app.portal.wishes import Told
from app.reports.errors import ReportNotFound
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import RequestNotFound
from app.service_requests.terms import RequestBooks
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of

router = APIRouter(route_class=PortalRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]
_OF_REPORTS: Final = Text(
    "Việc tiếp nhận, hạn trả lời, xin lỗi khi trễ hẹn và kết quả luôn được báo, qua địa chỉ hoặc số điện thoại bạn để "
    "lại khi gửi.",
    "Receipt, dates, an apology when it is late, and the answer are always told, to the address or phone you left when "
    "sending.",
)
_OF_REQUESTS: Final = Text(
    "Việc tiếp nhận, từ chối, yêu cầu bổ sung, hẹn lại, xin lỗi khi trễ hẹn và kết quả luôn được báo, qua địa chỉ hoặc "
    "số điện thoại trong hồ sơ.",
    "Acceptance, refusals, what is missing, new dates, an apology when it is late, and the result are always told, to "
    "the address or phone in the service request.",
)
_CHOOSE: Final = Text("Hãy chọn ít nhất một hồ sơ.", "Choose at least one.")
_REPORT: Final = Text("Phản ánh", "Report")
_REQUEST: Final = Text("Hồ sơ", "Service request")


# -- of a report


@router.get("/follow/{code}/notices")
async def ask_how(visit: CurrentVisit, code: CodePath) -> Response:
    """The form, filled with what holds now; whoever may not see it is sent to where the secret is asked for."""
    return await _of_report(visit, code, None, {})


@router.post("/follow/{code}/notices")
async def keep_how(visit: CurrentVisit, code: CodePath, form: CurrentForm) -> Response:
    """What was chosen holds from now on, or the form again with what is wrong."""
    try:
        wanted = wishes.wanted_in(form)
    except ValidationError as refused:
        return await _of_report(visit, code, form, errors_of(refused, {}), status=422)
    kept = await _kept(visit, code, wanted)
    return RedirectResponse(f"/follow/{code}/notices?done=1" if kept else f"/follow/{code}", status_code=303)


async def _kept(visit: Visit, code: str, wanted: Preferences) -> bool:
    """Whether it is the visitor's own report, told of as wanted from now on."""
    at, secret = visit.at(code), keepsakes.followed(visit.request).get(code)

    async def keep(work: Work) -> None:
        await notices_service.put_own(work, at.actor, code, secret, wanted)

    try:
        await in_work(at.database, at.clock, at.tenant.id, keep)
    except ReportNotFound:
        return False
    return True


async def _of_report(visit: Visit, code: str, form: Form | None, errors: FieldErrors, *, status: int = 200) -> Response:
    at, secret = visit.at(code), keepsakes.followed(visit.request).get(code)

    async def read(work: Work) -> tuple[Preferences, list[Notice]]:
        return await notices_service.get_own(ReadWork(work), at.actor, code, secret)

    try:
        wanted, told = await in_work(at.database, at.clock, at.tenant.id, read)
    except ReportNotFound:
        return RedirectResponse(f"/follow/{code}", status_code=303)
    of = Told(code, f"/follow/{code}", _REPORT, _OF_REPORTS)
    return _shown(visit, of, form or wishes.form_of(wanted), errors, told, status)


def _shown(visit: Visit, of: Told, form: Form, errors: FieldErrors, told: list[Notice], status: int) -> Response:
    done = bool(visit.request.query_params.get("done"))
    return visit.page("told.html", status=status, of=of, errors=errors, done=done, **wishes.values(form, told))


# -- of a service request


@router.get("/service-requests/{code}/notices")
async def ask_applicant_how(visit: CurrentVisit, code: CodePath) -> Response:
    """The same of a service request, for its account or whoever has the secret of its receipt."""
    return await _of_request(visit, code, None, {})


@router.post("/service-requests/{code}/notices")
async def keep_applicants_how(visit: CurrentVisit, code: CodePath, form: CurrentForm) -> Response:
    """What was chosen holds from now on, or the form again with what is wrong."""
    try:
        wanted = wishes.wanted_in(form)
    except ValidationError as refused:
        return await _of_request(visit, code, form, errors_of(refused, {}), status=422)
    kept = await _kept_applicants(visit, code, wanted)
    where = f"/service-requests/{code}/notices?done=1" if kept else f"/service-requests?code={code}"
    return RedirectResponse(where, status_code=303)


async def _kept_applicants(visit: Visit, code: str, wanted: Preferences) -> bool:
    """Whether it is the visitor's own service request, told of as wanted from now on."""
    at, secret = visit.at(code), keepsakes.followed(visit.request, keepsakes.REQUESTS).get(code)

    async def keep(work: Work) -> None:
        await notices_service.put_applicants(at.database, work, at.actor, code, secret, wanted)

    try:
        await in_work(at.database, at.clock, at.tenant.id, keep)
    except RequestNotFound:
        return False
    return True


async def _of_request(
    visit: Visit, code: str, form: Form | None, errors: FieldErrors, *, status: int = 200
) -> Response:
    at, secret = visit.at(code), keepsakes.followed(visit.request, keepsakes.REQUESTS).get(code)
    try:
        async with read_work(at.database, at.clock, at.tenant.id) as work:
            wanted, told = await notices_service.get_applicants(at.database, work, at.actor, code, secret)
    except RequestNotFound:
        return RedirectResponse(f"/service-requests?code={code}", status_code=303)
    of = Told(code, f"/service-requests/{code}", _REQUEST, _OF_REQUESTS)
    return _shown(visit, of, form or wishes.form_of(wanted), errors, told, status)


# -- of every open service request of an account


@router.get("/account/notices")
async def ask_how_of_all(account: CurrentAccount, books: CurrentRequestBooks) -> Response:
    """One form for all that are open, filled with what holds for the newest."""
    return await _of_all(account, books, None, {})


@router.post("/account/notices")
async def keep_how_of_all(account: CurrentAccount, books: CurrentRequestBooks, form: CurrentForm) -> Response:
    """What was chosen holds for those that were ticked, or the form again with what is wrong."""
    try:
        wanted = wishes.wanted_in(form)
    except ValidationError as refused:
        return await _of_all(account, books, form, errors_of(refused, {}), status=422)
    if not await _kept_all(account, form.many("codes"), wanted):
        return await _of_all(account, books, form, {"codes": _CHOOSE}, status=422)
    return RedirectResponse("/account/notices?done=1", status_code=303)


async def _kept_all(account: Account, codes: Collection[str], wanted: Preferences) -> int:
    """How many of the account's own are told of so from now on."""
    visit = account.visit

    async def keep(work: Work) -> int:
        return await notices_service.put_for_account(
            visit.database, work, visit.tenant.id, account.citizen, codes, wanted
        )

    return await in_work(visit.database, visit.clock, visit.tenant.id, keep)


async def _of_all(
    account: Account, books: RequestBooks, form: Form | None, errors: FieldErrors, *, status: int = 200
) -> Response:
    visit = account.visit
    async with read_work(visit.database, visit.clock, visit.tenant.id) as work:
        found = await notices_service.get_for_account(visit.database, work, visit.tenant.id, account.citizen)
    chosen = form.many("codes") if form is not None else [one.code for one in found]
    return visit.page(
        "told_all.html",
        status=status,
        errors=errors,
        done=bool(visit.request.query_params.get("done")),
        always=_OF_REQUESTS,
        lines=[_line(visit, books, one, chosen) for one in found],
        **wishes.values(form or (wishes.form_of(found[0].wanted) if found else Form())),
    )


def _line(visit: Visit, books: RequestBooks, one: ToldOf, chosen: Collection[str]) -> dict[str, Any]:
    procedure = books.procedures.find(visit.tenant.id, one.procedure, one.version)
    name = procedure.name if procedure else Text(one.procedure, one.procedure)
    return {"code": one.code, "procedure": name, "now": wishes.summed_up(one.wanted), "chosen": one.code in chosen}
