"""Everyone: what a report can be about, and what a sender's form should ask."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from app.directory.deps import CurrentDirectory
from app.kit.clock import local_day
from app.web.etags import bytes_or_304, content_tag
from app.web.language import CurrentLang
from app.web.problems import problem_responses
from app.web.state import CurrentClock
from app.web.tenancy import CurrentTenant

from .deps import CategoryPath, CurrentCatalogue
from .errors import CategoryNotFound
from .schemas import CategoryOut, CategoryTreeOut, tree_content

router = APIRouter(prefix="/api/v1/categories", tags=["catalogue"])

IfNoneMatch = Annotated[str | None, Header(description="ETag of the answer you hold")]
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "You hold the present answer"}}


@router.get("", response_model=CategoryTreeOut, responses={**problem_responses(), **_UNCHANGED})
async def list_categories(
    catalogue: CurrentCatalogue,
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    lang: CurrentLang,
    clock: CurrentClock,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List what a report can be about: groups with their categories, in the order to show them.

    A sender who does not know the exact category may name the group. Categories of the kinds `complaint` and
    `denunciation` belong to other legal tracks: naming one is answered with guidance and nothing is published.
    """
    today = local_day(clock.now(), directory.tenant(tenant).time_zone)
    content, etag = tree_content(catalogue, tenant, lang, today)
    answer = bytes_or_304(content, etag, if_none_match)
    answer.headers["Vary"] = "Accept-Language"
    return answer


@router.get("/{category}", response_model=CategoryOut, responses={**problem_responses(CategoryNotFound), **_UNCHANGED})
async def get_category(
    category: CategoryPath,
    catalogue: CurrentCatalogue,
    directory: CurrentDirectory,
    tenant: CurrentTenant,
    lang: CurrentLang,
    clock: CurrentClock,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Show one category: its questions, the promised time with its legal basis, and guidance for the sender."""
    found = catalogue.find(tenant, category)
    if found is None:
        raise CategoryNotFound(catalogue.suggest(tenant, category))
    is_open = found.open_on(local_day(clock.now(), directory.tenant(tenant).time_zone))
    content = CategoryOut.of(found, lang, is_open=is_open).model_dump_json().encode()
    answer = bytes_or_304(content, content_tag(content), if_none_match)
    answer.headers["Vary"] = "Accept-Language"
    return answer
