"""What a check found: how it is, and in a sentence what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.kit.text import Text


class Health(StrEnum):
    """How one thing is. Only what is broken makes the command fail."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check."""

    health: Health
    sentence: Text


def ok(vi: str, en: str) -> Finding:
    """Nothing to do."""
    return Finding(Health.OK, Text(vi, en))


def warning(vi: str, en: str) -> Finding:
    """It works, and will not for long or not for everybody."""
    return Finding(Health.WARNING, Text(vi, en))


def broken(vi: str, en: str) -> Finding:
    """It does not work."""
    return Finding(Health.BROKEN, Text(vi, en))
