"""Every SQL statement on service requests. Lists start from a scope; what is outside it does not exist."""

from __future__ import annotations

from .drafts import DraftRepository, forget_drafts, list_drafts
from .reading import (
    count_queues,
    files_of,
    find_own_file,
    find_row,
    find_tracked,
    list_files,
    list_of_citizen,
    list_queue,
    steps_of,
)
from .requests import (
    RequestRepository,
    drop_results,
    find_same,
    list_unswept,
    list_untold_steps,
    put_file,
    put_request,
    put_step,
)

__all__ = [
    "DraftRepository",
    "RequestRepository",
    "count_queues",
    "drop_results",
    "files_of",
    "find_own_file",
    "find_row",
    "find_same",
    "find_tracked",
    "forget_drafts",
    "list_drafts",
    "list_files",
    "list_of_citizen",
    "list_queue",
    "list_unswept",
    "list_untold_steps",
    "put_file",
    "put_request",
    "put_step",
    "steps_of",
]
