"""What is done between installations."""

from __future__ import annotations

from .administration import (
    change_neighbour,
    create_neighbour,
    end_neighbour,
    forget,
    get_neighbour,
    list_consignments,
    list_failing,
    list_neighbours,
)
from .hearing import prove, take_in
from .reconciling import digests_for, reconcile
from .sending import Postman
from .telling import tell

__all__ = [
    "Postman",
    "change_neighbour",
    "create_neighbour",
    "digests_for",
    "end_neighbour",
    "forget",
    "get_neighbour",
    "list_consignments",
    "list_failing",
    "list_neighbours",
    "prove",
    "reconcile",
    "take_in",
    "tell",
]
