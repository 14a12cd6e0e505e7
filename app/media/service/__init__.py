"""Verbs of files: begin, go on, end, attach; look at what came; find and fetch what may be seen."""

from __future__ import annotations

from .checking import verify
from .clearing import (
    clean,
    clear,
    let_go,
    list_older,
)
from .fetching import covered, fetch, list_of_reports
from .receiving import append, attach, attachable, begin, end, look, take

__all__ = [
    "append",
    "attach",
    "attachable",
    "begin",
    "clean",
    "clear",
    "covered",
    "end",
    "fetch",
    "let_go",
    "list_of_reports",
    "list_older",
    "look",
    "take",
    "verify",
]
