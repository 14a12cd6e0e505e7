"""What is packaged with the program."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from app.directory.terms import Tier
from app.kit.text import Text

from .terms import Goal


@cache
def packaged_goals() -> tuple[Goal, ...]:
    """What is aimed at where a province has set nothing."""
    rows = yaml.safe_load(files("app.insight").joinpath("data/goals.yaml").read_text(encoding="utf-8"))
    return tuple(
        Goal(
            Tier(row["tier"]),
            row["valid_from"],
            row["percent"],
            Text(row["legal_basis"]["vi"], row["legal_basis"]["en"]),
        )
        for row in rows
    )
