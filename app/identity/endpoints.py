"""Signing in and out. Answers that carry a token are never cached."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends, Response, status

from app.limits.deps import TRIES_SIGN_IN, admitted
from app.limits.errors import LimitReached
from app.limits.terms import Limited
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings
from app.web.tenancy import CurrentTenant, HostTenant

from . import service
from .deps import CurrentKeyring, CurrentPasswords, CurrentSession, GuardedRoles, UserAgent
from .errors import (
    AccountLocked,
    InvalidAccount,
    LinkRefused,
    SecondFactorNeeded,
    SessionExpired,
    SignInNeeded,
    UnreadableToken,
    WrongCredentials,
)
from .schemas import PasswordLinkIn, SessionOut, SignInIn, TokenOut

router = APIRouter(prefix="/api/v1/auth", tags=["sign-in"])


@router.post(
    "/token",
    responses=problem_responses(WrongCredentials, AccountLocked, SecondFactorNeeded, LimitReached),
    dependencies=[TRIES_SIGN_IN],
)
async def sign_in(
    credentials: SignInIn,
    database: CurrentDatabase,
    clock: CurrentClock,
    settings: CurrentSettings,
    tenant: CurrentTenant,
    passwords: CurrentPasswords,
    keys: CurrentKeyring,
    guarded: GuardedRoles,
    response: Response,
    user_agent: UserAgent = "",
) -> TokenOut:
    """Sign an officer in.

    The token is shown once; send it as `Authorization: Bearer …`. After several wrong passwords for one user name
    signing in with that name is locked for a while, longer each time, whether or not such an account exists.
    """
    response.headers["Cache-Control"] = "no-store"
    new = await service.sign_in(
        database,
        passwords,
        keys,
        tenant,
        username=credentials.username,
        password=credentials.password.get_secret_value(),
        user_agent=user_agent,
        lifetime=timedelta(hours=settings.session_hours),
        now=clock.now(),
        guarded=guarded,
    )
    return TokenOut.of_token(new)


@router.post(
    "/devices",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(LimitReached),
    dependencies=[Depends(admitted(Limited.DEVICES))],
)
async def register_device(
    database: CurrentDatabase,
    clock: CurrentClock,
    tenant: CurrentTenant,
    response: Response,
    user_agent: UserAgent = "",
) -> TokenOut:
    """Give a citizen's app an account of its own.

    An app asks once and keeps the token: what it sends with the token is its own, in every province. It proves no
    name and no phone; a one-time code will later join the device to a citizen's phone. A repeated call makes another
    account, which does no harm.
    """
    response.headers["Cache-Control"] = "no-store"
    return TokenOut.of_token(await service.register_device(database, tenant, user_agent=user_agent, now=clock.now()))


@router.post(
    "/password-link",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(LinkRefused, InvalidAccount, LimitReached),
    dependencies=[Depends(admitted(Limited.LINKS))],
)
async def use_password_link(
    given: PasswordLinkIn,
    database: CurrentDatabase,
    clock: CurrentClock,
    host_tenant: HostTenant,
    passwords: CurrentPasswords,
) -> None:
    """Đặt mật khẩu bằng liên kết được mời hoặc đặt lại. Set a password by the link of an invitation or a reset.

    The link is then used up, and sessions of before have ended. Sign in afterwards, with the second step if there is
    one.
    """
    link, password = given.link.get_secret_value(), given.password.get_secret_value()
    await service.use_link(database, clock, passwords, link, password, host_tenant=host_tenant)


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(SignInNeeded, SessionExpired, UnreadableToken),
)
async def sign_out(signed_in: CurrentSession, database: CurrentDatabase, clock: CurrentClock) -> None:
    """Make the token of this request worthless from now on. A device's account is then out of reach for good."""
    await service.sign_out(database, signed_in, now=clock.now())


@router.get("/session", responses=problem_responses(SignInNeeded, SessionExpired, UnreadableToken))
async def get_session(signed_in: CurrentSession, response: Response) -> SessionOut:
    """Say who is signed in, until when, and in which units with which roles."""
    response.headers["Cache-Control"] = "no-store"
    return SessionOut.of(signed_in)
