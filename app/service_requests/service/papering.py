"""Papers that a verb hands out: what they state of the service request, frozen with the verb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.db.work import Work
from app.directory.snapshot import Unit
from app.identity.terms import Actor
from app.kit.clock import zone
from app.kit.ids import RequestId, TenantId, UnitId
from app.kit.phones import phone_as_written
from app.papers import service as papers_service
from app.papers.terms import Document, PaperFacts, PaperKind, ResultFile
from app.procedures.terms import DocumentForm, Procedure, StepRole
from app.service_requests import repository
from app.service_requests.terms import FileRole, RequestBooks

from .sealing import opened
from .steps import Held
from .timing import closing

_FORMS: Final = {
    DocumentForm.ORIGINAL: "bản chính",
    DocumentForm.CERTIFIED_COPY: "bản sao chứng thực",
    DocumentForm.COPY: "bản điện tử",
}
_SHOWN: Final = "bản giấy, đã đối chiếu"
_APPOINTMENTS: Final = frozenset({"appointment_at", "new_appointment_at", "first_appointment_at"})


async def issue(
    work: Work, actor: Actor, books: RequestBooks, found: Held, kind: PaperKind, unit_id: UnitId, **stated: Any
) -> str:
    """Number of the paper, which is there from the commit on. Three statements.

    `stated`: what of PaperFacts only this kind of paper says.
    """
    request = found.request
    tenant_id = TenantId(request.tenant_id)
    tenant, unit = books.directory.tenant(tenant_id), books.directory.unit(tenant_id, unit_id)
    above = books.directory.parent(tenant_id, unit_id)
    local = zone(tenant.time_zone)
    pages = books.directory.pages_of(tenant_id, books.pages)
    papers = opened(books.keys, tenant_id, request.id, request.sealed)
    desk = books.directory.unit(tenant_id, UnitId(request.receiver_id)).name
    files = await repository.list_names(work, tenant_id, RequestId(request.id))
    facts = PaperFacts(
        agency=unit.name,
        parent_agency=above.name if above else "",
        code=request.code,
        procedure=found.procedure.name.vi,
        procedure_code=found.procedure.code,
        applicant=papers.applicant.name,
        seat=books.directory.area(tenant.edition, unit.area_code).name,
        issued_at=work.now.astimezone(local),
        public_url=pages,
        address=papers.applicant.address or "",
        phone=phone_as_written(papers.applicant.phone or ""),
        email=papers.applicant.email or "",
        documents=_documents(found.procedure, files, papers.shown),
        fee_vnd=int(request.fee) if request.fee else None,
        processing_time=f"{request.working_days} ngày làm việc",
        received_at=request.submitted_at.astimezone(local),
        desk=desk,
        collected_at=_counter(books, found).name,
        officer=actor.name if kind is not PaperKind.RESULT_COVER else "",  # whoever hands it over signs there
        contact=unit.contact.get("phone", ""),
        tracking_url=f"{pages}/service-requests/{request.code}",
        **{
            name: _here(closing(books, request, value) if name in _APPOINTMENTS else value, local)
            for name, value in stated.items()
            if value is not None
        },
    )
    paper = await papers_service.issue(
        work,
        books.keys,
        tenant_id=tenant_id,
        subject_id=request.id,
        unit_id=unit_id,
        kind=kind,
        facts=facts,
        by=actor.staff_id,
    )
    return paper.number


def _counter(books: RequestBooks, found: Held) -> Unit:
    """Where the result is fetched: at the unit that hands it over, by default the one that took the papers in."""
    step = found.facts().with_role(StepRole.RETURN)
    unit_id = step.unit_id if step is not None else UnitId(found.request.receiver_id)
    return books.directory.unit(TenantId(found.request.tenant_id), unit_id)


def _here(value: Any, local: ZoneInfo) -> Any:
    """An instant in the tenant's zone, a day as its end there; anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(local)
    return datetime.combine(value, time(17), local) if isinstance(value, date) else value


def _documents(
    procedure: Procedure, files: Sequence[tuple[str, str | None]], shown: Sequence[str]
) -> tuple[Document, ...]:
    """What was handed in or shown, each document once, in the procedure's order."""
    here = {document for role, document in files if role in {FileRole.DOCUMENT, FileRole.SUPPLEMENT}}
    return tuple(
        Document(one.name.vi, one.copies, _FORMS[one.form] if one.code in here else _SHOWN)
        for one in procedure.documents
        if one.code in here or one.code in shown
    )


def results(files: Sequence[tuple[str, bytes]]) -> tuple[ResultFile, ...]:
    """Files of a result by name and SHA-256."""
    return tuple(ResultFile(name, digest.hex()) for name, digest in files)
