"""Staff: the rules that name the responsible unit; officers read them, the province's administrators publish them."""

from __future__ import annotations

from fastapi import APIRouter, status

from app.catalogue.deps import CurrentCatalogue
from app.directory.deps import CurrentDirectory
from app.identity.deps import CurrentStaff
from app.identity.errors import SessionExpired, StaffNeeded
from app.kit.problems import Forbidden
from app.web.problems import problem_responses
from app.web.works import ReadWork, WriteWork

from . import service
from .errors import InvalidRulebook, RulebookRace, StaleRulebook
from .schemas import RulebookIn, RulebookListOut, RulebookOut

router = APIRouter(prefix="/api/v1/staff/rulebooks", tags=["staff"])


@router.get(
    "",
    response_model_exclude_defaults=True,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden),
)
async def list_rulebooks(work: ReadWork, actor: CurrentStaff) -> RulebookListOut:
    """List the versions of the rulebook, newest first, at most fifty; `current` marks the one that decides now."""
    return RulebookListOut.of(await service.list_rulebooks(work, actor), work.now)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_defaults=True,
    responses=problem_responses(StaffNeeded, SessionExpired, Forbidden, InvalidRulebook, StaleRulebook, RulebookRace),
)
async def publish_rulebook(
    draft: RulebookIn, work: WriteWork, actor: CurrentStaff, directory: CurrentDirectory, catalogue: CurrentCatalogue
) -> RulebookOut:
    """Publish a new version of the rules. Older versions stay as they are; cases decided by them keep their reason.

    Everything a rule names must exist: each mistake is answered with its place, and nothing is written.
    See first which open cases would go elsewhere at `/rulebooks/preview`.
    """
    published = await service.publish_rulebook(
        work,
        actor,
        [shape.rule() for shape in draft.rules],
        directory=directory,
        catalogue=catalogue,
        note=draft.note,
        based_on=draft.based_on,
        valid_from=draft.valid_from,
    )
    return RulebookOut.of(published, current=published.version.valid_from <= work.now)
