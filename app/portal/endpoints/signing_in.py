"""Signing in on a page: with a code to one's phone, or at the provider."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.citizens import domain as citizens_domain, service as citizens_service
from app.citizens.deps import address_of, allowances
from app.citizens.errors import CodeNotSent, InvalidPhone, WrongCode
from app.citizens.senders import CodeSender
from app.citizens.terms import Asking
from app.db.reference import Reference
from app.identity import service as identity_service
from app.identity.terms import NewSession
from app.kit.clock import local_day
from app.kit.ids import TenantId
from app.kit.phones import phone_as_written, phone_e164
from app.kit.problems import Problem
from app.kit.text import Text
from app.limits.deps import TRIES_SIGN_IN
from app.oidc import service as oidc_service
from app.oidc.errors import IdentityRefused, NoProvider
from app.oidc.senders import ProviderClient
from app.portal import passport, returning
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.procedures.snapshot import Procedures
from app.web.pages import CurrentForm, FieldErrors, Form

router = APIRouter(prefix="/account", route_class=PortalRoute)
_CODE_SHAPE = Text("Mã gồm 6 chữ số.", "A code has 6 digits.")


def signing_in(
    visit: Visit, form: Form, errors: FieldErrors, *, status: int = 200, message: Text | None = None, done: str = ""
) -> Response:
    """The page with the ways to sign in that are open here, and what for; whoever enters is led back to that."""
    provider, back = provider_of(visit), returning.wanted(visit.request, form)
    return visit.page(
        "signing_in.html",
        status=status,
        form=form,
        errors=errors,
        message=message,
        done=done,
        back=back,
        applied_for=_procedure(visit, returning.applied_for(back)),
        phones=visit.settings.sends_codes,
        provider=provider.provider.name if provider is not None and back_of(provider) else None,
    )


def _procedure(visit: Visit, code: str) -> Text | None:
    """What the procedure is called, when the address leads to the form of one."""
    known = cast("Reference[Procedures]", visit.request.app.state.procedures).current
    on = local_day(visit.now, visit.tenant.time_zone)
    found = known.current(visit.tenant.id, code, on) if code else None
    return found.name if found else None


@router.post("/code")
async def send_code(visit: CurrentVisit, form: CurrentForm) -> Response:
    """The page that asks for the code, which is on its way."""
    try:
        await _send_to(visit, citizens_domain.checked_phone(form.text("phone")))
    except InvalidPhone as problem:
        return signing_in(visit, form, {"phone": said(problem)}, status=problem.status)
    except Problem as problem:
        return signing_in(visit, form, {}, status=problem.status, message=said(problem))
    return _asking_code(visit, form, {})


async def _send_to(visit: Visit, phone: str) -> None:
    device = str(visit.citizen) if visit.citizen else None
    asking = Asking(phone, await address_of(visit.request), device, passport.proof_of(visit.request))
    await citizens_service.send_code(
        visit.database,
        visit.clock,
        visit.keys,
        cast("CodeSender", visit.request.app.state.code_sender),
        asking,
        visit.tenant.id,
        lang=visit.lang,
        allowances=await allowances(visit.request),
    )


def _asking_code(visit: Visit, form: Form, errors: FieldErrors, *, status: int = 200) -> Response:
    back = returning.wanted(visit.request, form)
    typed = form.text("phone")
    phone = phone_as_written(phone_e164(typed) or typed)
    return visit.page("code.html", status=status, form=form, errors=errors, phone=phone, back=back)


@router.post("/sign-in", dependencies=[TRIES_SIGN_IN])
async def sign_in(visit: CurrentVisit, form: CurrentForm) -> Response:
    """The account, when the code is the phone's; what this browser's account held comes along."""
    code = form.text("code").replace(" ", "")
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return _asking_code(visit, form, {"code": _CODE_SHAPE}, status=422)
    try:
        return await _entered_by_code(visit, form, citizens_domain.checked_phone(form.text("phone")), code)
    except (WrongCode, CodeNotSent) as problem:
        return _asking_code(visit, form, {"code": said(problem)}, status=422)
    except InvalidPhone as problem:
        return signing_in(visit, form, {"phone": said(problem)}, status=problem.status)


async def _entered_by_code(visit: Visit, form: Form, phone: str, code: str) -> Response:
    """Signed in; from now on this browser has codes of its own for the phone."""
    new = await citizens_service.sign_in(
        visit.database,
        visit.clock,
        visit.keys,
        visit.actor,
        phone=phone,
        code=code,
        user_agent=visit.request.headers.get("user-agent", ""),
        tenants=tenants_of(visit),
        lifetime=passport.LIFETIME,
        proof=passport.proof_of(visit.request),
    )
    answer = await _entered(visit, new, form)
    passport.keep_proof(visit.request, answer, citizens_domain.new_proof(visit.keys.codes, phone, visit.now))
    return answer


async def _entered(visit: Visit, new: NewSession, form: Form, done: str = "") -> Response:
    """Signed in, and led back to what was wanted."""
    if visit.signed_in is not None:  # one browser is one device
        await identity_service.sign_out(visit.database, visit.signed_in, now=visit.now)
    account = "/account" + (f"?done={done}" if done else "")
    answer = RedirectResponse(returning.wanted(visit.request, form) or account, status_code=303)
    passport.keep(visit.request, answer, new)
    returning.forget(visit.request, answer)
    return answer


# -- at the provider


@router.get("/provider")
async def go_to_provider(visit: CurrentVisit) -> Response:
    """Off to the provider; `?link=1`: to give its identity to the account that is signed in."""
    try:
        return await _sent_off(visit)
    except Problem as problem:
        return _refused(visit, problem)


async def _sent_off(visit: Visit) -> Response:
    """Off to the provider, which sends people back to this browser. Raises: NoProvider, ProviderUnreachable."""
    provider = provider_of(visit)
    back = back_of(provider) if provider is not None else None
    if provider is None or back is None:
        raise NoProvider
    linking = visit.citizen if visit.request.query_params.get("link") else None
    begun = await oidc_service.begin(
        provider, visit.keys.oidc, visit.clock, redirect=back, linking=linking, lang=visit.lang
    )
    answer = RedirectResponse(begun.address, status_code=303)
    passport.keep_handle(visit.request, answer, begun.handle)
    returning.keep(visit.request, answer)
    return answer


@router.get("/oidc")
async def come_back(visit: CurrentVisit) -> Response:
    """The account, when the provider vouches for whoever comes back to the browser that went."""
    asked, provider = visit.request.query_params, provider_of(visit)
    if provider is None or "code" not in asked:  # cancelled there
        return _refused(visit, IdentityRefused())
    try:
        new = await citizens_service.sign_in_at_provider(
            visit.database,
            visit.clock,
            visit.keys,
            provider,
            visit.actor,
            handle=passport.handle_of(visit.request),
            state=asked.get("state", ""),
            code=asked["code"],
            user_agent=visit.request.headers.get("user-agent", ""),
            tenants=tenants_of(visit),
            lifetime=passport.LIFETIME,
        )
    except Problem as problem:
        return _refused(visit, problem)
    return await _entered(visit, new, Form(), "linked" if visit.citizen == new.signed_in.actor.citizen_id else "")


def _refused(visit: Visit, problem: Problem) -> Response:
    """What was wrong, on the page one began at."""
    return signing_in(visit, Form(), {}, status=problem.status, message=said(problem))


def provider_of(visit: Visit) -> ProviderClient | None:
    """Who vouches for citizens; None when nobody does."""
    return cast("ProviderClient | None", visit.request.app.state.citizens_provider)


def back_of(provider: ProviderClient) -> str | None:
    """The address of ours that people come back to, when the operator has allowed it."""
    return next((one for one in provider.provider.redirects if urlsplit(one).path == returning.BACK), None)


def tenants_of(visit: Visit) -> list[TenantId]:
    """Every province served here: an account is one in all of them."""
    return [tenant.id for tenant in visit.books.directory.tenants]
