"""What a browser kept while there was no network, sent by its script: what became of it, in words it can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from app.kit.problems import Problem
from app.kit.text import Text
from app.media.deps import CurrentStore
from app.portal import handing, keepsakes
from app.portal.deps import CurrentVisit, PortalRoute, Visit, said
from app.portal.drafts import draft_of, report_of
from app.web.answers import json_answer
from app.web.budgets import ReadTooMuch, spend
from app.web.idempotency import IdempotencyKeyReused
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix="/report", route_class=PortalRoute)
_LATER = frozenset({408, 425, 429, 507})  # and whatever is our own fault: nothing was written, it may be sent again
_AMISS = Text("Hãy sửa rồi gửi lại.", "Please change it and send it again.")
_REUSED = Text(
    "Một bản trước của phản ánh này đã được nhận với nội dung khác. Hãy xem mục “Theo dõi” trước khi gửi thêm.",
    "An earlier version of this report was taken in, with other words. Look under “Follow” before sending another.",
)


@router.post("/kept")
async def send_kept(visit: CurrentVisit, form: CurrentForm, store: CurrentStore) -> Response:
    """One report under the key it has had since it was written: `accepted`, `refused` for good, or `later`.

    It is handed in as whoever wrote it: when somebody else has signed in on the device since, as nobody.
    """
    if any(owner != visit.owner for owner in form.many("owner")):
        visit = replace(visit, signed_in=None)
    keyed, refused = await handing.with_files(visit, handing.keyed(form), form.files, store)
    if refused is not None:
        return _unsent(visit, refused)
    return await _handed(visit, keyed)


async def _handed(visit: Visit, form: Form) -> Response:
    """What became of a report whose files are all here."""
    draft = draft_of(visit, form)
    if draft.errors or draft.category is None:
        return _refused(visit, _AMISS, draft.errors)
    try:
        answer = await handing.submitted(visit, form, report_of(form, draft.category), _written_at(form))
    except ValidationError as wrong:
        return _refused(visit, _AMISS, errors_of(wrong))
    except Problem as problem:
        return _unsent(visit, problem)
    return _taken(visit, answer.body)


def _written_at(form: Form) -> datetime | None:
    """When it was written, by the device's clock; None when that cannot be read, which is no reason to refuse."""
    try:
        at = datetime.fromisoformat(form.text("captured_at"))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _taken(visit: Visit, body: dict[str, Any]) -> Response:
    """Code and secret; the browser follows the report from now on."""
    secret = body.get("tracking_secret")
    told = {"outcome": "accepted", "code": body["code"], "secret": keepsakes.spoken(secret) if secret else None}
    answer = json_answer(told)
    answer.headers["Cache-Control"] = "no-store"
    if secret:
        keepsakes.lay_down(visit.request, answer, body["code"], secret)
    return answer


def _unsent(visit: Visit, problem: Problem) -> Response:
    """Why not; whether the same may be sent again."""
    if problem.status >= 500 or problem.status in _LATER:
        return json_answer({"outcome": "later", "told": said(problem)(visit.lang)}, status=problem.status)
    told = _REUSED if isinstance(problem, IdempotencyKeyReused) else said(problem)
    return _refused(visit, told, errors_of_problem(problem))


def _refused(visit: Visit, told: Text, errors: FieldErrors) -> Response:
    try:
        spend(visit.request, 1)
    except ReadTooMuch as problem:
        return _unsent(visit, problem)
    listed = list(dict.fromkeys(text(visit.lang) for text in errors.values()))
    return json_answer({"outcome": "refused", "told": told(visit.lang), "errors": listed}, status=422)
