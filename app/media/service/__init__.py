"""Verbs of files: begin, go on, end, attach; look at what came; find and fetch what may be seen."""

from __future__ import annotations

from .checking import backlog, verify
from .clearing import (
    clean,
    clear,
    let_go,
    list_older,
    sweep,
)
from .fetching import fetch, list_of_reports, read
from .receiving import append, attach, attachable, begin, end, look, take

__all__ = [
    "append",
    "attach",
    "attachable",
    "backlog",
    "begin",
    "clean",
    "clear",
    "end",
    "fetch",
    "let_go",
    "list_of_reports",
    "list_older",
    "look",
    "read",
    "sweep",
    "take",
    "verify",
]
