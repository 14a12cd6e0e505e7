"""What of a service request is personal: sealed in the row, opened for the applicant and the offices that handle it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

import orjson

from app.identity.domain import Keyring, open_papers, seal_papers
from app.kit.ids import TenantId
from app.service_requests.terms import Earlier, Papers, Person

_WHAT: Final = "service-request"
_DRAFT: Final = "service-request-draft"


def sealed(keys: Keyring, tenant_id: TenantId, request_id: UUID, papers: Papers) -> bytes:
    """The papers as the row keeps them."""
    content = orjson.dumps(
        {
            "applicant": asdict(papers.applicant),
            "filer": asdict(papers.filer) if papers.filer else None,
            "answers": dict(papers.answers),
            **({"shown": list(papers.shown)} if papers.shown else {}),
            **({"earlier": [asdict(one) for one in papers.earlier]} if papers.earlier else {}),
        }
    )
    return seal_papers(keys, tenant_id, request_id, _WHAT, content)


def opened(keys: Keyring, tenant_id: TenantId, request_id: UUID, content: bytes) -> Papers:
    """The papers of a row, empty ones when they are kept no more. Raises: IdentityUnreadable."""
    if not content:
        return Papers(Person(), None, {})
    found = orjson.loads(open_papers(keys, tenant_id, request_id, _WHAT, content))
    filer = found["filer"]
    shown = tuple(found.get("shown", ()))  # not in papers of before
    earlier = tuple(Earlier(**one) for one in found.get("earlier", ()))
    return Papers(Person(**found["applicant"]), Person(**filer) if filer else None, found["answers"], shown, earlier)


def reached_at(keys: Keyring, tenant_id: TenantId, request_id: UUID, content: bytes) -> Person:
    """Whom to tell: who acts for the applicant, where somebody does; what that person left out is the applicant's.

    Raises: IdentityUnreadable.
    """
    papers = opened(keys, tenant_id, request_id, content)
    if papers.filer is None:
        return papers.applicant
    filer = papers.filer
    return replace(filer, phone=filer.phone or papers.applicant.phone, email=filer.email or papers.applicant.email)


def sealed_draft(keys: Keyring, tenant_id: TenantId, draft_id: UUID, content: Mapping[str, Any]) -> bytes:
    """A draft as its row keeps it."""
    return seal_papers(keys, tenant_id, draft_id, _DRAFT, orjson.dumps(dict(content)))


def opened_draft(keys: Keyring, tenant_id: TenantId, draft_id: UUID, content: bytes) -> dict[str, Any]:
    """What a draft says. Raises: IdentityUnreadable."""
    found: dict[str, Any] = orjson.loads(open_papers(keys, tenant_id, draft_id, _DRAFT, content))
    return found


def content_hash(answers: Mapping[str, Any], object_area: str) -> bytes:
    """The same for the same answers about the same place, whatever order they came in (32 bytes)."""
    said = orjson.dumps([dict(answers), object_area], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).digest()
