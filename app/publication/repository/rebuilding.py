"""A rebuild: a handful of statements for any number of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CTE, Select, String, any_, bindparam, cast, exists, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, UUID as PG_UUID, aggregate_order_by
from sqlalchemy.orm import aliased

from app.cases.models import Case
from app.cases.terms import PublicationState
from app.db.work import ReadWork, Work
from app.identity.terms import ActorKind
from app.kit.ids import CaseId, TenantId, UnitId
from app.publication.models import Publication, PublicPhoto
from app.publication.terms import Counted, Kept, PhotoChoice, Seats, Source, Tallied, Words
from app.reports.models import Report
from app.timeline.models import TimelineEntry
from app.timeline.terms import Audience, Entry

from .storing import STORE, STORED, seats_as_arrays, written_array

_CASE_COLUMNS = (
    Case.id, Case.code, Case.version, Case.kind, Case.state, Case.resolution, Case.public_text, Case.redaction,
    Case.answer, Case.address, Case.category_code, Case.edition_id, Case.area_province, Case.area_district,
    Case.area_commune, Case.unit_id, Case.lat, Case.lon, Case.opened_at, Case.due_at, Case.original_due_at,
    Case.overdue_at, Case.resolved_at, Case.report_count, Case.reopen_count, Case.support_count,
    Case.publication, Case.publication_policy, Case.merged_into_id,
)  # fmt: skip


_INTO, _JOINED_CASE = aliased(Case), aliased(Case)
_IDS = cast(bindparam("case_ids"), ARRAY(PG_UUID(as_uuid=True)))
# Made once: to put these together takes longer than PostgreSQL needs to answer them.
# Materialized: most messages tell of cases that no one has published, whose reports need not be looked for.
_CONCERNED = (
    select(Case.id)
    .outerjoin(Publication, (Publication.tenant_id == Case.tenant_id) & (Publication.case_id == Case.id))
    .where(
        Case.tenant_id == bindparam("tenant_id"),
        Case.id == any_(_IDS),
        (Case.publication == PublicationState.PUBLISHED.value) | Publication.published,
    )
    .cte("concerned")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# Of one system, by codes: a case has the code of the report that opened it.
_OF_CLIENT = (
    select(Case.id)
    .join(Report, (Report.tenant_id == Case.tenant_id) & (Report.code == Case.code))
    .where(
        Case.tenant_id == bindparam("tenant_id"),
        Case.code == any_(cast(bindparam("codes"), ARRAY(String))),
        Report.client_id == bindparam("client_id"),
    )
    .cte("concerned")
)
# Beside each case, so that pictures cost no statement of their own.
_PHOTOS = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_object(
                    "id", PublicPhoto.id,
                    "width", PublicPhoto.width,
                    "height", PublicPhoto.height,
                    "sha256", func.encode(PublicPhoto.sha256, "hex"),
                    "thumbnail_sha256", func.encode(PublicPhoto.thumbnail_sha256, "hex"),
                    "blurred", PublicPhoto.choice == PhotoChoice.BLUR.value,
                    "alt", PublicPhoto.alt,
                ),
                PublicPhoto.place,
                PublicPhoto.id,
            ),
            type_=JSONB,
        )
    )
    .where(
        PublicPhoto.tenant_id == Case.tenant_id,
        PublicPhoto.case_id == Case.id,
        PublicPhoto.ended_at.is_(None),
        PublicPhoto.choice != PhotoChoice.WITHHOLD.value,
    )
    .correlate(Case)
    .scalar_subquery()
    .label("photos")
)  # fmt: skip


def _sources(concerned: CTE) -> Select[Any]:
    return (
        select(
            *_CASE_COLUMNS,
            func.coalesce(Report.description, Case.summary).label("written"),
            _INTO.code.label("merged_into"),
            exists()
            .where(_JOINED_CASE.tenant_id == Case.tenant_id, _JOINED_CASE.merged_into_id == Case.id)
            .label("gathers"),
            _PHOTOS,
        )
        .outerjoin(Report, (Report.tenant_id == Case.tenant_id) & (Report.code == Case.code))
        .outerjoin(_INTO, (_INTO.tenant_id == Case.tenant_id) & (_INTO.id == Case.merged_into_id))
        .join(concerned, concerned.c.id == Case.id)
        .where(Case.tenant_id == bindparam("tenant_id"))
        .order_by(Case.id)
    )


_SOURCES, _SOURCES_OF_CLIENT = _sources(_CONCERNED), _sources(_OF_CLIENT)
_PUBLIC_ENTRIES = (
    select(
        TimelineEntry.case_id,
        TimelineEntry.id,
        TimelineEntry.at,
        TimelineEntry.type,
        TimelineEntry.case_version,
        TimelineEntry.actor_kind,
        TimelineEntry.unit_id,
        TimelineEntry.text,
        TimelineEntry.data,
    )
    .where(
        TimelineEntry.tenant_id == bindparam("tenant_id"),
        TimelineEntry.case_id == any_(_IDS),
        TimelineEntry.audience == Audience.PUBLIC.value,
    )
    .order_by(TimelineEntry.case_id, TimelineEntry.id)
)
_KEPT = select(
    Publication.case_id,
    Publication.published,
    Publication.case_version,
    Publication.revision,
    Publication.digest,
    Publication.spot,
    Publication.state,
    Publication.category_code,
    Publication.case_id,
    Publication.lat,
    Publication.lon,
    func.coalesce(Publication.area_district, ""),
    func.coalesce(Publication.area_commune, ""),
    Publication.overdue,
    Publication.tallied,
).where(Publication.tenant_id == bindparam("tenant_id"), Publication.case_id == any_(_IDS))


class PublicationRepository:
    """Statements of a rebuild, in the caller's transaction; each takes all cases of the batch at once."""

    def __init__(self, work: ReadWork | Work, tenant_id: TenantId) -> None:
        self._session = work.session
        self._tenant_id = tenant_id

    async def sources(self, case_ids: Sequence[UUID]) -> list[Source]:
        """Those of the cases that concern the public, by id: published ones, and those it can read until now.

        What was written is the report that opened the case: it has the case's code.
        """
        rows = await self._session.execute(_SOURCES, self._of(case_ids))
        return [Source(**row) for row in rows.mappings()]

    async def sources_of_client(self, client_id: UUID, codes: Sequence[str]) -> list[Source]:
        """Cases of these codes that a report of that system opened, public or not, newest first."""
        asked = {"tenant_id": self._tenant_id, "client_id": client_id, "codes": list(codes)}
        rows = await self._session.execute(_SOURCES_OF_CLIENT, asked)
        return [Source(**row) for row in reversed(rows.mappings().all())]

    async def public_entries(self, case_ids: Sequence[UUID]) -> dict[UUID, list[Entry]]:
        """Timeline entries for the public of each case, oldest first; entries for anyone else are not even read."""
        found: dict[UUID, list[Entry]] = defaultdict(list)
        for row in await self._session.execute(_PUBLIC_ENTRIES, self._of(case_ids)):
            found[row.case_id].append(
                Entry(
                    tenant_id=self._tenant_id,
                    case_id=CaseId(row.case_id),
                    id=row.id,
                    at=row.at,
                    type=row.type,
                    audience=Audience.PUBLIC,
                    case_version=row.case_version,
                    actor_kind=ActorKind(row.actor_kind),
                    actor_id=None,
                    unit_id=UnitId(row.unit_id) if row.unit_id else None,
                    report_id=None,
                    text=row.text,
                    data=row.data,
                )
            )
        return found

    async def merged_into(self, case_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Ids of the cases merged into these (index ix_cases_merged)."""
        found = await self._session.scalars(
            select(Case.id).where(Case.tenant_id == self._tenant_id, Case.merged_into_id.in_(case_ids))
        )
        return found.all()

    async def kept(self, case_ids: Sequence[UUID]) -> dict[UUID, Kept]:
        """What is stored of these cases."""
        rows = await self._session.execute(_KEPT, self._of(case_ids))
        return {row[0]: Kept(*row[1:5], _counted(tuple(row)[5:13]), _tallied(tuple(row))) for row in rows}

    def _of(self, case_ids: Sequence[UUID]) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, "case_ids": list(case_ids)}

    async def last_change(self) -> datetime | None:
        """When the tenant's publications last changed (ends of ix_publications_feed and ix_publications_withdrawn)."""
        last = select(func.max(Publication.updated_at)).where(Publication.tenant_id == self._tenant_id)
        found: datetime | None = await self._session.scalar(
            select(
                func.greatest(
                    last.where(Publication.published).scalar_subquery(),
                    last.where(~Publication.published).scalar_subquery(),
                )
            )
        )
        return found

    async def store(self, rows: Sequence[Mapping[str, object]], seats: Seats) -> set[UUID]:
        """Insert or replace publications in one statement; an older version never replaces a newer one.

        The portals of the units at which a case has its `seats` show it, and no others do any more. Returns the cases
        whose publication was written.
        """
        values = {f"v_{name}": [row[name] for row in rows] for name in STORED}
        written = await self._session.scalars(STORE, {"tenant_id": self._tenant_id, **values, **seats_as_arrays(seats)})
        return set(written)

    async def unindexed(self, limit: int) -> dict[UUID, str]:
        """Words by case of publications that cannot be searched yet (index ix_publications_unindexed)."""
        rows = await self._session.execute(
            select(Publication.case_id, Publication.search_text)
            .where(Publication.tenant_id == self._tenant_id, Publication.published, Publication.terms.is_(None))
            .limit(limit)
        )
        return {row[0]: row[1] for row in rows}

    async def index(self, terms: Mapping[UUID, Sequence[int]]) -> None:
        """Let these cases be found by their terms."""
        written = [written_array(each) for each in terms.values()]
        values = {"tenant_id": self._tenant_id, "ids": list(terms), "terms": written}
        await self._session.execute(_INDEX, values)

    async def words_after(self, after: UUID, limit: int) -> list[Words]:
        """What publications of cases greater than `after` are found by, ascending, batch by batch (primary key)."""
        rows = await self._session.execute(
            select(Publication.case_id, Publication.revision, Publication.search_text)
            .where(Publication.tenant_id == self._tenant_id, Publication.published, Publication.case_id > after)
            .order_by(Publication.case_id)
            .limit(limit)
        )
        return [Words(*row) for row in rows]

    async def index_anew(self, terms: Sequence[tuple[Words, Sequence[int]]]) -> int:
        """How many of these were not found by their terms until now; what has changed since they were read is left."""
        values = {
            "tenant_id": self._tenant_id,
            "ids": [words.case_id for words, _ in terms],
            "revisions": [words.revision for words, _ in terms],
            "terms": [written_array(each) for _, each in terms],
        }
        return len((await self._session.scalars(_INDEX_ANEW, values)).all())

    async def case_ids_after(self, after: UUID, limit: int) -> Sequence[UUID]:
        """Ids of the tenant's cases greater than `after`, ascending: for rebuilding all of them, batch by batch."""
        found = await self._session.scalars(
            select(Case.id).where(Case.tenant_id == self._tenant_id, Case.id > after).order_by(Case.id).limit(limit)
        )
        return found.all()


def _counted(stored: tuple[Any, ...]) -> Counted | None:
    return Counted(*stored) if stored[0] is not None else None


def _tallied(stored: tuple[Any, ...]) -> Tallied | None:
    *_, state, category, case_id, _lat, _lon, district, commune, overdue, units = stored
    return Tallied(state, overdue, category, case_id, district, commune, tuple(units)) if units is not None else None


_INDEX_ANEW = text("""
    UPDATE publications AS p SET terms = CAST(given.terms AS int[])
    FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS int[]), CAST(:terms AS text[])) AS given (id, revision, terms)
    WHERE p.tenant_id = :tenant_id AND p.case_id = given.id AND p.revision = given.revision
      AND p.terms IS DISTINCT FROM CAST(given.terms AS int[])
    RETURNING p.case_id
""")
_INDEX = text("""
    UPDATE publications AS p SET terms = CAST(given.terms AS int[])
    FROM unnest(CAST(:ids AS uuid[]), CAST(:terms AS text[])) AS given (id, terms)
    WHERE p.tenant_id = :tenant_id AND p.case_id = given.id AND p.terms IS NULL
""")
