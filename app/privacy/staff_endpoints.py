"""Officers: senders by pseudonym, opening an identity for a reason, how long things are kept."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response, status

from app.cases.deps import CurrentBooks, CurrentScope
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound
from app.citizens.errors import InvalidPhone
from app.identity.deps import CurrentKeyring, CurrentStaff
from app.identity.errors import IdentityUnreadable, SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.limits.errors import LimitReached
from app.web.fields import CaseCodeText
from app.web.problems import problem_responses
from app.web.state import CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .deps import counted_lookup
from .errors import (
    AlreadyDecided,
    InvalidRule,
    OpeningNotFound,
    OpeningNotOpen,
    RuleRace,
    SecondPersonNeeded,
    SenderUnknown,
    StaleRule,
)
from .schemas import (
    DecisionIn,
    FoundListOut,
    LookupIn,
    OpenedOut,
    OpeningIn,
    OpeningListOut,
    OpeningOut,
    RetentionListOut,
    RuleIn,
    RuleOut,
    SenderListOut,
)

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
OpeningId = Annotated[UUID, Path(description="Mã yêu cầu mở danh tính. Id of the opening.")]
ReportOfCase = Annotated[CaseCodeText, Path(description="Mã phản ánh. Report code.")]


@router.get("/cases/{code}/senders", responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound))
async def list_senders(
    code: CaseCode,
    work: ReadWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentBooks,
    database: CurrentDatabase,
    keys: CurrentKeyring,
) -> SenderListOut:
    """Người gửi các phản ánh của vụ việc, dưới tên gọi thay; ai đã xin mở danh tính. Senders, by pseudonym."""
    found = await service.list_senders(database, work, keys, actor, scope, books, code)
    return SenderListOut.of(found, work.now)


@router.post(
    "/cases/{code}/senders/{report}/openings",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, CaseNotFound, Forbidden, SenderUnknown),
)
async def ask_for_identity(
    code: CaseCode,
    report: ReportOfCase,
    asked: OpeningIn,
    work: WriteWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentBooks,
    database: CurrentDatabase,
    keys: CurrentKeyring,
) -> OpeningOut:
    """Xin mở danh tính người gửi, kèm lý do; người gửi thấy được. Ask for a sender's identity; the sender sees it.

    Open at once and for an hour; when the sender asked not to be named, once another person agrees.
    """
    opening = await service.ask(database, work, keys, actor, scope, books, code, report, reason=asked.reason)
    return OpeningOut.of(opening, work.now)


@router.get("/identity-openings", responses=problem_responses(StaffNeeded, SessionExpired))
async def list_openings(work: ReadWork, actor: CurrentStaff, scope: CurrentScope) -> OpeningListOut:
    """Các yêu cầu mở danh tính trong phạm vi của bạn, mới trước, tối đa 100. Openings in your sight, newest first."""
    return OpeningListOut.of(await service.list_openings(work, actor, scope), work.now)


@router.post(
    "/identity-openings/{id}/decision",
    responses=problem_responses(
        StaffNeeded, SessionExpired, OpeningNotFound, Forbidden, SecondPersonNeeded, AlreadyDecided
    ),
)
async def decide_opening(
    id: OpeningId,  # noqa: A002 - as the address says
    said: DecisionIn,
    work: WriteWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    books: CurrentBooks,
) -> OpeningOut:
    """Người thứ hai đồng ý hoặc từ chối. A second person agrees or refuses."""
    opening = await service.decide(work, actor, scope, books, id, agree=said.agree)
    return OpeningOut.of(opening, work.now)


@router.post(
    "/identity-openings/{id}/reading",
    responses=problem_responses(
        StaffNeeded, SessionExpired, OpeningNotFound, Forbidden, OpeningNotOpen, SenderUnknown, IdentityUnreadable
    ),
)
async def read_identity(
    id: OpeningId,  # noqa: A002 - as the address says
    work: WriteWork,
    actor: CurrentStaff,
    scope: CurrentScope,
    keys: CurrentKeyring,
    books: CurrentBooks,
    response: Response,
) -> OpenedOut:
    """Xem danh tính, chỉ người đã xin; mỗi lần xem đều được ghi cho người gửi thấy. Look at it; each look is told."""
    response.headers["Cache-Control"] = "private, no-store"
    return OpenedOut.of(await service.look(work, keys, actor, scope, books, id), work.now)


@router.post(
    "/phone-lookups",
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidPhone, LimitReached),
    dependencies=[Depends(counted_lookup)],
)
async def find_by_phone(
    asked: LookupIn, work: WriteWork, actor: CurrentStaff, scope: CurrentScope, keys: CurrentKeyring
) -> FoundListOut:
    """Tìm phản ánh gửi kèm một số điện thoại, khi người dân gọi hỏi; không mở danh tính. Reports of a phone."""
    found = await service.find_by_phone(work, keys, actor, scope, asked.number(), reason=asked.reason)
    return FoundListOut.of(found)


@router.get("/retention-rules", responses=problem_responses(StaffNeeded, SessionExpired))
async def list_retention_rules(work: ReadWork, actor: CurrentStaff) -> RetentionListOut:
    """Danh tính và tệp được giữ bao lâu sau khi vụ việc kết thúc. How long identities and files are kept."""
    return RetentionListOut.of(await service.list_rules(work, actor))


@router.post(
    "/retention-rules",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidRule, StaleRule, RuleRace),
)
async def publish_retention_rule(draft: RuleIn, work: WriteWork, actor: CurrentStaff) -> RuleOut:
    """Ban hành thời gian lưu giữ; cái gì quá hạn sẽ bị xoá trong một ngày. Publish how long something is kept.

    What is older than that is gone within a day, for good.
    """
    rule = await service.publish_rule(
        work,
        actor,
        draft.subject,
        days=draft.days,
        legal_basis=draft.legal_basis.text(),
        note=draft.note,
        based_on=draft.based_on,
        valid_from=draft.valid_from,
    )
    return RuleOut.of(rule)
