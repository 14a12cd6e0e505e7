"""Staff: the procedures of a province, their drafts, versions and end; for its administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.identity.deps import TenantAdmin
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.cursors import read_cursor
from app.web.etags import ExpectedVersion, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import (
    InvalidProcedure,
    ProcedureIsDraft,
    ProcedureIsPublished,
    ProcedureRace,
    ProcedureVersionNotFound,
    StaleProcedure,
)
from .schemas import ProcedureIn, PublicationIn, RetirementIn, VersionListOut, VersionOut

router = APIRouter(prefix="/api/v1/staff/procedures", tags=["staff"])

CodePath = Annotated[str, Path(description="Code of a procedure", examples=["1.004873"], max_length=100)]
VersionPath = Annotated[int, Path(ge=1, le=1_000_000, description="Number of the version", examples=[2])]
_READ = problem_responses(StaffNeeded, SessionExpired, Forbidden, ProcedureVersionNotFound)
_WRITE = problem_responses(
    StaffNeeded, SessionExpired, Forbidden, ProcedureVersionNotFound, InvalidProcedure, StaleProcedure, VersionNeeded
)
_QUERY = {"list": "staff procedures"}


@router.get("", responses=problem_responses(StaffNeeded, SessionExpired, Forbidden))
async def list_procedure_versions(
    work: ReadWork,
    actor: TenantAdmin,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items of a page")] = 100,
    cursor: Annotated[str | None, Query(max_length=512, description="`next_cursor` of the page before")] = None,
) -> VersionListOut:
    """Các phiên bản của mọi thủ tục, cả dự thảo, theo mã, mới nhất trước. All versions, drafts too, by code."""
    code, version = read_cursor(_QUERY, cursor, str, int) if cursor else ("", 0)
    found = await service.list_versions(work, actor, after=(str(code), int(version)), limit=limit + 1)
    return VersionListOut.of(found, limit, _QUERY)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidProcedure, ProcedureRace),
)
async def draft_procedure(draft: ProcedureIn, work: WriteWork, actor: TenantAdmin, answer: Response) -> VersionOut:
    """Soạn phiên bản mới, được đánh số sau bản mới nhất; chưa ai thấy. Draft a new version; nobody sees it yet.

    A draft may still be wrong: `mistakes` says where. It is written as docs/procedures.md tells.
    """
    made = await service.draft_procedure(work, actor, draft.procedure)
    answer.headers["ETag"] = version_tag(made.revision)
    return VersionOut.of(made)


@router.get("/{code}/versions/{version}", responses=_READ)
async def get_procedure_version(
    code: CodePath, version: VersionPath, work: ReadWork, actor: TenantAdmin, answer: Response
) -> VersionOut:
    """Một phiên bản nguyên văn, cả dự thảo, với những chỗ còn sai. One version as it is written, with its mistakes."""
    found = await service.get_version(work, actor, code, version)
    answer.headers["ETag"] = version_tag(found.revision)
    return VersionOut.of(found)


@router.put("/{code}/versions/{version}", responses={**_WRITE, **problem_responses(ProcedureIsPublished)})
async def redraft_procedure(
    code: CodePath,
    version: VersionPath,
    draft: ProcedureIn,
    work: WriteWork,
    actor: TenantAdmin,
    seen: ExpectedVersion,
    answer: Response,
) -> VersionOut:
    """Viết lại dự thảo. Write the draft again, whole."""
    written = await service.redraft_version(work, actor, code, version, draft.procedure, seen=seen)
    answer.headers["ETag"] = version_tag(written.revision)
    return VersionOut.of(written)


@router.post("/{code}/versions/{version}/publication", responses={**_WRITE, **problem_responses(ProcedureIsPublished)})
async def publish_procedure(
    code: CodePath,
    version: VersionPath,
    wanted: PublicationIn,
    work: WriteWork,
    actor: TenantAdmin,
    seen: ExpectedVersion,
    directory: CurrentDirectory,
    catalogue: CurrentCatalogue,
    answer: Response,
) -> VersionOut:
    """Ban hành dự thảo: bản đang dùng hết hiệu lực ngày hôm trước. Publish a draft; what is open ends the day before.

    Every mistake is told, also a step that no unit of the province takes; then nothing is written. Service requests
    that have begun keep the version they began with.
    """
    published = await service.publish_version(
        work, actor, code, version, directory=directory, catalogue=catalogue, seen=seen, valid_from=wanted.valid_from
    )
    answer.headers["ETag"] = version_tag(published.revision)
    return VersionOut.of(published)


@router.post("/{code}/versions/{version}/retirement", responses={**_WRITE, **problem_responses(ProcedureIsDraft)})
async def retire_procedure(
    code: CodePath,
    version: VersionPath,
    wanted: RetirementIn,
    work: WriteWork,
    actor: TenantAdmin,
    seen: ExpectedVersion,
    answer: Response,
) -> VersionOut:
    """Đặt ngày cuối nhận hồ sơ mới theo phiên bản này. Set the last day for new service requests of this version."""
    ended = await service.retire_version(work, actor, code, version, last_day=wanted.last_day, seen=seen)
    answer.headers["ETag"] = version_tag(ended.revision)
    return VersionOut.of(ended)
