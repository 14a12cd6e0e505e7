"""Which roles need a second step, who lacks one, and another rule for a role."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from app.console.deps import PATH, Administrator, ConsoleRoute, CurrentDesk, Desk, OwnForm
from app.db.work import Work, in_work, read_work
from app.identity import service
from app.identity.deps import GuardedRoles
from app.identity.errors import StaleFactorRule
from app.identity.policies import acting_as
from app.identity.schemas import FactorRuleIn
from app.identity.terms import FactorRule, Role, RoleStanding
from app.kit.text import Text
from app.oidc.terms import Assurance
from app.web.pages import FieldErrors, Form, errors_of, whole_number

router = APIRouter(prefix=f"{PATH}/second-step", route_class=ConsoleRoute)
_NOBODY: Final = RoleStanding(0, 0)
_STALE: Final = Text(
    "Quy định này vừa được người khác đổi; quy định hiện hành ghi ngay dưới đây, điều bạn chọn vẫn còn trong mẫu. Hãy "
    "xem lại rồi làm tiếp.",
    "Somebody else has just changed this rule; below is what holds now, and the form still has what you chose. Look "
    "again, then go on.",
)


@router.get("")
async def list_rules(desk: CurrentDesk, guarded: GuardedRoles) -> Response:
    """The rule of every role, for every officer; how many lack a second step, for who decides it."""
    done = desk.request.query_params.get("done", "")
    return await _shown(desk, guarded, done=Role(done) if done in set(Role) else None)


async def _shown(
    desk: Desk,
    guarded: frozenset[Role],
    *,
    tried: Role | None = None,
    form: Form | None = None,
    errors: FieldErrors | None = None,
    message: Text | None = None,
    done: Role | None = None,
    status: int = 200,
) -> Response:
    may = bool(desk.actor.units(Role.TENANT_ADMIN))
    async with read_work(desk.database, desk.clock, desk.tenant.id) as work:
        rules = await service.list_factor_rules(work, desk.tenant.id, guarded)
        holders = await service.count_holders(work, desk.actor) if may else {}
    return desk.page(
        "second_step.html",
        status=status,
        lines=[
            {
                "rule": rule,
                "standing": holders.get(rule.role, _NOBODY),
                "form": form if form is not None and rule.role is tried else _as_form(rule),
            }
            for rule in rules
        ],
        may=may,
        tried=tried,
        errors=errors or {},
        message=message,
        done=done,
        assurances=list(Assurance),
    )


def _as_form(rule: FactorRule) -> Form:
    chosen = "yes" if rule.demanded else "no"
    return Form([("demanded", chosen), ("provider", rule.provider.value if rule.provider else "")])


@router.post("/{role}")
async def set_rule(desk: Administrator, role: Role, guarded: GuardedRoles, form: OwnForm) -> Response:
    """The rule of the role from its next request on; else the page with what is wrong."""
    try:
        await in_work(desk.database, desk.clock, desk.tenant.id, _verb(desk, role, form))
    except ValidationError as refused:
        return await _shown(desk, guarded, tried=role, form=form, errors=errors_of(refused), status=422)
    except StaleFactorRule as problem:
        return await _shown(desk, guarded, tried=role, form=form, message=_STALE, status=problem.status)
    return RedirectResponse(f"{PATH}/second-step?done={role}", status_code=303)


def _verb(desk: Desk, role: Role, form: Form) -> Any:
    seen = whole_number(form.text("version"))

    async def verb(work: Work) -> FactorRule:
        given = {"demanded": form.text("demanded") == "yes", "provider": form.text("provider") or None}
        wanted = FactorRuleIn.model_validate(given)
        actor = acting_as(desk.actor, Role.TENANT_ADMIN)
        version = seen if isinstance(seen, int) else -1
        return await service.set_factor_rule(
            work, actor, role, demanded=wanted.demanded, provider=wanted.provider, seen=version
        )

    return verb
