"""From how many supporters on a case is urgent: rules as versions, with their legal basis."""

from __future__ import annotations

from app.audit import service as audit
from app.audit.terms import Action
from app.catalogue.snapshot import Catalogue
from app.catalogue.terms import Priority
from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.kit.text import Text
from app.supports import domain, policies, repository
from app.supports.errors import InvalidSupportRule, StaleSupportRule
from app.supports.terms import RAISED_TO, Raise, Rule, RulePreview, Whose

LOOKED_AT = 500

_PAST = Text("Ngày bắt đầu không thể ở trước hôm nay.", "It cannot begin in the past.")
_ONLY_UP = Text("Chỉ nâng được lên mức cao hoặc khẩn cấp.", "A case can only be raised to high or urgent.")


async def list_rules(work: ReadWork, actor: Actor) -> list[tuple[Rule, list[Rule]]]:
    """Each rule in force with all versions of the province's own, newest first; those to come too. One statement."""
    own = await repository.list_rules(work, actor.tenant_id)
    in_force = domain.rules_in_force(own, work.now)
    coming = [one for one in own if one.key not in in_force]
    found = {**in_force, **{one.key: one for one in reversed(coming)}}
    return [(rule, [one for one in own if one.key == key]) for key, rule in sorted(found.items(), key=_by_category)]


def _by_category(entry: tuple[tuple[str | None, Priority], Rule]) -> tuple[str, int]:
    category, priority = entry[0]
    return category or "", list(Priority).index(priority)


async def publish_rule(work: Work, actor: Actor, rule: Rule, *, catalogue: Catalogue, based_on: int | None) -> Rule:
    """The rule as its next version, from `valid_from` on, None: from now. Cases meet it when they are counted next.

    Raises: Forbidden, UnknownCategory, InvalidSupportRule, StaleSupportRule, SupportRuleRace.
    """
    policies.may_rule(actor).require()
    _check(work, actor, rule, catalogue)
    own = [one for one in await repository.list_rules(work, actor.tenant_id) if one.key == rule.key]
    newest = max((one.version for one in own), default=0)
    if based_on is not None and based_on != newest:
        raise StaleSupportRule(newest)
    published = Rule(
        rule.category,
        rule.priority,
        newest + 1,
        rule.at_least,
        rule.whose,
        rule.legal_basis,
        rule.note,
        work.now,
        rule.valid_from or work.now,
    )
    await repository.add_rule(work, actor, published)
    details = {"version": published.version, "at_least": rule.at_least, "whose": rule.whose.value}
    subject = f"{rule.category or '*'}.{rule.priority}"
    audit.record(work, actor, Action.SUPPORT_RULE_PUBLISHED, subject=subject, details=details)
    return published


async def preview_rule(work: ReadWork, actor: Actor, rule: Rule, *, catalogue: Catalogue) -> RulePreview:
    """Which open cases the rule would raise if it held now and they were counted now; nothing is written.

    At most LOOKED_AT cases that enough people support are looked at. What an older rule has raised stays raised. Four
    statements. Raises: Forbidden, UnknownCategory, InvalidSupportRule.
    """
    policies.may_rule(actor).require()
    _check(work, actor, rule, catalogue)
    if rule.at_least is None:
        return RulePreview(0, more=False, raised=[])
    tenant = actor.tenant_id
    among = catalogue.subtree(tenant, rule.category) if rule.category is not None else None
    codes = await repository.supported(work, tenant, rule.at_least, among, LOOKED_AT)
    in_force = domain.rules_in_force(await repository.list_rules(work, tenant), work.now) | {rule.key: rule}
    before = await repository.raised(work, tenant, list(codes))
    found = [
        Raise(codes[one.case_id], one.proven if rule.whose is Whose.PROVEN else one.people, one.priority)
        for one in await repository.count(work, tenant, list(codes))
        if one.case_id in codes
        and (one.case_id, rule.priority) not in before
        and domain.rule_raising(one, in_force, catalogue.lineage(tenant, one.category)) is rule
    ]
    return RulePreview(len(codes), more=len(codes) == LOOKED_AT, raised=found)


def _check(work: Work | ReadWork, actor: Actor, rule: Rule, catalogue: Catalogue) -> None:
    if rule.category is not None:
        catalogue.category(actor.tenant_id, rule.category)
    if rule.priority not in RAISED_TO:
        raise InvalidSupportRule(errors=[{"pointer": "/priority", "detail": _ONLY_UP}])
    if rule.valid_from is not None and rule.valid_from < work.now:
        raise InvalidSupportRule(errors=[{"pointer": "/valid_from", "detail": _PAST}])
