"""Decisions of publication: what is masked, and what a case looks like to the public. Pure."""

from .redaction import redact

__all__ = ["redact"]
