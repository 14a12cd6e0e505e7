"""Verbs of files: begin, go on, end, attach; look at what came; find and fetch what may be seen."""

from __future__ import annotations

from .checking import backlog, verify
from .clearing import (
    clean,
    clear,
    forget_places,
    let_go,
    list_older,
    sweep,
)
from .fetching import covered, fetch, list_checksums, list_of_reports, list_uploads, read
from .receiving import append, attach, attach_more, attachable, begin, claim, end, look, put_off, take

__all__ = [
    "append",
    "attach",
    "attach_more",
    "attachable",
    "backlog",
    "begin",
    "claim",
    "clean",
    "clear",
    "covered",
    "end",
    "fetch",
    "forget_places",
    "let_go",
    "list_checksums",
    "list_of_reports",
    "list_older",
    "list_uploads",
    "look",
    "put_off",
    "read",
    "sweep",
    "take",
    "verify",
]
