"""Staff: views of the queue under a name, and templates of answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response, status

from app.cases.deps import CurrentBooks
from app.cases.endpoints.parameters import CaseCode
from app.cases.errors import CaseNotFound
from app.catalogue.errors import UnknownCategory
from app.directory.deps import CurrentDirectory
from app.directory.errors import UnknownUnit
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.etags import ExpectedVersion, UnreadableIfMatch, VersionNeeded, version_tag
from app.web.problems import problem_responses
from app.web.state import CurrentClock, CurrentDatabase
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import DeskFull, InvalidTemplate, NoSuchTemplate, NoSuchView, StaleTemplate
from .schemas import (
    AnswerTemplateIn,
    AnswerTemplateListOut,
    AnswerTemplateOut,
    AnswerTemplateWholeOut,
    FilledTemplateListOut,
    NewAnswerTemplateIn,
    ViewIn,
    ViewListOut,
    ViewOut,
)

router = APIRouter(prefix="/api/v1/staff", tags=["staff"])
ViewId = Annotated[UUID, Path(description="Mã danh sách. Id of the view.")]
TemplateId = Annotated[UUID, Path(description="Mã mẫu. Id of the template.")]
_STAFF = (StaffNeeded, SessionExpired)
_WRITTEN = (Forbidden, InvalidTemplate, UnknownCategory)


@router.get("/views", responses=problem_responses(*_STAFF))
async def list_views(database: CurrentDatabase, actor: CurrentStaff, directory: CurrentDirectory) -> ViewListOut:
    """Danh sách đã lưu: của bạn, rồi của cơ quan bạn. Saved views of the queue: your own, then your units'."""
    views = await service.list_views(database, actor)
    return ViewListOut.of(views, directory.unit_codes(actor.tenant_id))


@router.post(
    "/views",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_STAFF, Forbidden, DeskFull, UnknownCategory, UnknownUnit),
)
async def save_view(wanted: ViewIn, work: WriteWork, actor: CurrentStaff, books: CurrentBooks) -> ViewOut:
    """Lưu bộ lọc của hàng đợi dưới một tên; của riêng bạn, hoặc của cơ quan (người duyệt, quản trị viên).

    Keep a view of the queue under a name; one's own, or a unit's, which approvers and administrators of it keep.
    """
    directory = books.directory
    unit = directory.unit_by_code(actor.tenant_id, wanted.unit.upper()) if wanted.unit else None
    view = await service.save_view(
        work, actor, wanted.name, wanted.asked.asked(), unit=unit, directory=directory, catalogue=books.catalogue
    )
    return ViewOut.of(view, directory.unit_codes(actor.tenant_id))


@router.delete(
    "/views/{id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_STAFF, Forbidden, NoSuchView),
)
async def drop_view(id: ViewId, work: WriteWork, actor: CurrentStaff, directory: CurrentDirectory) -> None:  # noqa: A002
    """Bỏ một danh sách đã lưu. Keep a view no longer."""
    await service.drop_view(work, actor, id, directory=directory)


@router.get("/answer-templates", responses=problem_responses(*_STAFF))
async def list_answer_templates(
    database: CurrentDatabase, actor: CurrentStaff, directory: CurrentDirectory
) -> AnswerTemplateListOut:
    """Mẫu trả lời của cơ quan bạn, cấp trên và cấp dưới. Templates of answers of your units, those above and below."""
    found = await service.list_templates(database, actor, directory)
    return AnswerTemplateListOut.of(found, directory.unit_codes(actor.tenant_id))


@router.post(
    "/answer-templates",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(*_STAFF, *_WRITTEN, DeskFull, UnknownUnit),
)
async def add_answer_template(
    wanted: NewAnswerTemplateIn, work: WriteWork, actor: CurrentStaff, books: CurrentBooks, response: Response
) -> AnswerTemplateOut:
    """Thêm mẫu trả lời cho một cơ quan; đơn vị trực thuộc cũng dùng được. A template for a unit and all below it."""
    directory = books.directory
    unit = directory.unit_by_code(actor.tenant_id, wanted.unit.upper())
    made = await service.add_template(
        work, actor, unit, wanted.wanted(), directory=directory, catalogue=books.catalogue
    )
    response.headers["ETag"] = version_tag(made.version)
    return AnswerTemplateOut.of(made, directory.unit_codes(actor.tenant_id))


@router.get("/answer-templates/{id}", responses=problem_responses(*_STAFF, NoSuchTemplate))
async def get_answer_template(
    id: TemplateId,  # noqa: A002
    work: ReadWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
    response: Response,
) -> AnswerTemplateWholeOut:
    """Một mẫu với mọi phiên bản. A template with every version of it."""
    template, editions = await service.get_template(work, actor, id, directory=directory)
    response.headers["ETag"] = version_tag(template.version)
    return AnswerTemplateWholeOut.told(template, editions, directory.unit_codes(actor.tenant_id))


@router.put(
    "/answer-templates/{id}",
    responses=problem_responses(*_STAFF, *_WRITTEN, NoSuchTemplate, StaleTemplate, VersionNeeded, UnreadableIfMatch),
)
async def change_answer_template(
    id: TemplateId,  # noqa: A002
    wanted: AnswerTemplateIn,
    work: WriteWork,
    actor: CurrentStaff,
    books: CurrentBooks,
    seen: ExpectedVersion,
    response: Response,
) -> AnswerTemplateOut:
    """Sửa mẫu; phiên bản trước vẫn được giữ. Change a template; the version before is kept."""
    directory, catalogue = books.directory, books.catalogue
    changed = await service.change_template(
        work, actor, id, wanted.wanted(), seen=seen, directory=directory, catalogue=catalogue
    )
    response.headers["ETag"] = version_tag(changed.version)
    return AnswerTemplateOut.of(changed, directory.unit_codes(actor.tenant_id))


@router.delete(
    "/answer-templates/{id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*_STAFF, Forbidden, NoSuchTemplate),
)
async def end_answer_template(
    id: TemplateId,  # noqa: A002
    work: WriteWork,
    actor: CurrentStaff,
    directory: CurrentDirectory,
) -> None:
    """Thôi dùng một mẫu; những câu đã trả lời giữ nguyên. Offer a template no more; answers stay as they are."""
    await service.end_template(work, actor, id, directory=directory)


@router.get("/cases/{code}/answer-templates", responses=problem_responses(*_STAFF, CaseNotFound))
async def list_answers_for_case(
    code: CaseCode, database: CurrentDatabase, clock: CurrentClock, actor: CurrentStaff, books: CurrentBooks
) -> FilledTemplateListOut:
    """Các mẫu trả lời đã điền cho một vụ việc; cán bộ đọc, sửa rồi mới trả lời.

    The templates filled for a case, to be read and changed before they are an answer. Nothing that a sender wrote, and
    nobody's name, can come into them.
    """
    return FilledTemplateListOut.of(await service.templates_for_case(database, clock, actor, books, code))
