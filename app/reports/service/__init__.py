"""Verbs of reports: taking one in, reading it, what its sender does with it afterwards."""

from __future__ import annotations

from .following import claim, hand_over, own_report, rate, reopen, reply, withdraw
from .intake import Intake, Repeat, locate_report, submit_report
from .reading import (
    ReportView,
    files_of_case,
    files_of_own,
    find_facts,
    find_letters,
    find_own,
    get_facts,
    get_own_facts,
    letters_for_sender,
    opened_by,
    owns,
    reports_for_staff,
    verbs_for_sender,
    watched,
    watched_of,
)

__all__ = [
    "Intake",
    "Repeat",
    "ReportView",
    "claim",
    "files_of_case",
    "files_of_own",
    "find_facts",
    "find_letters",
    "find_own",
    "get_facts",
    "get_own_facts",
    "hand_over",
    "letters_for_sender",
    "locate_report",
    "opened_by",
    "own_report",
    "owns",
    "rate",
    "reopen",
    "reply",
    "reports_for_staff",
    "submit_report",
    "verbs_for_sender",
    "watched",
    "watched_of",
    "withdraw",
]
