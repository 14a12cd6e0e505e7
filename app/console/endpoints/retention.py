"""How long what identifies people is kept: the rules in force, and another with what would go by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm, day_begins
from app.console.publishing import at_fields
from app.db.work import ReadWork, Work, in_work, read_work
from app.kit.clock import local_day
from app.kit.problems import Problem
from app.kit.text import Text
from app.privacy import policies, service
from app.privacy.errors import RuleRace, StaleRule
from app.privacy.schemas import RuleIn
from app.privacy.terms import Rule, RulePreview, Subject
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem, whole_number

router = APIRouter(prefix=f"{PATH}/retention", route_class=ConsoleRoute)
_BASIS: Final = Text("Hãy ghi căn cứ pháp lý, bằng cả hai thứ tiếng.", "Name the legal basis, in both languages.")
_ASKS: Final = {
    "days": Text("Hãy nhập số ngày.", "Enter how many days."),
    "legal_basis": _BASIS,
    "legal_basis.vi": _BASIS,
    "legal_basis.en": _BASIS,
}
_STALE: Final = Text(
    "Đã có người ban hành quy định mới hơn; quy định ấy ghi ngay dưới đây. Điều bạn nhập vẫn còn: hãy xem lại rồi làm "
    "tiếp.",
    "Somebody has published a newer rule; it stands below. What you typed is still here: look again, then go on.",
)


@router.get("")
async def list_rules(desk: CurrentDesk) -> Response:
    """Each subject with its rule in force, for every officer."""
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = await service.list_rules(work, desk.actor)
    lines = [(rule, _coming(desk, rule, versions)) for rule, versions in found]
    return desk.page("retention.html", lines=lines, done=desk.request.query_params.get("done") == "published")


def _coming(desk: Desk, rule: Rule, versions: list[Rule]) -> Rule | None:
    """The version that takes the rule's place next, if one is published."""
    later = [one for one in versions if one.version > rule.version and _begins(one) > desk.now]
    return min(later, key=_begins, default=None)


def _begins(rule: Rule) -> datetime:
    assert rule.valid_from is not None  # of the province's own
    return rule.valid_from


@router.get("/{subject}")
async def show_rule(desk: CurrentDesk, subject: Subject) -> Response:
    """One subject with all versions of the province's own, and the form for another where the officer may."""
    return await _shown(desk, subject, Form(), {})


@router.post("/{subject}")
async def publish_rule(desk: Administrator, subject: Subject, form: OwnForm) -> Response:
    """What would go by it, or the rule published; else the page with what is wrong."""
    try:
        wanted = RuleIn.model_validate(_typed(desk, subject, form))
    except ValidationError as refused:
        return await _shown(desk, subject, form, at_fields(errors_of(refused, _ASKS)), status=422)
    if form.text("step") == "look":
        return await _shown(desk, subject, form, {}, wanted=wanted)
    return await _published(desk, subject, form, wanted)


def _typed(desk: Desk, subject: Subject, form: Form) -> dict[str, Any]:
    """The form as the shape has it; a rule that begins today begins when it is published."""
    body = {**form.filled("note", "legal_basis.vi", "legal_basis.en"), "subject": subject}
    for name in ("days", "based_on"):
        if form.text(name):
            body[name] = whole_number(form.text(name))
    day = form.text("valid_from")
    if day and day != local_day(desk.now, desk.tenant.time_zone).isoformat():
        body["valid_from"] = day_begins(day, desk.tenant.time_zone) or day
    return body


async def _published(desk: Desk, subject: Subject, form: Form, wanted: RuleIn) -> Response:
    async def verb(work: Work) -> Rule:
        return await service.publish_rule(
            work,
            desk.actor,
            subject,
            days=wanted.days,
            legal_basis=wanted.legal_basis.text(),
            note=wanted.note,
            based_on=wanted.based_on,
            valid_from=wanted.valid_from,
        )

    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, verb)
    except Problem as problem:
        errors, stale = errors_of_problem(problem), isinstance(problem, StaleRule | RuleRace)
        message = None if errors else (_STALE if stale else problem.detail)
        return await _shown(
            desk, subject, form, errors, message=message, status=problem.status, wanted=wanted if stale else None
        )
    return RedirectResponse(f"{PATH}/retention?done=published#{subject}", status_code=303)


async def _shown(
    desk: Desk,
    subject: Subject,
    form: Form,
    errors: FieldErrors,
    *,
    wanted: RuleIn | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    may, today = bool(policies.may_rule(desk.actor)), local_day(desk.now, desk.tenant.time_zone)
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        found = next(each for each in await service.list_rules(work, desk.actor) if each[0].subject is subject)
        preview = await _preview(work, desk, subject, wanted.days if wanted else found[0].days) if may else None
    rule, versions = found
    return desk.page(
        "retention_rule.html",
        status=status,
        rule=rule,
        versions=versions,
        coming=_coming(desk, rule, versions),
        newest=max((one.version for one in versions), default=0),
        may=may,
        preview=preview,
        wanted=wanted,
        form=form if form.names() else _as_form(rule, today.isoformat()),
        errors=errors,
        message=message,
        today=today,
    )


async def _preview(work: ReadWork, desk: Desk, subject: Subject, days: int) -> RulePreview:
    return await service.preview_rule(work, desk.actor, subject, days=days)


def _as_form(rule: Rule, today: str) -> Form:
    basis = rule.legal_basis
    return Form(
        [
            ("days", str(rule.days)),
            ("legal_basis.vi", basis.vi),
            ("legal_basis.en", basis.en),
            ("note", rule.note),
            ("valid_from", today),
        ]
    )
