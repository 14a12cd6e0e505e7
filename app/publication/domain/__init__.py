"""Decisions of publication: what is masked, and what a case looks like to the public. Pure."""

from .canonical import canonical_json, line_digest
from .projection import is_shown, masked, passages, phrase_terms, project, render, search_terms, tombstone
from .redaction import find, holds, redact

__all__ = [
    "canonical_json",
    "find",
    "holds",
    "is_shown",
    "line_digest",
    "masked",
    "passages",
    "phrase_terms",
    "project",
    "redact",
    "render",
    "search_terms",
    "tombstone",
]
