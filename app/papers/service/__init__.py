"""Papers issued, drawn, and told genuine from forged. Who may read one is the business of whoever asks."""

from __future__ import annotations

from .checking import Desk, check
from .issuing import PRESENT, issue, list_papers, paper_of, template_of
from .keeping import count_unsealed, forget, forget_facts, has_sealed, kept_of, list_seals, reseal
from .rendering import pdf_of, tag_of
from .sealing import opened, shown
from .signatures import SignatureReader

__all__ = [
    "PRESENT",
    "Desk",
    "SignatureReader",
    "check",
    "count_unsealed",
    "forget",
    "forget_facts",
    "has_sealed",
    "issue",
    "kept_of",
    "list_papers",
    "list_seals",
    "opened",
    "paper_of",
    "pdf_of",
    "reseal",
    "shown",
    "tag_of",
    "template_of",
]
