"""What a change of publications changes in the public figures: each counts for its units, area, category, month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from uuid import UUID

from app.cases.terms import OPEN_STATES, CaseState
from app.kit.clock import local_day
from app.kit.ids import made_at
from app.publication.terms import Tallied

from .counting import ALL_TIME, month_of

FigureKey = tuple[UUID, str, int, str, str]
"""Unit, category (none: of every category), period, district, commune."""
Tally = tuple[Tallied | None, Tallied | None]
"""As what a case was counted, and as what it is to be."""

EVERYWHERE = "*"  # in place of a district and its commune, or of a commune: all of them
_PLACES = {state.value: place for place, state in enumerate(CaseState)}
_OPEN = frozenset(state.value for state in OPEN_STATES)
_OVERDUE = len(_PLACES)


def figure_changes(changes: Iterable[Tally], zone: str) -> dict[FigureKey, list[int]]:
    """By cell what is added to the count of each state, and to that of open cases that are overdue."""
    found: dict[FigureKey, list[int]] = defaultdict(lambda: [0] * (_OVERDUE + 1))
    for before, after in changes:
        if before == after:
            continue
        for sign, one in ((-1, before), (1, after)):
            if one is None:
                continue
            overdue = sign if one.overdue and one.state in _OPEN else 0
            for key in _keys(one, zone):
                found[key][_PLACES[one.state]] += sign
                found[key][_OVERDUE] += overdue
    return {key: row for key, row in found.items() if any(row)}


def _keys(one: Tallied, zone: str) -> Iterator[FigureKey]:
    """The cells of the case."""
    areas = {(EVERYWHERE, EVERYWHERE), (one.district, one.commune)}
    if one.district:
        areas.add((one.district, EVERYWHERE))
    periods = (ALL_TIME, month_of(local_day(made_at(one.case_id), zone)))
    for unit, category, period, area in product(one.units, ("", one.category), periods, areas):
        yield unit, category, period, *area
