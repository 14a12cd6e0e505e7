"""What is masked in several cases, read one below the other and confirmed in one go, each with its own outcome."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.cases import service as cases_service
from app.cases.models import Case
from app.console import views
from app.console.deps import PATH, ConsoleRoute, CurrentDesk, Desk, OwnForm, place_in_queue, ticked_in
from app.db.work import Work
from app.kit.text import Text
from app.web.pages import Form

router = APIRouter(prefix=f"{PATH}/redactions", route_class=ConsoleRoute)
_MOST_READ = 30  # as many as a page of the queue has
_NOTHING_CHOSEN = Text("Chưa chọn vụ việc nào.", "No case is ticked.")


@router.post("")
async def read_redactions(desk: CurrentDesk, form: OwnForm) -> Response:
    """What everyone reads of the ticked cases; nothing is confirmed before it was read."""
    return await _shown(desk, form, [code for code, _ in ticked_in(form)])


@router.post("/confirmation")
async def confirm_redactions(desk: CurrentDesk, form: OwnForm) -> Response:
    """The masking of the ticked cases confirmed in the version that was read; the page tells of every one."""
    targets = ticked_in(form)

    async def act(work: Work, code: str, seen: int) -> Case:
        return await cases_service.confirm_redaction(work, desk.actor, code, seen=seen, books=desk.books)

    outcomes = await cases_service.each_case(desk.database, desk.clock, desk.tenant.id, targets, act)
    again = [outcome.code for outcome in outcomes if outcome.problem is not None]
    return await _shown(desk, form, again, outcomes=outcomes)


async def _shown(
    desk: Desk, form: Form, codes: list[str], *, outcomes: list[cases_service.Outcome] | None = None
) -> Response:
    lines = [line for code in codes[:_MOST_READ] if (line := await views.redaction_line(desk, code)) is not None]
    nothing = not codes and not outcomes
    view = form.text("view")
    return desk.page(
        "redactions.html",
        status=422 if nothing else 200,
        lines=lines,
        left_out=sorted(set(codes) - {line["code"] for line in lines}),
        outcomes=views.bulk_outcomes(desk, outcomes or []),
        errors={"": _NOTHING_CHOSEN} if nothing else {},
        view=place_in_queue(f"view={view}").get("view", "") if view.isascii() else "",
    )
