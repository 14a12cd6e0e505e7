"""Decisions of routing: which unit answers for a matter, and whether a rulebook may be published. Pure."""

from __future__ import annotations

from .check import check_rules
from .route import Book, CompiledRule, Matter, route, tiers_to_try

__all__ = ["Book", "CompiledRule", "Matter", "check_rules", "route", "tiers_to_try"]
