"""Papers issued, drawn, and told genuine from forged. Who may read one is the business of whoever asks."""

from __future__ import annotations

from .checking import Desk, check
from .issuing import issue, list_papers, paper_of, template_of
from .rendering import pdf_of, tag_of
from .signatures import SignatureReader

__all__ = ["Desk", "SignatureReader", "check", "issue", "list_papers", "paper_of", "pdf_of", "tag_of", "template_of"]
