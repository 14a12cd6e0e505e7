"""What every address of an officer's verb takes and answers, said once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.responses import Response

from app.db.work import Work
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.identity.terms import Actor
from app.kit.problems import Forbidden
from app.service_requests.deps import CurrentRequestBooks
from app.service_requests.errors import NotInThisState, RequestNotFound, StaleRequest
from app.service_requests.models import ServiceRequest
from app.service_requests.schemas import VerbOut, verb_answer
from app.service_requests.terms import RequestBooks
from app.web.answers import json_answer
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.works import WriteWork

from .parameters import RequestCode

_USUAL: Final = (StaffNeeded, SessionExpired, Forbidden, RequestNotFound, NotInThisState, StaleRequest, VersionNeeded)


def of_verb(*more: Any) -> dict[str, Any]:
    """What a verb's address answers, and refuses; `more`: what only this one refuses."""
    return {"response_model": VerbOut, "responses": problem_responses(*_USUAL, *more)}


@dataclass(frozen=True, slots=True)
class Act:
    """One verb of an officer on one service request: which, at which version, in which work, by which books."""

    code: str
    actor: Actor
    seen: int
    work: Work
    books: RequestBooks

    async def do(self, verb: Callable[..., Awaitable[ServiceRequest]], **said: Any) -> Response:
        """The answer to the verb, done with what was said. Raises: whatever the verb refuses."""
        request = await verb(self.work, self.actor, self.code, seen=self.seen, books=self.books, **said)
        headers = {"ETag": version_tag(request.version), "Cache-Control": "no-store"}
        return json_answer(verb_answer(request), headers=headers)


def _act(
    code: RequestCode, actor: CurrentStaff, seen: ExpectedVersion, work: WriteWork, books: CurrentRequestBooks
) -> Act:
    return Act(code, actor, seen, work, books)


CurrentAct = Annotated[Act, Depends(_act, scope="function")]
