"""Papers are issued with the change they tell of, numbered, and never changed."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.engine import Database
from app.db.work import Work, in_work, write_work
from app.kit.clock import FixedClock
from app.kit.ids import StaffId
from app.papers import domain, service
from app.papers.errors import PaperNotFound
from app.papers.terms import Paper, PaperKind
from tests.papers import FACTS, UNIT
from tests.provinces import HAIDUONG, KHANHHOA
from tests.statements import Statements


async def issued(work: Work, subject: UUID, kind: PaperKind = PaperKind.RECEIPT, **other: Any) -> Paper:
    return await service.issue(
        work,
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
        paper = await issued(work, subject)
    changed = domain.as_json(dataclasses.replace(paper.facts, applicant="Người Khác"))
    async with write_work(db, clock, None) as work:
        await work.session.execute(
            text("UPDATE papers SET facts = jsonb_set(facts, '{applicant}', to_jsonb(CAST(:name AS text)))"),
            {"name": changed["applicant"]},
        )
    (kept,) = await service.list_papers(db, HAIDUONG, [subject])
    assert not domain.is_intact(kept)
