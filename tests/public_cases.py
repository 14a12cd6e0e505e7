"""Cases for tests of publication: real rows of a real province, with sensible values that keywords override."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from app.cases.models import Case
from app.catalogue import repository as catalogue_repository
from app.catalogue.snapshot import Catalogue
from app.db.work import Work
from app.directory import repository as directory_repository
from app.directory.snapshot import Directory
from app.identity.terms import system_actor
from app.kit.ids import CaseId, TenantId, UnitId, uuid7
from app.outbox import service as outbox
from app.publication import service as publication
from app.reports.models import Report
from app.timeline import service as timeline
from app.timeline.terms import Audience

Fill = Callable[[Callable[[Work], Awaitable[list[Case]]]], Awaitable[list[Case]]]
HAIDUONG = TenantId(1)
CAM_THUONG = "10507"  # Phường Cẩm Thượng, Thành phố Hải Dương (288)


@dataclass
class Province:
    """Hải Dương as it stands in the database, and a counter for codes."""

    directory: Directory
    catalogue: Catalogue
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def a_case(self, work: Work, **given: Any) -> Case:
        """A published case of one pothole report in Phường Cẩm Thượng, opened at `work.now`; not yet projected."""
        tenant = self.directory.tenant(HAIDUONG)
        chain = self.directory.chain(tenant.edition, given.pop("area", CAM_THUONG))
        written = given.pop("written", "Có ổ gà lớn trước cổng trường, xe máy hay ngã.")
        now = given.pop("at", work.now)
        code = given.pop("code", f"H23-261120-{next(self.numbers):04}")
        unit = self.directory.units(HAIDUONG)[0]
        values: dict[str, Any] = {
            "code": code,
            "version": 1,
            "state": "in_progress",
            "kind": "field_report",
            "category_code": "roads.pothole",
            "priority": "normal",
            "summary": written[:200],
            "channel": "app",
            "edition_id": tenant.edition,
            "area_province": chain.province.code,
            "area_district": chain.district.code if chain.district else None,
            "area_commune": chain.commune.code if chain.commune else None,
            "lat": 20.941321,
            "lon": 106.317024,
            "confidence": "approximate",
            "routing": {},
            "unit_id": unit.id,
            "opened_at": now,
            "updated_at": now,
            "due_at": now + timedelta(days=3),
            "original_due_at": now + timedelta(days=3),
            "working_days": 3,
            "publication": "published",
            "publication_policy": "automatic",
            "report_count": 1,
            "support_count": 0,
            "referral_count": 0,
            "reopen_count": 0,
        }
        case = Case(tenant_id=HAIDUONG, id=uuid7(now), **{**values, **given})
        work.session.add(case)
        await work.session.flush()
        work.session.add(
            Report(
                tenant_id=HAIDUONG,
                id=uuid7(now),
                code=code,
                case_id=case.id,
                kind=case.kind,
                category_code=case.category_code,
                description=written,
                area_code=chain.area.code,
                answers={},
                channel="app",
                received_at=now,
            )
        )
        await work.session.flush()
        return case

    def tell(self, work: Work, case: Case, type: str, audience: Audience, text: str | None = None) -> None:  # noqa: A002
        """Write an entry into the case's history and the message that goes with it."""
        timeline.record(
            work,
            system_actor(HAIDUONG),
            case_id=CaseId(case.id),
            case_version=case.version,
            type=type,
            audience=audience,
            unit_id=UnitId(case.unit_id),
            text=text,
            data={"unit": "UBND Phường Cẩm Thượng"},
        )
        outbox.append(
            work,
            tenant_id=HAIDUONG,
            type=type,
            subject_id=case.id,
            subject_version=case.version,
            payload={"code": case.code},
        )

    async def rebuild(self, work: Work, *case_ids: UUID) -> int:
        """Project these cases."""
        await work.settle()
        changed = await publication.rebuild(
            work, HAIDUONG, case_ids, directory=self.directory, catalogue=self.catalogue
        )
        await work.settle()
        return changed

    async def change(self, work: Work, case: Case, at: datetime | None = None, **given: Any) -> None:
        """The case as its next version."""
        for name, value in given.items():
            setattr(case, name, value)
        case.version += 1
        case.updated_at = at or work.now
        await work.session.flush()


async def load_province(work: Work) -> Province:
    """What the database holds of Hải Dương."""
    return Province(
        await directory_repository.DirectoryLoader("haiduong")(work.session),
        await catalogue_repository.load(work.session),
    )
