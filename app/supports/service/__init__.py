"""Verbs of support: give it, take it back, count it, and rule from how many on a case is urgent."""

from __future__ import annotations

from .counting import count_support
from .giving import give_support, hand_over, let_go, list_own, prove, standing_of, take_back
from .keeping import due_supporters, forget_supporters
from .ruling import list_rules, preview_rule, publish_rule

__all__ = [
    "count_support",
    "due_supporters",
    "forget_supporters",
    "give_support",
    "hand_over",
    "let_go",
    "list_own",
    "list_rules",
    "preview_rule",
    "prove",
    "publish_rule",
    "standing_of",
    "take_back",
]
