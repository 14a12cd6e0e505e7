"""What people, officers and other rooms ask of the procedures, one function for each wish."""

from __future__ import annotations

from .administration import (
    bring_procedure,
    draft_procedure,
    get_version,
    list_versions,
    publish_version,
    redraft_version,
    retire_version,
)
from .asking import check, get_procedure, place, search

__all__ = [
    "bring_procedure",
    "check",
    "draft_procedure",
    "get_procedure",
    "get_version",
    "list_versions",
    "place",
    "publish_version",
    "redraft_version",
    "retire_version",
    "search",
]
