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
from .previewing import Consequences, look_at_file, preview_publication, preview_retirement

__all__ = [
    "Consequences",
    "bring_procedure",
    "check",
    "draft_procedure",
    "get_procedure",
    "get_version",
    "list_versions",
    "look_at_file",
    "place",
    "preview_publication",
    "preview_retirement",
    "publish_version",
    "redraft_version",
    "retire_version",
    "search",
]
