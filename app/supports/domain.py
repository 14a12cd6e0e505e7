"""Decisions about support: what everyone is told of a number, which rule holds, whether it is reached. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from app.catalogue.terms import Priority
from app.kit.text import Text

from .errors import OwnMatter, SupportClosed
from .terms import Counted, Rule, Supported, Whose

_EXACT_UNTIL: Final = 100
_LADDER: Final = tuple(Priority)


def compact(people: int) -> int:
    """The number that everyone is told: exact below a hundred, from there its first two digits and zeros.

    So a case that thousands support changes for its readers a few hundred times and not thousands of times.
    """
    if people < _EXACT_UNTIL:
        return max(0, people)
    unit = 10 ** (len(str(people)) - 2)
    return int(people // unit * unit)


def may_support(found: Supported) -> None:
    """Nothing, when the person may say so of this case. Raises: OwnMatter, SupportClosed."""
    if found.reported:
        raise OwnMatter
    if not found.is_open or not found.shown:
        raise SupportClosed


@lru_cache(maxsize=1)
def packaged_rules() -> tuple[Rule, ...]:
    """What holds where a province has decided nothing, in the order of the file."""
    data: Mapping[str, Any] = tomllib.loads(
        resources.files("app.supports").joinpath("data/rules.toml").read_text("utf-8")
    )
    bases = {name: Text(**basis) for name, basis in data["legal_bases"].items()}
    return tuple(
        Rule(
            None,
            Priority(one["priority"]),
            0,
            one["at_least"],
            Whose(one["whose"]),
            bases[one["legal_basis"]],
            "",
            None,
            None,
        )
        for one in data["rule"]
    )


def rules_in_force(own: Sequence[Rule], at: datetime) -> dict[tuple[str | None, Priority], Rule]:
    """Of each rule the newest version of the province's own that has begun, else the packaged one."""
    found = {one.key: one for one in packaged_rules()}
    begun = [one for one in own if one.valid_from is None or one.valid_from <= at]
    for one in sorted(begun, key=lambda rule: rule.version):
        found[one.key] = one
    return found


def rule_reached(
    in_force: Mapping[tuple[str | None, Priority], Rule], lineage: Sequence[str], *, people: int, proven: int
) -> Rule | None:
    """The rule that makes the case most urgent of those it reaches; None when it reaches none.

    Of a priority's rules the one nearest to the case's category holds, also when it says that no number raises it.

    Args:
        lineage: the category and those above it, leaf first.
    """
    for priority in reversed(_LADDER):
        rule = next((rule for of in (*lineage, None) if (rule := in_force.get((of, priority))) is not None), None)
        if rule is None or rule.at_least is None:
            continue
        if (proven if rule.whose is Whose.PROVEN else people) >= rule.at_least:
            return rule
    return None


def rule_raising(
    one: Counted, in_force: Mapping[tuple[str | None, Priority], Rule], lineage: Sequence[str]
) -> Rule | None:
    """The rule by which the case would be more urgent than it is; `lineage` as above."""
    if not one.is_open or not one.people:
        return None
    rule = rule_reached(in_force, lineage, people=one.people, proven=one.proven)
    return rule if rule and _LADDER.index(rule.priority) > _LADDER.index(one.priority) else None
