"""What apps that are often offline ask for: what they kept is taken, and what changed is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.cases.deps import CurrentBooks
from app.identity.deps import CurrentCitizen, CurrentCitizenId
from app.identity.errors import CitizenNeeded, SessionExpired, SignInNeeded, UnreadableToken
from app.web.answers import as_json
from app.web.coding import coded_answer
from app.web.cursors import (
    CursorAhead,
    ForeignCursor,
    UnreadableCursor,
    make_cursor,
    position_in,
    read_cursor,
)
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.submissions import DeviceKeyNeeded, UnreadableDeviceKey

from . import service
from .deps import CurrentCall, CurrentSending
from .schemas import ChangesOut, SubmissionsIn, SubmissionsOut, changes_answer, outcomes_answer
from .terms import MOST_ITEMS

router = APIRouter(prefix="/api/v1", tags=["mobile"])

_PRIVATE: Final = {"Cache-Control": "private, no-store"}


@router.get(
    "/me/changes",
    response_model=ChangesOut,
    responses=problem_responses(
        SignInNeeded, CitizenNeeded, SessionExpired, UnreadableToken, UnreadableCursor, ForeignCursor, CursorAhead
    ),
)
async def list_changes(
    request: Request,
    actor: CurrentCitizen,
    citizen: CurrentCitizenId,
    database: CurrentDatabase,
    clock: CurrentClock,
    books: CurrentBooks,
    lang: CurrentLang,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS)] = 100,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Mọi thay đổi trong tài khoản của bạn kể từ lần trước. Everything that changed for your account since last time.

    Reports and how their matters stand, service requests, answers, questions, replies and papers: each thing as it
    stands now, once, in order; what is gone says so. Begin without a cursor, store what came together with
    `next_cursor`, and go on from there: nothing is left out and nothing comes twice. Answers come in zstd or gzip.
    """
    query = {"citizen": citizen, "tenant": actor.tenant_id}
    page = await service.changes_after(database, actor.tenant_id, citizen, _after(query, cursor), limit=limit)
    following = make_cursor(query, [page.reached])
    content = as_json(changes_answer(page, books, actor.tenant_id, lang, clock.now(), following))
    return coded_answer(request, content, _PRIVATE)


@router.post(
    "/submissions",
    response_model=SubmissionsOut,
    responses=problem_responses(SessionExpired, UnreadableToken, DeviceKeyNeeded, UnreadableDeviceKey),
)
async def submit_kept(body: SubmissionsIn, sending: CurrentSending, call: CurrentCall) -> Response:
    """Gửi những gì máy đã giữ khi mất mạng: mỗi mục một kết quả. Hand in what was kept while offline.

    Up to 20 reports, replies, ratings, reopenings and withdrawals, each under an id that the device made (UUIDv7) and
    in a transaction of its own; with an account or without. Send the same items again as often as you like, with the
    same `Device-Key`: each is done once, and answered the same. Photos go to /uploads first.
    """
    handed = body.handed(call.lang, call.skew_s)
    outcomes = [one async for one in service.take_in_turn(sending, handed)]
    restored_at = await service.restored_at(sending)
    content = as_json(outcomes_answer(outcomes, body.ids(), call.lang, call.now(), restored_at))
    return coded_answer(call.connection, content, {"Cache-Control": "no-store"})


def _after(query: Mapping[str, object], cursor: str | None) -> int:
    """Number the page begins after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return 0
    return position_in(*read_cursor(query, cursor, int))
