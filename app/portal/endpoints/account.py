"""One's account: one's reports, what proves it, where one is signed in, one's data."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse, Response

from app.citizens import service as citizens_service
from app.db.work import Work, in_work, read_work
from app.identity import service as identity_service
from app.identity.terms import CitizenToken
from app.kit.ids import CitizenId, ReportId
from app.kit.problems import Problem
from app.kit.text import Text
from app.notices.senders import public_key
from app.oidc.terms import Assurance
from app.portal import passport, returning, views
from app.portal.deps import Account, CurrentAccount, CurrentVisit, PortalRoute, Visit
from app.privacy import service as privacy_service
from app.privacy.schemas import AccessListOut, ExportOut
from app.reports import service as reports_service
from app.web.pages import CurrentForm, FieldErrors, Form, device_name

from .signing_in import back_of, provider_of, signing_in, tenants_of

router = APIRouter(prefix="/account", route_class=PortalRoute)
_LINES = 50
_DONE = frozenset({"signed-out", "ended", "ended-all", "claimed", "linked", "erased"})
_NO_PAIR = Text("Mã phản ánh và mã theo dõi không khớp.", "Code and tracking secret do not go together.")
_FILE = {
    "Content-Disposition": 'attachment; filename="lien-thong.json"',
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}
_CONFIRM = Text("Hãy đánh dấu vào ô để xác nhận.", "Tick the box to confirm.")


@router.get("")
async def show_account(visit: CurrentVisit) -> Response:
    """The account of whoever is signed in, else the ways to sign in; `next` is where that leads to."""
    done = visit.request.query_params.get("done", "")
    done = done if done in _DONE else ""
    if visit.citizen is None:
        return signing_in(visit, Form(), {}, done=done)
    if back := returning.ours(visit.request.query_params.get("next", "")):  # has signed in meanwhile, in another tab
        return RedirectResponse(back, status_code=303)
    return await _shown(visit, visit.citizen, Form(), {}, done=done)


async def _shown(
    visit: Visit, citizen: CitizenId, form: Form, errors: FieldErrors, *, status: int = 200, done: str = ""
) -> Response:
    assert visit.signed_in is not None
    assert isinstance(visit.signed_in.token, CitizenToken)
    asked = visit.request.query_params.get("before", "")
    before = ReportId(UUID(asked)) if _is_uuid(asked) else None
    rows = await reports_service.list_own(visit.database, visit.tenant.id, citizen, before=before, limit=_LINES + 1)
    async with read_work(visit.database, visit.clock, visit.tenant.id) as work:
        proofs = await citizens_service.proofs_of(work, visit.keys, citizen)
        devices = await identity_service.list_devices(work, citizen, visit.signed_in.token)
        log = await privacy_service.access_log(work, visit.actor, citizen)
    provider = provider_of(visit)
    return visit.page(
        "account.html",
        status=status,
        form=form,
        errors=errors,
        done=done,
        lines=[views.own_line(visit, row) for row in rows[:_LINES]],
        before=str(rows[_LINES - 1]["id"]) if len(rows) > _LINES else None,
        proofs=proofs,
        assurances={level.value: level.label for level in Assurance},
        devices=devices,
        push_key=public_key(visit.keys.vapid) if visit.settings.push_contact else None,
        named=device_name,
        issuer=provider.provider.issuer if provider is not None else None,
        opened=AccessListOut.of(log, visit.tenant.id, visit.books).items,
        provider=provider.provider.name if provider is not None and back_of(provider) else None,
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@router.post("/sign-out")
async def sign_out(visit: CurrentVisit) -> Response:
    """This browser is signed in no more."""
    if visit.signed_in is not None:
        await identity_service.sign_out(visit.database, visit.signed_in, now=visit.now)
    return _left(visit, "signed-out")


@router.post("/devices")
async def end_all_devices(account: CurrentAccount) -> Response:
    """The person is signed in nowhere any more, here included."""

    async def end(work: Work) -> None:
        await citizens_service.leave_everywhere(work, account.citizen)

    await account.do(end)
    return _left(account.visit, "ended-all")


def _left(visit: Visit, done: str) -> Response:
    """Back to the ways to sign in; this browser knows nobody."""
    answer = RedirectResponse(f"/account?done={done}", status_code=303)
    passport.forget(visit.request, answer)
    return answer


@router.post("/devices/{device}")
async def end_device(account: CurrentAccount, device: Annotated[UUID, Path()]) -> Response:
    """The person is signed in there no more. Raises: UnknownDevice."""

    async def end(work: Work) -> None:
        await citizens_service.leave_device(work, account.citizen, device)

    await account.do(end)
    return RedirectResponse("/account?done=ended", status_code=303)


@router.post("/claim")
async def claim(account: CurrentAccount, form: CurrentForm) -> Response:
    """A report that was sent without the account is in it from now on."""
    try:
        await _claimed(account, form.text("code").upper()[:60], form.text("secret")[:200])
    except Problem:
        return await _shown(account.visit, account.citizen, form, {"secret": _NO_PAIR}, status=422)
    return RedirectResponse("/account?done=claimed", status_code=303)


async def _claimed(account: Account, code: str, secret: str) -> None:
    at = account.visit.at(code)

    async def take(work: Work) -> None:
        await reports_service.claim(work, at.actor, code, secret)

    await in_work(at.database, at.clock, at.tenant.id, take)


@router.get("/data")
async def take_data(account: CurrentAccount) -> Response:
    """A file with all that is kept of the person, in every province served here."""
    visit = account.visit
    kept = await privacy_service.export(visit.database, visit.clock, visit.keys, account.citizen, tenants_of(visit))
    content = ExportOut.of(account.citizen, kept, visit.books).model_dump_json(indent=2)
    return Response(content, media_type="application/json", headers=_FILE)


@router.get("/erasure")
async def ask_before_erasing(account: CurrentAccount) -> Response:
    """What erasing means, with a box to tick."""
    return _erasing(account.visit, {})


def _erasing(visit: Visit, errors: FieldErrors, *, status: int = 200) -> Response:
    return visit.page("erasure.html", status=status, form=Form(), errors=errors, stays=privacy_service.kept())


@router.post("/erasure")
async def erase(account: CurrentAccount, form: CurrentForm) -> Response:
    """The account is no more."""
    visit = account.visit
    if form.text("sure") != "yes":
        return _erasing(visit, {"sure": _CONFIRM}, status=422)
    await privacy_service.erase_account(
        visit.database, visit.clock, visit.keys, visit.actor, account.citizen, tenants_of(visit)
    )
    return _left(visit, "erased")
