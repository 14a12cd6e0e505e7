"""What lies with units: counted over open cases, and added up. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Load(NamedTuple):
    """How many open cases there are, and what of them waits for what."""

    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    to_sort: int = 0
    to_approve: int = 0


def total(loads: Iterable[Load]) -> Load:
    """All of them together."""
    return Load(*(sum(column) for column in zip(Load(), *loads, strict=True)))
