"""Papers by their facts: the canonical form and its checksum, the words that a template makes of them. Pure."""

from __future__ import annotations

from .frozen import (
    as_facts,
    as_json,
    bond_of,
    canonical,
    checksum_named_in,
    checksum_of,
    checksums_beginning,
    file_named,
    is_intact,
    number_of,
    personal_of,
    public_of,
    result_files,
    short_code,
    tidied,
    with_personal,
)
from .sheets import Template, sheet_of

__all__ = [
    "Template",
    "as_facts",
    "as_json",
    "bond_of",
    "canonical",
    "checksum_named_in",
    "checksum_of",
    "checksums_beginning",
    "file_named",
    "is_intact",
    "number_of",
    "personal_of",
    "public_of",
    "result_files",
    "sheet_of",
    "short_code",
    "tidied",
    "with_personal",
]
