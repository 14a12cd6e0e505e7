"""Decisions of publication: what is masked, and what a case looks like to the public. Pure."""

from .projection import is_shown, project, render, tombstone
from .redaction import redact

__all__ = ["is_shown", "project", "redact", "render", "tombstone"]
