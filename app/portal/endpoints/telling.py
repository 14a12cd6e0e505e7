"""How a sender wants to be told of a report, and what was told so far."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.db.work import ReadWork, Work, in_work
from app.kit.text import Lang
from app.notices import service as notices_service
from app.notices.schemas import PreferencesIn
from app.notices.terms import Channel, Notice, Preferences
from app.portal import keepsakes
from app.portal.deps import CurrentVisit, PortalRoute, Visit
from app.reports.errors import ReportNotFound
from app.web.pages import CurrentForm, FieldErrors, Form, errors_of

router = APIRouter(prefix="/follow", route_class=PortalRoute)
CodePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9.-]{1,40}$")]


@router.get("/{code}/notices")
async def ask_how(visit: CurrentVisit, code: CodePath) -> Response:
    """The form, filled with what holds now; whoever may not see it is sent to where the secret is asked for."""
    return await _shown(visit, code, None, {})


@router.post("/{code}/notices")
async def keep_how(visit: CurrentVisit, code: CodePath, form: CurrentForm) -> Response:
    """What was chosen holds from now on, or the form again with what is wrong."""
    try:
        wanted = PreferencesIn.model_validate(_given(form)).preferences()
    except ValidationError as refused:
        return await _shown(visit, code, form, errors_of(refused, {}), status=422)
    kept = await _kept(visit, code, wanted)
    return RedirectResponse(f"/follow/{code}/notices?done=1" if kept else f"/follow/{code}", status_code=303)


def _given(form: Form) -> dict[str, object]:
    """The body the API would have been sent."""
    given: dict[str, object] = {
        "language": form.text("language") or Lang.VI.value,
        "channels": form.many("channels"),
        "wanted": bool(form.text("wanted")),
    }
    if form.text("since") or form.text("until"):
        given["quiet_hours"] = {"since": form.text("since")[:5], "until": form.text("until")[:5]}
    return given


async def _kept(visit: Visit, code: str, wanted: Preferences) -> bool:
    """Whether it is the visitor's own report, told of as wanted from now on."""
    at, secret = visit.at(code), keepsakes.followed(visit.request).get(code)

    async def keep(work: Work) -> None:
        await notices_service.put_own(work, at.actor, code, secret, wanted)

    try:
        await in_work(at.database, at.clock, at.tenant.id, keep)
    except ReportNotFound:
        return False
    return True


async def _shown(visit: Visit, code: str, form: Form | None, errors: FieldErrors, *, status: int = 200) -> Response:
    at, secret = visit.at(code), keepsakes.followed(visit.request).get(code)

    async def read(work: Work) -> tuple[Preferences, list[Notice]]:
        return await notices_service.get_own(ReadWork(work), at.actor, code, secret)

    try:
        wanted, told = await in_work(at.database, at.clock, at.tenant.id, read)
    except ReportNotFound:
        return RedirectResponse(f"/follow/{code}", status_code=303)
    return visit.page(
        "told.html",
        status=status,
        code=code,
        form=form or _filled(wanted),
        errors=errors,
        done=bool(visit.request.query_params.get("done")),
        told=told,
        channels=list(Channel),
        languages=[(Lang.VI, "Tiếng Việt"), (Lang.EN, "English")],
    )


def _filled(wanted: Preferences) -> Form:
    """The form as it stands for these preferences."""
    fields = [("language", wanted.lang.value), ("wanted", "1" if wanted.wanted else "")]
    fields += [("channels", channel.value) for channel in sorted(wanted.channels)]
    if wanted.quiet is not None:
        fields += [("since", f"{wanted.quiet.since:%H:%M}"), ("until", f"{wanted.quiet.until:%H:%M}")]
    return Form(fields)
