"""What must be reached and what is aimed at; what was missed is remembered and told in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import ge, le

AT_LEAST: Callable[[float, float], bool] = ge
AT_MOST: Callable[[float, float], bool] = le


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must be reached, and a better one that is aimed at."""

    must: float
    aim: float
    reaches: Callable[[float, float], bool]
    unit: str

    def __str__(self) -> str:
        """As in a table."""
        sign = "≥" if self.reaches is AT_LEAST else "≤"
        return f"{sign} {self.must:g} / {self.aim:g}{self.unit}"


@dataclass(slots=True)
class Verdicts:
    """Says which targets are reached, and keeps those that are not."""

    missed: list[str] = field(default_factory=list)

    def on(self, what: str, value: float, target: Target) -> str:
        """`aim`, `must` or `MISSED`."""
        if target.reaches(value, target.aim):
            return "aim"
        if target.reaches(value, target.must):
            return "must"
        return self.wrong(f"{what}: {value:,.2f}{target.unit}, {target}")

    def wrong(self, what: str) -> str:
        """`MISSED`, whatever the figures say."""
        self.missed.append(what)
        return "MISSED"

    def tell(self) -> None:
        """The closing list."""
        if not self.missed:
            print("\nEvery target that must be reached is reached.")
            return
        print(f"\nMissed ({len(self.missed)}):")
        for line in self.missed:
            print(f"  {line}")
