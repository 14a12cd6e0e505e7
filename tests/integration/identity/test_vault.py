"""Reporters' identities in the database: sealed, found by their report only, every reading written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.work import Work
from app.identity import service
from app.identity.domain import Keyring
from app.identity.errors import IdentityUnreadable
from app.identity.models import IdentityReading, ReporterIdentityRow
from app.identity.repository.vault import newest_sealed
from app.identity.terms import Actor, ActorKind, ReporterIdentity
from app.kit.ids import ReportId, TenantId, uuid7
from tests.statements import Statements

KEYS = Keyring.of("a secret of at least thirty-two characters")
TENANT = TenantId(1)
HOA = ReporterIdentity("Nguyễn Thị Hoa", "+84912345678", None)


def officer(work: Work, tenant_id: TenantId = TENANT) -> Actor:
    return Actor(ActorKind.STAFF, tenant_id, uuid7(work.now), "Minh")


async def test_a_sealed_identity_opens_for_its_report_and_the_reading_is_written_down(work: Work) -> None:
    report, reader = ReportId(uuid7(work.now)), officer(work)
    service.keep_identity(work, KEYS, TENANT, report, HOA)
    await work.settle()
    assert await service.open_identity(work, KEYS, reader, report, purpose="call back") == HOA
    await work.settle()
    row = await work.session.get_one(ReporterIdentityRow, (TENANT, report))
    assert b"Hoa" not in row.sealed
    reading = (await work.session.scalars(select(IdentityReading))).one()
    assert (reading.report_id, reading.actor_id, reading.purpose) == (report, reader.id, "call back")


async def test_an_anonymous_reporter_leaves_nothing(work: Work) -> None:
    report = ReportId(uuid7(work.now))
    service.keep_identity(work, KEYS, TENANT, report, ReporterIdentity())
    await work.settle()
    assert await service.open_identity(work, KEYS, officer(work), report, purpose="") is None


async def test_another_province_finds_nothing(work: Work) -> None:
    report = ReportId(uuid7(work.now))
    service.keep_identity(work, KEYS, TENANT, report, HOA)
    await work.settle()
    assert await service.open_identity(work, KEYS, officer(work, TenantId(2)), report, purpose="") is None


async def test_a_row_moved_to_another_report_does_not_open(work: Work) -> None:
    report, other = ReportId(uuid7(work.now)), ReportId(uuid7(work.now))
    service.keep_identity(work, KEYS, TENANT, report, HOA)
    await work.settle()
    (await work.session.get_one(ReporterIdentityRow, (TENANT, report))).id = other
    await work.settle()
    with pytest.raises(IdentityUnreadable):
        await service.open_identity(work, KEYS, officer(work), other, purpose="")


async def test_the_newest_identity_is_found_by_the_key_however_many_there_are(
    db: Database, statements: Statements
) -> None:
    for tenant in (1, 2):
        await db.lane.fetchval(
            "INSERT INTO reporter_identities (tenant_id, id, sealed, sealed_at)"
            " SELECT $1, gen_random_uuid(), 'sealed', now() FROM generate_series(1, 5000)",
            tenant,
        )
    await db.lane.fetchval("ANALYZE reporter_identities")
    statements.clear()
    found = await newest_sealed(db)
    (asked,) = statements.texts
    plan = "\n".join(row[0] for row in await db.lane.fetch(f"EXPLAIN {asked}"))
    assert "pk_reporter_identities" in plan
    assert "Sort" not in plan
    newest = await db.lane.fetchval("SELECT max(id::text) FROM reporter_identities WHERE tenant_id = 2")
    assert found is not None
    assert (found["tenant_id"], str(found["id"])) == (2, newest)
