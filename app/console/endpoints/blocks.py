"""Administrators block the sender of a report until a day, without learning who it is, and lift blocks."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import Work, in_work, read_work
from app.kit.clock import zone
from app.kit.problems import Problem
from app.kit.text import Text
from app.limits.terms import Blocked, BlockView
from app.reports import service as reports_service
from app.reports.schemas.blocks import BlockIn
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, typed_day

router = APIRouter(prefix=f"{PATH}/blocks", route_class=ConsoleRoute)
_MISSING = {
    "report": Text("Hãy nhập mã một phản ánh của người đó.", "Enter the code of a report of theirs."),
    "what": Text("Hãy chọn chặn theo gì.", "Choose what to block."),
    "reason": Text("Hãy viết lý do; người bị chặn sẽ đọc.", "Write why; whoever is blocked reads it."),
    "until": Text("Hãy chọn ngày hết chặn.", "Choose the day on which it ends."),
}
_DONE = frozenset({"blocked", "lifted"})


@router.get("")
async def list_blocks(desk: CurrentDesk) -> Response:
    """The newest 200 blocks, ended ones too, and the form for another. Raises: Forbidden."""
    asked = desk.request.query_params
    form = Form([("report", asked.get("report", "")[:40])])
    return await _shown(desk, form, done=done if (done := asked.get("done", "")) in _DONE else "")


@router.post("")
async def block_sender(desk: CurrentDesk, form: OwnForm) -> Response:
    """The block, or the page with what is wrong and all that was typed."""
    try:
        await _blocked(desk, form)
    except ValidationError as refused:
        return await _shown(desk, form, errors=errors_of(refused, _MISSING), status=422)
    except Problem as problem:
        errors = errors_of_problem(problem)
        message = None if errors else problem.detail
        return await _shown(desk, form, errors=errors, message=message, status=problem.status)
    return RedirectResponse(f"{PATH}/blocks?done=blocked", status_code=303)


async def _blocked(desk: Desk, form: Form) -> None:
    """Raises: ValidationError, and whatever the verb refuses."""
    wanted = BlockIn.model_validate({**form.filled("report", "what", "reason"), **_until(desk, form.text("until"))})

    async def verb(work: Work) -> BlockView:
        return await reports_service.block_sender(
            work, desk.actor, desk.keys, wanted.report, wanted.what, reason=wanted.reason, until=wanted.until
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


def _until(desk: Desk, typed: str) -> dict[str, object]:
    """The end of the day that was chosen, where the province is; what is no day is left for the shape to refuse."""
    if not typed:
        return {}
    day = typed_day(typed)
    if day is None:
        return {"until": typed}
    return {"until": datetime.combine(day, time(23, 59, 59), zone(desk.tenant.time_zone)).isoformat()}


@router.post("/{block}/lifting")
async def lift_block(
    desk: CurrentDesk,
    block: Annotated[UUID, Path()],
    form: OwnForm,  # noqa: ARG001 - only a form of our own may
) -> Response:
    """The block ended now. Raises: Forbidden, UnknownBlock."""

    async def verb(work: Work) -> BlockView:
        return await reports_service.lift_block(work, desk.actor, block)

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    return RedirectResponse(f"{PATH}/blocks?done=lifted", status_code=303)


async def _shown(
    desk: Desk,
    form: Form,
    *,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    done: str = "",
    status: int = 200,
) -> Response:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        blocks = await reports_service.list_blocks(work, desk.actor)
    return desk.page(
        "blocks.html",
        status=status,
        blocks=[(one, one.lifted_at is None and one.until > desk.now) for one in blocks],
        kinds=[(what.value, label[:1].upper() + label[1:]) for what in Blocked for label in (what.label(desk.lang),)],
        form=form,
        errors=errors or {},
        message=message,
        done=done,
    )
