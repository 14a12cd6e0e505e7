"""Statements that change service requests, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, exists, or_, select

from app.cases.terms import Scope
from app.db.work import Recorder, Work
from app.kit.ids import RequestId, TenantId
from app.service_requests.errors import RequestNotFound
from app.service_requests.models import RequestFile, RequestStep, ServiceRequest

_REQUESTS, _STEPS, _FILES = ServiceRequest.__table__, RequestStep.__table__, RequestFile.__table__


def put_request(work: Recorder, row: Mapping[str, object]) -> None:
    """Add the request to what the work writes."""
    work.put(_REQUESTS, row)  # type: ignore[arg-type]


def put_step(work: Recorder, row: Mapping[str, object]) -> None:
    """Add the step to what the work writes."""
    work.put(_STEPS, row)  # type: ignore[arg-type]


def put_file(work: Recorder, row: Mapping[str, object]) -> None:
    """Add the file to what the work writes."""
    work.put(_FILES, row)  # type: ignore[arg-type]


class RequestRepository:
    """Statements on single service requests."""

    def __init__(self, work: Work, tenant_id: TenantId) -> None:
        self._work = work
        self._session = work.session
        self._tenant_id = tenant_id

    async def lock(self, code: str, *, visible_to: Scope) -> tuple[ServiceRequest, list[RequestStep]]:
        """The request, its row locked until the transaction ends, with its steps in order. Two statements.

        The request is locked before anything of it; its steps are changed by whoever holds it only. Raises:
        RequestNotFound, also when no unit of the scope has had a part in it, with as much work as for none.
        """
        wanted = select(ServiceRequest).where(ServiceRequest.code == code)
        if not visible_to.whole:
            part = exists().where(
                RequestStep.tenant_id == ServiceRequest.tenant_id,
                RequestStep.request_id == ServiceRequest.id,
                RequestStep.opened_at.is_not(None),
                RequestStep.unit_id.in_(visible_to.units),
            )
            wanted = wanted.where(or_(ServiceRequest.receiver_id.in_(visible_to.units), part))
        return await self._with_steps(await self._locked(wanted))

    async def lock_own(
        self, code: str, owns: Callable[[ServiceRequest], bool]
    ) -> tuple[ServiceRequest, list[RequestStep]]:
        """The same for its applicant. Raises: RequestNotFound, also for somebody else's, with as much work."""
        request = await self._locked(select(ServiceRequest).where(ServiceRequest.code == code))
        if not owns(request):
            raise RequestNotFound
        return await self._with_steps(request)

    async def lock_by_id(self, request_id: RequestId) -> tuple[ServiceRequest, list[RequestStep]]:
        """The same by id, without a scope: for the program itself."""
        return await self._with_steps(await self._locked(select(ServiceRequest).where(ServiceRequest.id == request_id)))

    async def _locked(self, wanted: Select[ServiceRequest]) -> ServiceRequest:
        request = await self._session.scalar(
            wanted.where(ServiceRequest.tenant_id == self._tenant_id).with_for_update(of=ServiceRequest)
        )
        if request is None:
            raise RequestNotFound
        self._work.catch_up(request.updated_at)
        return request

    async def _with_steps(self, request: ServiceRequest) -> tuple[ServiceRequest, list[RequestStep]]:
        found = await self._session.scalars(
            select(RequestStep)
            .where(RequestStep.tenant_id == self._tenant_id, RequestStep.request_id == request.id)
            .order_by(RequestStep.place)
        )
        return request, list(found)


_SAME = """
    SELECT code, citizen_id FROM service_requests
    WHERE tenant_id = $1 AND applicant_index = $2 AND procedure_code = $3 AND content_hash = $4 AND closed_at IS NULL
    ORDER BY id DESC LIMIT 1
"""


async def find_same(
    work: Work, tenant_id: TenantId, applicant: bytes, procedure: str, content: bytes
) -> tuple[str, UUID | None] | None:
    """Code and account of an open request of the same person for the same thing, None when there is none.

    One statement (index ix_service_requests_applicant).
    """
    rows = await work.fetch(_SAME, tenant_id, applicant, procedure, content)
    return (rows[0]["code"], rows[0]["citizen_id"]) if rows else None


async def drop_results(work: Work, tenant_id: TenantId, request_id: UUID) -> None:
    """The files of a result that was sent back are the request's no more; they expire. Three statements at most."""
    gone = [row["upload_id"] for row in await work.fetch(_DROP, tenant_id, request_id)]
    await let_expire(work, gone)


async def let_expire(work: Work, uploads: Sequence[UUID]) -> None:
    """Nobody has these any more; they go when files are cleared. Two statements, none for none.

    Each of one table: files are the province's, uploads lie where their address leads (scale.md).
    """
    if uploads:
        await work.fetch("DELETE FROM upload_claims WHERE upload_id = ANY ($1)", uploads)
        await work.fetch("UPDATE uploads SET expires_at = $2 WHERE id = ANY ($1)", uploads, work.now)


_DROP = """
    DELETE FROM service_request_files WHERE tenant_id = $1 AND request_id = $2 AND role = 'result' RETURNING upload_id
"""


async def list_names(work: Work, tenant_id: TenantId, request_id: RequestId) -> list[tuple[str, str | None]]:
    """Role and document of each file of the request. One statement."""
    rows = await work.fetch(
        "SELECT role, document FROM service_request_files WHERE tenant_id = $1 AND request_id = $2",
        tenant_id,
        request_id,
    )
    return [(row["role"], row["document"]) for row in rows]


async def list_results(work: Work, tenant_id: TenantId, request_id: RequestId) -> list[tuple[str, UUID]]:
    """Name and upload of each file of the result, oldest first. One statement."""
    rows = await work.fetch(
        "SELECT name, upload_id FROM service_request_files WHERE tenant_id = $1 AND request_id = $2"
        " AND role = 'result' ORDER BY id",
        tenant_id,
        request_id,
    )
    return [(row["name"], row["upload_id"]) for row in rows]
