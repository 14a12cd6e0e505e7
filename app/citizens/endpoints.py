"""Citizens sign in with a phone, stay signed in, and see where. Answers that carry a token are never cached."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.directory.deps import CurrentDirectory
from app.identity import service as identity
from app.identity.deps import CurrentActor, CurrentCitizen, CurrentCitizenId, CurrentKeyring, CurrentSession, UserAgent
from app.identity.domain import parse_refresh_token
from app.identity.errors import (
    CitizenNeeded,
    RefreshRefused,
    RefreshReused,
    SessionExpired,
    SignInNeeded,
    UnknownDevice,
    UnreadableToken,
)
from app.identity.terms import CitizenToken
from app.limits.deps import TRIES_SIGN_IN
from app.limits.errors import LimitReached
from app.oidc import service as oidc
from app.oidc.deps import CitizensProvider, CitizensProviderOrNone
from app.oidc.errors import IdentityRefused, NoProvider, ProviderUnreachable, UnknownRedirect
from app.reports import service as reports
from app.reports.errors import ReportNotFound
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings
from app.web.tenancy import CurrentTenant
from app.web.works import ReadWork, WriteWork

from . import domain, service
from .deps import ClientAddress, CurrentAllowances, CurrentCodeSender
from .errors import CodeNotSent, IdentityTaken, InvalidPhone, TooManyCodes, WrongCode
from .schemas import (
    CitizenTokensOut,
    ClaimIn,
    CodeCheckIn,
    CodeIn,
    CodeSentOut,
    DeviceListOut,
    MeOut,
    ProvenIdentityOut,
    ProviderCheckIn,
    ProviderOut,
    ProviderSignInIn,
    ProviderSignInOut,
    RefreshIn,
    SignInMethodsOut,
)
from .terms import Asking

router = APIRouter(prefix="/api/v1", tags=["sign-in"])
_MINE = problem_responses(SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken)


@router.post(
    "/auth/otp",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problem_responses(InvalidPhone, TooManyCodes, CodeNotSent, SessionExpired, UnreadableToken),
)
async def send_code(
    asked: CodeIn,
    actor: CurrentActor,
    address: ClientAddress,
    tenant: CurrentTenant,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    sender: CurrentCodeSender,
    allowances: CurrentAllowances,
    lang: CurrentLang,
) -> CodeSentOut:
    """Gửi mã đăng nhập một lần đến số di động. Send a one-time code to a mobile phone.

    The answer is the same whether or not the phone has an account. Send the device's token along, if it has one.
    """
    device = str(actor.citizen_id) if actor.citizen_id else None
    proof = asked.device_proof.get_secret_value() if asked.device_proof is not None else None
    asking = Asking(domain.checked_phone(asked.phone), address, device, proof)
    await service.send_code(database, clock, keys, sender, asking, tenant, lang=lang, allowances=allowances)
    return CodeSentOut()


@router.post(
    "/auth/otp/verification",
    responses=problem_responses(InvalidPhone, WrongCode, LimitReached),
    dependencies=[TRIES_SIGN_IN],
)
async def sign_in_by_code(
    given: CodeCheckIn,
    actor: CurrentActor,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    directory: CurrentDirectory,
    response: Response,
    user_agent: UserAgent = "",
) -> CitizenTokensOut:
    """Đăng nhập bằng mã; những phản ánh đã gửi từ thiết bị này về tài khoản của bạn. Sign in with the code.

    A device that sends its own token along brings its reports into the account.
    """
    response.headers["Cache-Control"] = "no-store"
    phone, tenants = domain.checked_phone(given.phone), [tenant.id for tenant in directory.tenants]
    new = await service.sign_in(
        database,
        clock,
        keys,
        actor,
        phone=phone,
        code=given.code,
        user_agent=user_agent,
        tenants=tenants,
        proof=given.device_proof.get_secret_value() if given.device_proof is not None else None,
    )
    return CitizenTokensOut.of(new, domain.new_proof(keys.codes, phone, clock.now()))


@router.get("/auth/methods")
async def list_sign_in_methods(settings: CurrentSettings, provider: CitizensProviderOrNone) -> SignInMethodsOut:
    """Có thể đăng nhập bằng cách nào. How one can sign in here."""
    known = ProviderOut(name=provider.provider.name, issuer=provider.provider.issuer) if provider is not None else None
    return SignInMethodsOut(phone=settings.sends_codes, provider=known)


@router.post(
    "/auth/oidc",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(NoProvider, UnknownRedirect, ProviderUnreachable, CitizenNeeded, SessionExpired),
)
async def begin_sign_in_at_provider(
    asked: ProviderSignInIn,
    actor: CurrentActor,
    provider: CitizensProvider,
    keys: CurrentKeyring,
    clock: CurrentClock,
    lang: CurrentLang,
    response: Response,
) -> ProviderSignInOut:
    """Bắt đầu đăng nhập bằng tài khoản định danh (OpenID Connect, PKCE). Begin to sign in with an identity account."""
    response.headers["Cache-Control"] = "no-store"
    if asked.link and actor.citizen_id is None:
        raise CitizenNeeded
    linking = actor.citizen_id if asked.link else None
    begun = await oidc.begin(provider, keys.oidc, clock, redirect=asked.redirect_uri, linking=linking, lang=lang)
    return ProviderSignInOut(authorization_url=begun.address, handle=begun.handle)


@router.post(
    "/auth/oidc/verification",
    responses=problem_responses(NoProvider, IdentityRefused, IdentityTaken, ProviderUnreachable),
)
async def sign_in_at_provider(
    given: ProviderCheckIn,
    actor: CurrentActor,
    provider: CitizensProvider,
    database: CurrentDatabase,
    clock: CurrentClock,
    keys: CurrentKeyring,
    directory: CurrentDirectory,
    response: Response,
    user_agent: UserAgent = "",
) -> CitizenTokensOut:
    """Hoàn tất đăng nhập bằng tài khoản định danh. Finish signing in with what the person came back with.

    A device that sends its own token along brings its reports into the account.
    """
    response.headers["Cache-Control"] = "no-store"
    new = await service.sign_in_at_provider(
        database,
        clock,
        keys,
        provider,
        actor,
        handle=given.handle.get_secret_value(),
        state=given.state,
        code=given.code,
        user_agent=user_agent,
        tenants=[tenant.id for tenant in directory.tenants],
    )
    return CitizenTokensOut.of(new)


@router.post("/auth/refresh", responses=problem_responses(RefreshRefused, RefreshReused))
async def refresh(
    given: RefreshIn, database: CurrentDatabase, clock: CurrentClock, tenant: CurrentTenant, response: Response
) -> CitizenTokensOut:
    """Đổi refresh_token lấy cặp mã mới. A new pair of tokens for the refresh token, which is good once.

    One that was used before ends the session for every copy: two hold it.
    """
    response.headers["Cache-Control"] = "no-store"
    token = parse_refresh_token(given.refresh_token.get_secret_value())
    return CitizenTokensOut.of(await identity.refresh(database, clock, tenant, token))


@router.get("/me", responses=_MINE)
async def get_me(work: ReadWork, citizen: CurrentCitizenId, keys: CurrentKeyring, response: Response) -> MeOut:
    """Tài khoản của bạn. Your account."""
    response.headers["Cache-Control"] = "no-store"
    proofs = await service.proofs_of(work, keys, citizen)
    return MeOut(citizen=citizen, phone=proofs.phone, identities=ProvenIdentityOut.all_of(proofs.identities))


@router.get("/me/devices", responses=_MINE)
async def list_devices(work: ReadWork, signed_in: CurrentSession, citizen: CurrentCitizenId) -> DeviceListOut:
    """Bạn đang đăng nhập ở đâu. Where you are signed in."""
    assert isinstance(signed_in.token, CitizenToken)
    return DeviceListOut.of(await identity.list_devices(work, citizen, signed_in.token))


@router.delete("/me/devices", status_code=status.HTTP_204_NO_CONTENT, responses=_MINE)
async def end_all_devices(work: WriteWork, citizen: CurrentCitizenId) -> None:
    """Đăng xuất khỏi mọi nơi. Sign out everywhere."""
    await service.leave_everywhere(work, citizen)


@router.delete(
    "/me/devices/{device}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_MINE, **problem_responses(UnknownDevice)},
)
async def end_device(
    device: Annotated[UUID, Path(description="Mã thiết bị. Id of the device.")],
    work: WriteWork,
    citizen: CurrentCitizenId,
) -> None:
    """Đăng xuất khỏi một thiết bị. Sign out on one device.

    Không trình duyệt nào nhận thông báo nữa cho đến khi đăng ký lại. No browser is told until it subscribes again.
    """
    await service.leave_device(work, citizen, device)


@router.post(
    "/me/reports/claim",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_MINE, **problem_responses(ReportNotFound)},
)
async def claim_report(claimed: ClaimIn, work: WriteWork, citizen: CurrentCitizen) -> None:
    """Đưa phản ánh đã gửi ẩn danh vào tài khoản; mã theo dõi vẫn dùng được. Bring a report into the account.

    The tracking secret goes on working.
    """
    await reports.claim(work, citizen, claimed.code, claimed.tracking_secret.get_secret_value())
