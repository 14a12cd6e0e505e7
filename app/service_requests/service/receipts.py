"""What an officer prints for an applicant at a desk: the code, the appointment, and the secret that opens the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from app.db.engine import Database
from app.identity.domain import Keyring, matches, tracking_secret
from app.identity.terms import Actor
from app.kit.ids import ReportId, RequestId, TenantId
from app.papers import service as papers_service
from app.papers.terms import PaperKind
from app.procedures.terms import Procedure
from app.service_requests import repository
from app.service_requests.errors import RequestNotFound
from app.service_requests.terms import Papers, RequestBooks

from .sealing import opened
from .steps import procedure_named

PRINTED_FOR: Final = timedelta(hours=1)
"""How long whoever took it in may print it again; later the secret is the applicant's alone."""


@dataclass(frozen=True, slots=True)
class Slip:
    """All that the printed slip says. `paper`: number of the official receipt, None until it is accepted."""

    row: Mapping[str, Any]
    procedure: Procedure
    papers: Papers = field(repr=False)
    documents: frozenset[str]
    secret: str = field(repr=False)
    paper: str | None


async def get_slip(db: Database, keys: Keyring, books: RequestBooks, actor: Actor, code: str, *, now: datetime) -> Slip:
    """The slip of one that this very officer took in within the hour. Three statements. Raises: RequestNotFound.

    Also where its offices are none of the officer's: whoever takes it in hands the slip over.
    """
    row = await repository.find_row(db, actor.tenant_id, code, None)
    if row is None or actor.staff_id is None or row["filed_by"] != actor.staff_id:
        raise RequestNotFound
    tenant_id, request_id = TenantId(row["tenant_id"]), RequestId(row["id"])
    secret = tracking_secret(keys, tenant_id, ReportId(request_id))
    if now - row["submitted_at"] > PRINTED_FOR or not matches(secret, row["tracking_hash"] or b""):
        raise RequestNotFound
    files = await repository.list_files(db, tenant_id, request_id)
    issued = await papers_service.list_papers(db, tenant_id, [request_id])
    papers = opened(keys, tenant_id, request_id, row["sealed"])
    return Slip(
        row,
        procedure_named(books, tenant_id, row["procedure_code"], row["procedure_version"]),
        papers,
        frozenset({*papers.shown, *(one["document"] for one in files if one["document"])}),
        secret,
        next((one.number for one in issued if one.kind is PaperKind.RECEIPT), None),
    )
