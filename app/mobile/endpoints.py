"""What apps that are often offline ask for: what changed for the account."""

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
from app.web.cursors import ForeignCursor, UnreadableCursor, make_cursor, read_cursor
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase

from . import service
from .errors import CursorAhead
from .schemas import ChangesOut, changes_answer
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


def _after(query: Mapping[str, object], cursor: str | None) -> int:
    """Number the page begins after. Raises: UnreadableCursor, ForeignCursor."""
    if cursor is None:
        return 0
    (number,) = read_cursor(query, cursor, int)
    assert isinstance(number, int)
    if not 0 <= number < 1 << 63:
        raise UnreadableCursor
    return number
