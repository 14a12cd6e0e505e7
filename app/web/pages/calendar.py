"""Counted days as the weeks of a small calendar."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from app.kit.text import Text


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its `number` when it counts, and why it counts or not."""

    day: date
    number: int | None
    reason: Text
    first: bool
    due: bool
    today: bool
    paused: bool = False


def weeks(
    days: Iterable[tuple[date, bool, Text]], today: date, paused: Container[date] = ()
) -> list[list[Cell | None]]:
    """Rows from Monday to Sunday; None outside the days, which are (day, whether it counts, why) in order.

    Those that do not count because the clock stood are `paused`.
    """
    listed = list(days)
    cells: list[Cell | None] = [None] * (listed[0][0].weekday() if listed else 0)
    number = 0
    for place, (day, counts, reason) in enumerate(listed):
        number += counts
        last = place == len(listed) - 1
        cells.append(Cell(day, number if counts else None, reason, place == 0, last, day == today, day in paused))
    cells += [None] * (-len(cells) % 7)
    return [cells[at : at + 7] for at in range(0, len(cells), 7)]
