"""Decisions of the procedures: is one written right, do answers fit its form, what do they need and cost. Pure."""

from __future__ import annotations

from .checking import check_procedure, longest_days
from .conditions import fee_lines, holds, needed_documents
from .files import BYTES_MAX, Written, lined, read_file
from .forms import check_answers
from .placing import missing_units, tiers_of, unit_of, units_of
from .wording import called, condition_words, field_words
from .writing import read_procedure, write_procedure

__all__ = [
    "BYTES_MAX",
    "Written",
    "called",
    "check_answers",
    "check_procedure",
    "condition_words",
    "fee_lines",
    "field_words",
    "holds",
    "lined",
    "longest_days",
    "missing_units",
    "needed_documents",
    "read_file",
    "read_procedure",
    "tiers_of",
    "unit_of",
    "units_of",
    "write_procedure",
]
