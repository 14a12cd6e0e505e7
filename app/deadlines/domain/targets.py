"""Which target holds: the one that says most about the matter, of the versions in force that day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from app.catalogue.terms import Priority
from app.deadlines.terms import Target, TargetKind
from app.directory.terms import Tier


def in_force(versions: Iterable[Target], on: date) -> list[Target]:
    """Of each code the version in force on the day: the one that begins last, of two the later version."""
    newest: dict[str, Target] = {}
    for target in sorted(versions, key=lambda one: (one.valid_from, one.version)):
        if target.valid_from <= on:
            newest[target.code] = target
    return [one for one in newest.values() if one.valid_to is None or on <= one.valid_to]


def choose(
    targets: Iterable[Target],
    kind: TargetKind,
    *,
    lineage: Sequence[str],
    tier: Tier | None,
    priority: Priority | None,
) -> Target | None:
    """The target of `kind` that fits and says most: first the priority, then how near the category, then the tier.

    Args:
        targets: those in force.
        lineage: the category and its group, leaf first.
    Returns: None when none fits. Of two that say as much the one whose code comes first.
    """
    found: Target | None = None
    best: tuple[bool, int, bool] = (False, -1, False)
    for target in sorted(targets, key=lambda one: one.code):
        if target.kind is not kind or not _fits(target, lineage, tier, priority):
            continue
        near = max((len(lineage) - at for at, code in enumerate(lineage) if code in target.categories), default=0)
        said = (target.priority is not None, near, target.tier is not None)
        if found is None or said > best:
            found, best = target, said
    return found


def _fits(target: Target, lineage: Sequence[str], tier: Tier | None, priority: Priority | None) -> bool:
    return (
        (not target.categories or any(code in target.categories for code in lineage))
        and (target.tier is None or target.tier is tier)
        and (target.priority is None or target.priority is priority)
    )
