"""An officer's own account: the second factor, and where one is signed in. Answers are never cached."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Response, status

from app.kit.problems import Forbidden
from app.limits.deps import TRIES_SIGN_IN
from app.limits.errors import LimitReached
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase, CurrentSettings
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import (
    CurrentKeyring,
    CurrentPasswords,
    CurrentStaff,
    CurrentStaffSession,
    GuardedRoles,
    TenantAdmin,
    UserAgent,
)
from .errors import (
    AccountLocked,
    FactorThere,
    InvalidAccount,
    NoFactor,
    NoLinkedIdentity,
    NoOtherWayIn,
    SecondFactorRefused,
    SessionExpired,
    SignInBusy,
    StaffNeeded,
    StaleFactorRule,
    UnknownStaffSession,
    WrongFactorCode,
    WrongPassword,
    WrongSecondFactor,
)
from .schemas import (
    FactorCodeIn,
    FactorRuleIn,
    FactorRuleListOut,
    FactorRuleOut,
    FactorStandingOut,
    LinkedIdentityListOut,
    LinkedIdentityOut,
    NewFactorOut,
    OwnPasswordIn,
    OwnProofIn,
    RecoveryCodesOut,
    SecondStepIn,
    StaffSessionListOut,
    TokenOut,
)
from .terms import Role

router = APIRouter(prefix="/api/v1", tags=["sign-in"])
_MINE = problem_responses(StaffNeeded, SessionExpired)


@router.post(
    "/auth/token/second-factor",
    responses=problem_responses(SecondFactorRefused, WrongSecondFactor, AccountLocked, LimitReached),
    dependencies=[TRIES_SIGN_IN],
)
async def sign_in_with_second_factor(
    given: SecondStepIn,
    database: CurrentDatabase,
    clock: CurrentClock,
    settings: CurrentSettings,
    keys: CurrentKeyring,
    guarded: GuardedRoles,
    response: Response,
    user_agent: UserAgent = "",
) -> TokenOut:
    """Bước thứ hai khi đăng nhập: mã của ứng dụng, hoặc một mã khôi phục. The second step of signing in.

    `handle` came with the problem `second-factor-needed`, and is good for five minutes. Wrong codes lock as wrong
    passwords do.
    """
    response.headers["Cache-Control"] = "no-store"
    new = await service.second_step(
        database,
        keys,
        handle=given.handle.get_secret_value(),
        code=given.code.get_secret_value(),
        user_agent=user_agent,
        lifetime=timedelta(hours=settings.session_hours),
        now=clock.now(),
        guarded=guarded,
    )
    return TokenOut.of_token(new)


@router.get("/staff/second-factor-rules", responses=problem_responses(StaffNeeded, SessionExpired))
async def list_second_factor_rules(work: ReadWork, actor: CurrentStaff, guarded: GuardedRoles) -> FactorRuleListOut:
    """Vai trò nào cần xác thực hai bước. Which roles need a second step."""
    found = await service.list_factor_rules(work, actor.tenant_id, guarded)
    return FactorRuleListOut(items=[FactorRuleOut.of(rule) for rule in found])


@router.put(
    "/staff/second-factor-rules/{role}",
    responses=problem_responses(
        StaffNeeded, SessionExpired, Forbidden, StaleFactorRule, UnreadableIfMatch, VersionNeeded
    ),
)
async def set_second_factor_rule(
    role: Role, wanted: FactorRuleIn, work: WriteWork, actor: TenantAdmin, seen: ExpectedVersion, response: Response
) -> FactorRuleOut:
    """Đổi quy định cho một vai trò, có hiệu lực từ yêu cầu kế tiếp; cần `If-Match`. Change the rule of a role.

    Whoever lacks a second step that is demanded can do nothing but set it up.
    """
    found = await service.set_factor_rule(
        work, actor, role, demanded=wanted.demanded, provider=wanted.provider, seen=seen
    )
    response.headers["ETag"] = version_tag(found.version)
    return FactorRuleOut.of(found)


@router.post(
    "/staff/me/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_MINE, **problem_responses(WrongPassword, InvalidAccount, AccountLocked)},
)
async def change_own_password(
    given: OwnPasswordIn,
    signed_in: CurrentStaffSession,
    database: CurrentDatabase,
    clock: CurrentClock,
    passwords: CurrentPasswords,
) -> None:
    """Đổi mật khẩu của mình; các phiên ở nơi khác kết thúc. Change your own password; sessions elsewhere end.

    A wrong present password counts as one at signing in does.
    """
    current, password = given.current.get_secret_value(), given.password.get_secret_value()
    await service.change_password(database, clock, passwords, signed_in, current=current, password=password)


@router.get("/staff/me/second-factor", responses=_MINE)
async def get_second_factor(work: ReadWork, signed_in: CurrentStaffSession, response: Response) -> FactorStandingOut:
    """Tài khoản có xác thực hai bước không, còn bao nhiêu mã khôi phục. Whether there is a second factor."""
    response.headers["Cache-Control"] = "no-store"
    standing = await service.factor_standing(work, signed_in.actor)
    return FactorStandingOut(since=standing.since, recovery_codes=standing.recovery_codes)


@router.post(
    "/staff/me/second-factor",
    status_code=status.HTTP_201_CREATED,
    responses={**_MINE, **problem_responses(FactorThere, WrongPassword, AccountLocked, SignInBusy)},
)
async def begin_second_factor(
    given: OwnProofIn,
    database: CurrentDatabase,
    clock: CurrentClock,
    passwords: CurrentPasswords,
    work: WriteWork,
    signed_in: CurrentStaffSession,
    keys: CurrentKeyring,
    response: Response,
) -> NewFactorOut:
    """Bắt đầu: khoá cho ứng dụng xác thực (RFC 6238), hiện một lần. A secret for an authenticator app, shown once.

    It guards nothing until a code of it is confirmed. A wrong password counts as one at signing in does.
    """
    response.headers["Cache-Control"] = "no-store"
    await service.prove_password(database, clock, passwords, signed_in, given.password.get_secret_value())
    new = await service.begin_factor(work, keys, signed_in.actor, signed_in.username or "")
    return NewFactorOut(secret=new.secret, uri=new.uri)


@router.post(
    "/staff/me/second-factor/confirmation",
    responses={**_MINE, **problem_responses(NoFactor, FactorThere, WrongFactorCode)},
)
async def confirm_second_factor(
    given: FactorCodeIn, work: WriteWork, signed_in: CurrentStaffSession, keys: CurrentKeyring, response: Response
) -> RecoveryCodesOut:
    """Xác nhận bằng một mã; nhận mười mã khôi phục, hiện một lần. Các phiên khác kết thúc. Confirm it with a code.

    The answer has ten recovery codes, shown once; the officer's other sessions end.
    """
    response.headers["Cache-Control"] = "no-store"
    codes = await service.confirm_factor(
        work, keys, signed_in.actor, given.code.get_secret_value(), token=service.staff_token(signed_in)
    )
    return RecoveryCodesOut(recovery_codes=codes)


@router.post(
    "/staff/me/second-factor/removal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_MINE, **problem_responses(NoFactor, WrongFactorCode, AccountLocked)},
)
async def remove_second_factor(
    given: FactorCodeIn,
    work: WriteWork,
    signed_in: CurrentStaffSession,
    keys: CurrentKeyring,
    database: CurrentDatabase,
) -> None:
    """Bỏ xác thực hai bước, bằng một mã còn dùng được. Do without the second factor; a good code is needed."""
    await service.remove_factor(
        database, work, keys, signed_in.actor, signed_in.username or "", given.code.get_secret_value()
    )


@router.get("/staff/me/identities", responses=_MINE)
async def list_linked_identities(
    work: ReadWork, signed_in: CurrentStaffSession, response: Response
) -> LinkedIdentityListOut:
    """Tài khoản định danh nào đăng nhập được vào tài khoản của bạn. Which identities open your account."""
    response.headers["Cache-Control"] = "no-store"
    found = await service.list_staff_identities(work, signed_in.actor)
    return LinkedIdentityListOut(items=[LinkedIdentityOut(**one._asdict()) for one in found])


@router.post(
    "/staff/me/identities/removal",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={
        **_MINE,
        **problem_responses(NoLinkedIdentity, NoOtherWayIn, WrongPassword, AccountLocked, SignInBusy),
    },
)
async def unlink_own_identity(
    given: OwnProofIn,
    database: CurrentDatabase,
    clock: CurrentClock,
    passwords: CurrentPasswords,
    work: WriteWork,
    signed_in: CurrentStaffSession,
) -> None:
    """Gỡ tài khoản định danh khỏi tài khoản của mình, bằng mật khẩu. Unlink your own identity, with your password.

    Sessions that came of it end, this one as well if it did.
    """
    await service.prove_password(database, clock, passwords, signed_in, given.password.get_secret_value())
    await service.unlink_own_identity(work, signed_in.actor)


@router.get("/staff/me/sessions", responses=_MINE)
async def list_own_sessions(work: ReadWork, signed_in: CurrentStaffSession, response: Response) -> StaffSessionListOut:
    """Bạn đang đăng nhập ở đâu. Where you are signed in."""
    response.headers["Cache-Control"] = "no-store"
    found = await service.list_sessions(work, signed_in.actor, service.staff_token(signed_in))
    return StaffSessionListOut.of(found)


@router.delete("/staff/me/sessions", status_code=status.HTTP_204_NO_CONTENT, responses=_MINE)
async def end_other_sessions(work: WriteWork, signed_in: CurrentStaffSession) -> None:
    """Đăng xuất khỏi mọi nơi khác. Sign out everywhere else."""
    await service.end_other_sessions(work, signed_in.actor, service.staff_token(signed_in))


@router.delete(
    "/staff/me/sessions/{session}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses={**_MINE, **problem_responses(UnknownStaffSession)},
)
async def end_own_session(
    session: Annotated[str, Path(max_length=64, description="Mã phiên. Id of the session.")],
    work: WriteWork,
    signed_in: CurrentStaffSession,
) -> None:
    """Đăng xuất ở một nơi. Sign out in one place."""
    await service.end_session(work, signed_in.actor, session)
