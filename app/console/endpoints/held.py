"""Cases of a flood, those of one source together: looked at, then let into the queues or ended, several at once."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.models import Case
from app.cases.policies import PERMITS
from app.cases.terms import Verb
from app.console import views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, ticked_in
from app.db.work import Work
from app.kit.text import Text
from app.limits.terms import Per
from app.reports.schemas.blocks import HeldListOut, RefusalIn
from app.web.pages import FieldErrors, Form, errors_of

router = APIRouter(prefix=f"{PATH}/held", route_class=ConsoleRoute)
_NOTHING_CHOSEN = Text("Chưa chọn vụ việc nào.", "No case is ticked.")
_MISSING = {"answer": Text("Hãy viết lý do; người gửi sẽ đọc.", "Write why; the sender reads it.")}
_DONE = {"release": Text("Đưa vào hàng việc", "Let into the queues"), "refuse": Text("Không xử lý", "Not handled")}
_BY = {
    Per.PERSON: Text("cùng một tài khoản hoặc thiết bị", "one account or device"),
    Per.ADDRESS: Text("cùng một địa chỉ mạng", "one network address"),
    Per.NETWORK: Text("cùng một mạng", "one network"),
    Per.TENANT: Text("toàn tỉnh", "the whole province"),
}


@router.get("")
async def list_held(desk: CurrentDesk) -> Response:
    """What waits for a look within the officer's units, the first 500."""
    return await _shown(desk, Form())


@router.post("")
async def look_through(desk: CurrentDesk, form: OwnForm) -> Response:
    """The ticked cases released or refused, each on its own: the page tells what became of every one."""
    targets, done = ticked_in(form), form.text("do")
    if not targets or done not in _DONE:
        return await _shown(desk, form, errors={"": _NOTHING_CHOSEN}, status=422)
    try:
        outcomes = await _each(desk, done, targets, form)
    except ValidationError as refused:
        return await _shown(desk, form, errors=errors_of(refused, _MISSING), status=422)
    return await _shown(desk, Form(), outcomes=outcomes, done=_DONE[done])


async def _each(desk: Desk, done: str, targets: list[tuple[str, int]], form: Form) -> list[cases_service.Outcome]:
    """What became of each. Raises: ValidationError."""
    answer = RefusalIn.model_validate(form.filled("answer")).answer if done == "refuse" else ""

    async def act(work: Work, code: str, seen: int) -> Case:
        if answer:
            return await cases_service.refuse_held(work, desk.actor, code, seen=seen, books=desk.books, answer=answer)
        return await cases_service.release_case(work, desk.actor, code, seen=seen, books=desk.books)

    return await cases_service.each_case(desk.database, desk.clock, desk.tenant.id, targets, act)


async def _shown(
    desk: Desk,
    form: Form,
    *,
    errors: FieldErrors | None = None,
    outcomes: list[cases_service.Outcome] | None = None,
    done: Text | None = None,
    status: int = 200,
) -> Response:
    rows = await cases_service.list_held(desk.database, desk.scope)
    groups = HeldListOut.of(rows, desk.books, desk.tenant.id).items
    return desk.page(
        "held.html",
        status=status,
        groups=[(group, _BY[group.by], _lines(desk, group.cases)) for group in groups],
        form=form,
        errors=errors or {},
        outcomes=views.bulk_outcomes(desk, outcomes or []),
        done=done,
        ticked=set(form.many("case")),
        may_refuse=bool(desk.actor.units(*PERMITS[Verb.RESOLVE].own)),
    )


def _lines(desk: Desk, cases: list[Any]) -> list[tuple[Any, Text, str]]:
    """Each case with the names of its category and its unit."""
    catalogue, directory, tenant = desk.books.catalogue, desk.books.directory, desk.tenant.id
    return [
        (one, catalogue.category(tenant, one.category).name, directory.unit_by_code(tenant, one.unit).name)
        for one in cases
    ]
