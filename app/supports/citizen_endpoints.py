"""Citizens and devices: say that the same happens to them, and take it back."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.identity.errors import CitizenNeeded, SessionExpired, SignInNeeded, UnreadableToken
from app.limits.errors import LimitReached
from app.reports.endpoints import ReportCode
from app.reports.errors import ReportNotFound
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.works import WriteWork

from . import service
from .deps import Supporter
from .errors import OwnMatter, SupportClosed
from .schemas import SupportOut

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

_REFUSALS = (SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken, ReportNotFound, LimitReached)


@router.post("/{code}/support", responses=problem_responses(*_REFUSALS, OwnMatter, SupportClosed))
async def support_case(
    code: ReportCode, supporter: Supporter, work: WriteWork, lang: CurrentLang, response: Response
) -> SupportOut:
    """Tôi cũng gặp: báo rằng bạn cũng gặp việc công khai này. Say that you meet the same.

    With an account, or with a device's own token (`POST /auth/devices`): once for each, however often it is sent. You
    are told of the case from now on as everyone reads it, in `/me/changes` and by push. Nobody sees who you are; the
    number is public. A merged case is followed to the one in which it lives on, whose code is in the answer.
    """
    response.headers["Cache-Control"] = "no-store"
    return SupportOut.of(await service.give_support(work, supporter[0], code, supporter[1], lang))


@router.delete("/{code}/support", responses=problem_responses(*_REFUSALS))
async def take_support_back(code: ReportCode, supporter: Supporter, work: WriteWork, response: Response) -> SupportOut:
    """Rút lại “Tôi cũng gặp”; không còn nhận tin về việc này. Take it back; you are told of the case no more."""
    response.headers["Cache-Control"] = "no-store"
    return SupportOut.of(await service.take_back(work, supporter[0], code, supporter[1]))
