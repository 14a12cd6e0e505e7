"""Papers are issued with the change they tell of, numbered, and never changed."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.cli.doctor.findings import Health
from app.cli.doctor.vault import examine_vault
from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.identity.domain import Keyring
from app.kit.clock import FixedClock
from app.kit.ids import StaffId
from app.papers import domain, service
from app.papers.errors import PaperNotFound
from app.papers.terms import GONE, Paper, PaperKind
from app.process import Process
from app.worker.keeping import Resealing
from tests.papers import FACTS, KEYS, SECRET, UNIT, a_paper
from tests.provinces import HAIDUONG, KHANHHOA
from tests.statements import Statements


async def issued(work: Work, subject: UUID, kind: PaperKind = PaperKind.RECEIPT, **other: Any) -> Paper:
    return await service.issue(
        work,
        KEYS,
        tenant_id=HAIDUONG,
        subject_id=subject,
        unit_id=UNIT,
        kind=kind,
        facts=FACTS,
        by=StaffId(UUID(int=3)),
        **other,
    )


async def test_papers_are_numbered_by_kind_and_come_back_as_they_were(
    db: Database, clock: FixedClock, statements: Statements
) -> None:
    subject = uuid4()
    async with write_work(db, clock, HAIDUONG) as work:
        statements.clear()
        first = await issued(work, subject)
        await work.settle()
        assert len(statements) == 2, "a count and what is put"
        second = await issued(work, subject, supersedes=first.id)
        apology = await issued(work, subject, PaperKind.APOLOGY)
        assert (first.number, second.number, apology.number) == (
            "01-GTN-H23.288-261127-0042",
            "02-GTN-H23.288-261127-0042",
            "01-XLHL-H23.288-261127-0042",
        )
    statements.clear()
    kept = await service.list_papers(db, HAIDUONG, [subject])
    assert len(statements) == 1
    assert [one.facts.applicant for one in kept] == [""] * 3, "whom they are about is sealed"
    assert all(domain.is_intact(one) for one in kept), "and nobody has to be opened to check them"
    kept = [service.opened(KEYS, one) for one in kept]
    assert {one.number: one for one in kept} == {one.number: one for one in (first, second, apology)}
    assert all(domain.is_intact(one) for one in kept)
    assert service.paper_of(kept, second.number) == second
    with pytest.raises(PaperNotFound):
        service.paper_of(kept, "03-GTN-H23.288-261127-0042")
    assert await service.list_papers(db, KHANHHOA, [subject]) == []


async def test_a_change_that_fails_issues_nothing(db: Database, clock: FixedClock) -> None:
    subject = uuid4()

    async def verb(work: Work) -> None:
        await issued(work, subject)
        raise PaperNotFound

    with pytest.raises(PaperNotFound):
        await in_work(db, clock, HAIDUONG, verb)
    assert await service.list_papers(db, HAIDUONG, [subject]) == []


@pytest.mark.parametrize("forgery", ["UPDATE papers SET facts = '{}'", "DELETE FROM papers"])
async def test_a_paper_is_neither_changed_nor_removed(db: Database, clock: FixedClock, forgery: str) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        await issued(work, uuid4())
    with pytest.raises(DBAPIError, match="permission denied"):
        async with write_work(db, clock, HAIDUONG) as work:
            await work.session.execute(text(forgery))


async def test_facts_that_were_changed_behind_our_back_are_seen(db: Database, clock: FixedClock) -> None:
    subject = uuid4()
    async with write_work(db, clock, HAIDUONG) as work:
        await issued(work, subject)
    async with write_work(db, clock, None) as work:
        await work.session.execute(
            text("UPDATE papers SET facts = jsonb_set(facts, '{agency}', to_jsonb(CAST(:name AS text)))"),
            {"name": "Cơ quan khác"},
        )
    (kept,) = await service.list_papers(db, HAIDUONG, [subject])
    assert not domain.is_intact(kept)


async def test_nobody_who_reads_the_database_learns_whom_a_paper_is_about(db: Database, clock: FixedClock) -> None:
    subject, stranger = uuid4(), Keyring.of("another secret, as long as a secret has to be")
    async with write_work(db, clock, HAIDUONG) as work:
        paper = await issued(work, subject)
    said = await db.lane.fetchval("SELECT p::text FROM papers p")
    assert not [one for one in (FACTS.applicant, FACTS.address, FACTS.phone, FACTS.email) if one in said]
    (kept,) = await service.list_papers(db, HAIDUONG, [subject])
    assert await service.check(db, stranger, HAIDUONG, paper.checksum) is not None
    assert not service.opened(stranger, kept).whole
    assert service.shown(stranger, kept).facts.applicant == GONE
    assert service.opened(KEYS, kept) == paper
    other = dataclasses.replace(kept, bonds={**(kept.bonds or {}), "applicant": "0" * 64})
    assert not service.opened(KEYS, other).whole, "a name that the checksum does not bind is no name"


async def test_papers_of_the_first_release_are_sealed_and_stay_what_they_were(
    process: Process, db: Database, clock: FixedClock
) -> None:
    old = a_paper()  # its checksum is of the names themselves
    async with write_work(db, clock, HAIDUONG) as work:
        await issued(work, uuid4())
    async with write_work(db, clock, None) as work:
        await work.session.execute(
            text(
                "UPDATE papers SET bonds = NULL, sealed = '', facts = CAST(:facts AS jsonb), checksum = :checksum,"
                " number = :number"
            ),
            {
                "facts": orjson.dumps(domain.as_json(old.facts)).decode(),
                "checksum": old.checksum,
                "number": old.number,
            },
        )
    assert await service.check(db, KEYS, HAIDUONG, old.checksum) is not None
    assert (await service.count_unsealed(db), (await examine_vault(process)).health) == (1, Health.WARNING)

    for secrets in ((), ("a newer secret of thirty-two characters",)):
        keys, resealing = Keyring.of(SECRET, secrets), Resealing(process)
        resealing._keys = keys
        await resealing.turn()
        (seals,) = await service.list_seals(db, keys)
        assert (seals.identities, seals.newest, await service.count_unsealed(db)) == (1, True, 0)
        assert FACTS.applicant not in await db.lane.fetchval("SELECT p::text FROM papers p")
        (kept,) = await service.list_papers(db, HAIDUONG, [await db.lane.fetchval("SELECT subject_id FROM papers")])
        assert service.opened(keys, kept).facts == old.facts
        assert await service.check(db, keys, HAIDUONG, old.checksum) is not None
    assert (await examine_vault(process)).health is Health.BROKEN, "the newer key is not the process's"
    async with write_work(db, clock, None) as work:
        await work.session.execute(text("UPDATE papers SET facts = facts || '{\"fee_vnd\": 1}'"))
    assert await service.check(db, keys, HAIDUONG, old.checksum) is None
