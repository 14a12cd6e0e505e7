"""Decisions about who needs a second step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.identity.terms import FactorRule, Role
from app.oidc.terms import Assurance

_ORDER = tuple(Assurance)


def roles_named(text: str) -> frozenset[Role]:
    """The roles of that text, parted by blanks. Raises: ValueError for what is none."""
    return frozenset(Role(word) for word in text.split())


def rule_of(role: Role, own: Mapping[Role, FactorRule], packaged: Collection[Role]) -> FactorRule:
    """What the tenant has decided of the role, else what is packaged."""
    return own.get(role) or FactorRule(role, role in packaged)


def must_enrol(
    roles: Iterable[Role],
    own: Mapping[Role, FactorRule],
    packaged: Collection[Role],
    *,
    has_factor: bool,
    assurance: Assurance | None,
) -> bool:
    """Whether one of the roles needs a second step, and there is neither one nor what stands for it."""
    if has_factor:
        return False
    rules = [rule_of(role, own, packaged) for role in roles]
    return any(rule.demanded and not stands_for(rule, assurance) for rule in rules)


def stands_for(rule: FactorRule, assurance: Assurance | None) -> bool:
    """Whether a provider's word of this assurance stands for a second step of the role."""
    if rule.provider is None or assurance is None:
        return False
    return _ORDER.index(assurance) >= _ORDER.index(rule.provider)
