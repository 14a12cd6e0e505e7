"""From how many people on who meet the same a case is raised: the rules in force, and another with what it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.console.publishing import ASKS, STALE, all_categories, at_fields, begins, names_of, numbers
from app.db.work import Work, in_work, read_work
from app.kit.clock import local_day
from app.kit.problems import NotFound, Problem
from app.kit.text import Text
from app.supports import policies, service
from app.supports.errors import StaleSupportRule, SupportRuleRace
from app.supports.schemas import SupportRuleIn
from app.supports.terms import RAISED_TO, Rule, RulePreview, Whose
from app.web.pages import FieldErrors, Form, errors_of, errors_of_problem

router = APIRouter(prefix=f"{PATH}/support-rules", route_class=ConsoleRoute)
_ASKS: Final = {
    **ASKS,
    "priority": Text("Hãy chọn nâng lên mức nào.", "Choose to which priority."),
    "at_least": Text("Hãy nhập số người, hoặc chọn không nâng.", "Enter how many people, or choose not to raise."),
}
_Found = Sequence[tuple[Rule, Sequence[Rule]]]


@router.get("")
async def list_rules(desk: CurrentDesk) -> Response:
    """Each rule with the version in force and the next one, for every officer."""
    done = desk.request.query_params.get("done") == "published"
    lines = [_line(desk, rule, versions) for rule, versions in await _rules(desk)]
    return desk.page("support_rules.html", lines=lines, may=bool(policies.may_rule(desk.actor)), done=done)


async def _rules(desk: Desk) -> _Found:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.list_rules(work, desk.actor)


def _line(desk: Desk, rule: Rule, versions: Sequence[Rule]) -> dict[str, Any]:
    """A rule with what it is about, and which of its versions comes next."""
    later = [one for one in versions if one.version > rule.version and _begins(one) > desk.now]
    return {
        "rule": rule,
        "about": _about(desk, rule),
        "begun": rule.valid_from is None or rule.valid_from <= desk.now,
        "coming": min(later, key=_begins, default=None),
        "versions": versions,
        "at": f"{PATH}/support-rules/rule?" + urlencode(_key(rule)),
    }


def _begins(rule: Rule) -> datetime:
    assert rule.valid_from is not None  # of the province's own
    return rule.valid_from


def _about(desk: Desk, rule: Rule) -> str:
    every = Text("Mọi lĩnh vực", "Any category")
    return names_of(desk, [rule.category])[0] if rule.category else every(desk.lang)


def _key(rule: Rule) -> dict[str, str]:
    return {"priority": rule.priority.value, "category": rule.category or ""}


@router.get("/rule")
async def show_rule(desk: CurrentDesk) -> Response:
    """The rule of a priority and a category with its versions, or the form for a new one."""
    asked = desk.request.query_params
    form = Form([("priority", asked.get("priority", "high")), ("category", asked.get("category", ""))])
    return await _shown(desk, form, {}, fresh=True)


@router.post("/rule")
async def publish_rule(desk: Administrator, form: OwnForm) -> Response:
    """What the rule would do, or it is published; else the page with what is wrong."""
    return await _published(desk, form)


async def _published(desk: Desk, form: Form) -> Response:
    try:
        wanted = SupportRuleIn.model_validate(_typed(desk, form))
    except ValidationError as refused:
        return await _shown(desk, form, at_fields(errors_of(refused, _ASKS)), status=422)
    try:
        if form.text("step") == "do":
            await _publish(desk, wanted)
            return RedirectResponse(f"{PATH}/support-rules?done=published", status_code=303)
        return await _shown(desk, form, {}, wanted=wanted)
    except Problem as problem:
        return await _refused(desk, form, wanted, problem)


async def _refused(desk: Desk, form: Form, wanted: SupportRuleIn, problem: Problem) -> Response:
    errors, stale = errors_of_problem(problem), isinstance(problem, StaleSupportRule | SupportRuleRace)
    message = STALE if stale else (None if errors else problem.detail)
    again = wanted if stale else None
    return await _shown(desk, form, errors, message=message, status=problem.status, wanted=again)


def _typed(desk: Desk, form: Form) -> dict[str, Any]:
    body = form.filled("category", "priority", "whose", "legal_basis.vi", "legal_basis.en", "note")
    body |= {**numbers(form, "at_least", "based_on"), **begins(desk, form)}
    return {**body, "at_least": None} if form.text("never") else body


async def _publish(desk: Desk, wanted: SupportRuleIn) -> None:
    async def verb(work: Work) -> Rule:
        return await service.publish_rule(
            work, desk.actor, wanted.rule(), catalogue=desk.books.catalogue, based_on=wanted.based_on
        )

    await in_work(desk.database, desk.clock, desk.tenant.id, verb)


async def _preview(desk: Desk, wanted: SupportRuleIn) -> RulePreview:
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        return await service.preview_rule(work, desk.actor, wanted.rule(), catalogue=desk.books.catalogue)


async def _shown(
    desk: Desk,
    form: Form,
    errors: FieldErrors,
    *,
    fresh: bool = False,
    wanted: SupportRuleIn | None = None,
    message: Text | None = None,
    status: int = 200,
) -> Response:
    line = _known(desk, await _rules(desk), form)
    lang, raised_to = desk.lang, [(one.value, one.label(desk.lang)) for one in RAISED_TO]
    return desk.page(
        "support_rule.html",
        status=status,
        line=line,
        form=_as_form(desk, line, form) if fresh else form,
        errors=errors,
        message=message,
        wanted=wanted,
        wanted_about=_about(desk, wanted.rule()) if wanted else "",
        preview=await _preview(desk, wanted) if wanted else None,
        may=bool(policies.may_rule(desk.actor)),
        based_on=max((one.version for one in line["versions"]), default=0) if line else 0,
        action=f"{PATH}/support-rules/rule",
        raised_to=raised_to,
        whose=[(one.value, one.label(lang)) for one in Whose],
        categories=all_categories(desk),
    )


def _known(desk: Desk, rules: _Found, form: Form) -> dict[str, Any] | None:
    """The rule that the form is about, None when there is none yet. Raises: NotFound where nobody could make it."""
    key = (form.text("category"), form.text("priority"))
    for rule, versions in rules:
        if (rule.category or "", rule.priority.value) == key:
            return _line(desk, rule, versions)
    if not policies.may_rule(desk.actor):
        raise NotFound
    return None


def _as_form(desk: Desk, line: dict[str, Any] | None, asked: Form) -> Form:
    """The form filled in with what holds, to be in force from today."""
    today = local_day(desk.now, desk.tenant.time_zone).isoformat()
    rule: Rule | None = line["rule"] if line else None
    if rule is None:
        return asked.having(whose=Whose.PROVEN.value, valid_from=today)
    return asked.having(
        **{
            "at_least": str(rule.at_least or ""),
            "never": "" if rule.at_least else "on",
            "whose": rule.whose.value,
            "legal_basis.vi": rule.legal_basis.vi if rule.version else "",
            "legal_basis.en": rule.legal_basis.en if rule.version else "",
            "valid_from": today,
        }
    )
