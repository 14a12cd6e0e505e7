"""One function per verb: load → permit → decide → apply → record. No SQL, no HTTP, no second way in."""

from __future__ import annotations

from .codes import CodeBook
from .extending import extend_case, pause_case, preview_extension, resume_case
from .following import rate_case, reopen_for_reporter, reply_to_case, verbs_for_reporter, withdraw_by_reporter
from .handling import (
    accept_case,
    add_note,
    approve_answer,
    ask_reporter,
    assign_case,
    close_case,
    confirm_redaction,
    decide_photos,
    draft_answer,
    publish_case,
    redact_case,
    reject_draft,
    reopen_case,
    resolve_case,
    withdraw_for_reporter,
    withhold_case,
)
from .holding import forget_held, list_held, refuse_held, release_case
from .listing import (
    NEWEST,
    NOBODY,
    START,
    CaseView,
    Outcome,
    cases_page,
    each_case,
    get_case,
    get_case_for_program,
    get_row,
    load_by_unit,
    may_take_up,
    narrowed,
    queue_counts,
    queue_page,
    with_clocks,
)
from .moving import escalate_case, merge_case, refer_case, return_case, unmerge_case
from .offering import Offering, preview_category
from .opening import NewCase, open_case, rewrite_summaries
from .outside import draft_from_outside, is_held, note_from_outside, return_from_outside
from .previewing import preview_edit, preview_target
from .recounting import recount_cases
from .rerouting import Rerouting, preview_rulebook
from .sorting import triage_case
from .steps import record, scope_of
from .supporting import keep_support, raise_by_support
from .sweeping import list_unswept, plan_cases, plan_unplanned, sweep, workload
from .timing import Told, milestones_of, row_clock, tell_deadline

__all__ = [
    "NEWEST",
    "NOBODY",
    "START",
    "CaseView",
    "CodeBook",
    "NewCase",
    "Offering",
    "Outcome",
    "Rerouting",
    "Told",
    "accept_case",
    "add_note",
    "approve_answer",
    "ask_reporter",
    "assign_case",
    "cases_page",
    "close_case",
    "confirm_redaction",
    "decide_photos",
    "draft_answer",
    "draft_from_outside",
    "each_case",
    "escalate_case",
    "extend_case",
    "forget_held",
    "get_case",
    "get_case_for_program",
    "get_row",
    "is_held",
    "keep_support",
    "list_held",
    "list_unswept",
    "load_by_unit",
    "may_take_up",
    "merge_case",
    "milestones_of",
    "narrowed",
    "note_from_outside",
    "open_case",
    "pause_case",
    "plan_cases",
    "plan_unplanned",
    "preview_category",
    "preview_edit",
    "preview_extension",
    "preview_rulebook",
    "preview_target",
    "publish_case",
    "queue_counts",
    "queue_page",
    "raise_by_support",
    "rate_case",
    "record",
    "recount_cases",
    "redact_case",
    "refer_case",
    "refuse_held",
    "reject_draft",
    "release_case",
    "reopen_case",
    "reopen_for_reporter",
    "reply_to_case",
    "resolve_case",
    "resume_case",
    "return_case",
    "return_from_outside",
    "rewrite_summaries",
    "row_clock",
    "scope_of",
    "sweep",
    "tell_deadline",
    "triage_case",
    "unmerge_case",
    "verbs_for_reporter",
    "with_clocks",
    "withdraw_by_reporter",
    "withdraw_for_reporter",
    "withhold_case",
    "workload",
]
