"""Publications follow their cases."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import select, text, update

from app.cases.models import Case
from app.db.engine import Database
from app.db.work import Work, write_work
from app.kit.clock import FixedClock
from app.outbox import service as outbox
from app.outbox.models import OutboxMessage
from app.publication.handlers import PublicationConsumer
from app.publication.models import Publication
from app.publication.repository import PublicationRepository
from app.publication.service import public_body, rebuild_all
from app.publication.terms import CONSUMER
from app.timeline.terms import Audience
from tests.public_cases import HAIDUONG, Province, load_province
from tests.statements import Statements


@pytest.fixture
async def province(work: Work) -> Province:
    return await load_province(work)


async def told(work: Work) -> list[str]:
    """Types of the public messages written so far, in order."""
    found = await work.session.scalars(
        select(OutboxMessage.type).where(OutboxMessage.public).order_by(OutboxMessage.id)
    )
    return list(found)


async def kept(work: Work) -> Publication:
    row = await work.session.scalar(select(Publication).execution_options(populate_existing=True))
    assert row is not None
    return row


async def shown(work: Work, case: Case) -> dict[str, Any]:
    """What anyone reads of the case."""
    body = await work.session.scalar(select(Publication.body).where(Publication.case_id == case.id))
    assert body is not None
    found: dict[str, Any] = orjson.loads(body)
    return found


async def test_a_published_case_appears_with_its_public_history(work: Work, province: Province) -> None:
    case = await province.a_case(work)
    province.tell(work, case, "case.accepted", Audience.PUBLIC)
    province.tell(work, case, "case.noted", Audience.STAFF, "chờ vật tư")
    assert await province.rebuild(work, case.id) == 1
    row = await kept(work)
    body = orjson.loads(row.body)
    assert [entry["type"] for entry in body["timeline"]] == ["case.accepted"]
    assert body["timeline"][0]["sentence"]["vi"] == "UBND Phường Cẩm Thượng đã nhận xử lý."
    assert b"v\xe1\xba\xadt t\xc6\xb0" not in row.body
    assert await told(work) == ["publication.published"]


async def test_what_reads_the_same_is_left_alone(work: Work, province: Province) -> None:
    case = await province.a_case(work)
    await province.rebuild(work, case.id)
    before = await kept(work)
    first = (before.etag, before.updated_at)
    province.tell(work, case, "case.noted", Audience.STAFF, "nội bộ")
    await province.change(work, case, assignee_id=None)
    assert await province.rebuild(work, case.id) == 0
    after = await kept(work)
    assert (after.etag, after.updated_at) == first
    assert await told(work) == ["publication.published"]


async def test_a_change_makes_a_new_etag_and_tells_of_it(work: Work, province: Province) -> None:
    case = await province.a_case(work)
    await province.rebuild(work, case.id)
    before = (await kept(work)).etag
    await province.change(work, case, state="resolved", resolution="fixed", answer="Đã vá xong")
    await province.rebuild(work, case.id)
    row = await kept(work)
    assert row.etag != before
    assert row.revision == 2
    assert orjson.loads(row.body)["answer"] == "Đã vá xong"
    assert await told(work) == ["publication.published", "publication.updated"]


async def test_a_case_taken_back_leaves_an_empty_tombstone(work: Work, province: Province) -> None:
    case = await province.a_case(work)
    await province.rebuild(work, case.id)
    await province.change(work, case, publication="withheld")
    await province.rebuild(work, case.id)
    row = await kept(work)
    assert (row.published, row.body, row.feature, row.search_text) == (False, b"", None, "")
    assert orjson.loads(row.line).keys() == {"code", "withdrawn", "updated_at"}
    assert await told(work) == ["publication.published", "publication.withdrawn"]
    assert await province.rebuild(work, case.id) == 0
    await province.change(work, case, publication="published")
    await province.rebuild(work, case.id)
    assert (await told(work))[-1] == "publication.published"


@pytest.mark.parametrize(
    "given", [{"publication": "pending"}, {"publication_policy": "never"}, {"kind": "denunciation"}]
)
async def test_what_may_not_be_shown_never_appears(work: Work, province: Province, given: dict[str, str]) -> None:
    case = await province.a_case(work, **given)
    assert await province.rebuild(work, case.id) == 0
    assert await work.session.scalar(select(Publication)) is None


async def test_a_later_change_is_never_dated_before_an_earlier_one(work: Work, province: Province) -> None:
    first = await province.a_case(work)
    await province.rebuild(work, first.id)
    dated = (await kept(work)).updated_at
    second = await province.a_case(work)
    await province.rebuild(work, second.id)
    found = await work.session.scalar(select(Publication.updated_at).where(Publication.case_id == second.id))
    assert found is not None
    assert found > dated


async def test_a_merged_case_says_where_it_lives_on(work: Work, province: Province) -> None:
    into = await province.a_case(work)
    case = await province.a_case(work, state="resolved", resolution="duplicate", merged_into_id=into.id)
    await province.rebuild(work, into.id, case.id)
    assert (await shown(work, case))["merged_into"] == into.code


async def test_a_merged_case_names_the_other_only_while_that_is_shown(work: Work, province: Province) -> None:
    into = await province.a_case(work, publication="pending")
    case = await province.a_case(work, state="resolved", resolution="duplicate", merged_into_id=into.id)
    await province.rebuild(work, case.id)
    assert (await shown(work, case))["merged_into"] is None
    await province.change(work, into, publication="published")
    await province.rebuild(work, into.id)
    assert (await shown(work, case))["merged_into"] == into.code
    await province.rebuild(work, case.id)
    assert (await shown(work, case))["merged_into"] == into.code
    await province.change(work, into, publication="withheld")
    await province.rebuild(work, into.id)
    assert (await shown(work, case))["merged_into"] is None
    assert set((await told(work))[-2:]) == {"publication.withdrawn", "publication.updated"}


async def test_any_number_of_cases_costs_the_same_statements(
    work: Work, province: Province, statements: Statements
) -> None:
    costs = []
    for size in (1, 25):
        cases = [await province.a_case(work) for _ in range(size)]
        await work.settle()
        statements.clear()
        assert await province.rebuild(work, *[case.id for case in cases]) == size
        costs.append(len(statements))
    assert costs == [9, 9]


async def test_the_worker_turns_facts_into_publications(db: Database, clock: FixedClock) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        province = await load_province(work)
        cases = [await province.a_case(work) for _ in range(3)]
        for case in cases:
            province.tell(work, case, "case.opened", Audience.PUBLIC)
            province.tell(work, case, "case.accepted", Audience.PUBLIC)
    consumer = PublicationConsumer(lambda: province)  # type: ignore[arg-type,return-value]
    await outbox.relay(db, clock, HAIDUONG)
    assert await outbox.consume(db, clock, HAIDUONG, consumer) == 6
    assert await outbox.consume(db, clock, HAIDUONG, consumer) == 0
    for case in cases:
        found = await public_body(db, HAIDUONG, case.code)
        assert found is not None
        assert orjson.loads(found[0])["code"] == case.code
    published = await db.lane.fetchval("SELECT count(*) FROM outbox_messages WHERE type = 'publication.published'")
    assert published == 3


async def test_all_publications_can_be_made_again(db: Database, clock: FixedClock) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        province = await load_province(work)
        for _ in range(5):
            await province.a_case(work)
    books = {"directory": province.directory, "catalogue": province.catalogue}
    assert await rebuild_all(db, clock, HAIDUONG, **books) == 5  # type: ignore[arg-type]
    assert await rebuild_all(db, clock, HAIDUONG, **books) == 0  # type: ignore[arg-type]


async def test_a_rebuild_that_was_overtaken_tells_nothing(
    db: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        province = await load_province(work)
        case = await province.a_case(work)
        await province.rebuild(work, case.id)
    last_change = PublicationRepository.last_change

    async def overtaken(self: PublicationRepository) -> datetime | None:
        monkeypatch.setattr(PublicationRepository, "last_change", last_change)
        async with write_work(db, clock, HAIDUONG) as later:
            found = await later.session.get_one(Case, (HAIDUONG, case.id))
            await province.change(later, found, publication="withheld")
            await province.rebuild(later, case.id)
        return await last_change(self)

    monkeypatch.setattr(PublicationRepository, "last_change", overtaken)
    async with write_work(db, clock, HAIDUONG) as slow:
        await slow.session.execute(update(Publication).values(digest="of another projection"))
        await slow.session.commit()  # the row may not stay locked
        await slow.session.execute(text(f"SET LOCAL app.tenant = '{HAIDUONG}'"))
        assert await province.rebuild(slow, case.id) == 0
        assert await told(slow) == ["publication.published", "publication.withdrawn"]
    assert await public_body(db, HAIDUONG, case.code) is None


async def test_making_all_again_takes_turns_with_the_consumer(db: Database, clock: FixedClock) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        province = await load_province(work)
        await province.a_case(work)
    books = {"directory": province.directory, "catalogue": province.catalogue}
    async with write_work(db, clock, HAIDUONG) as consuming:
        await outbox.hold_cursor(consuming, HAIDUONG, CONSUMER)
        again = asyncio.create_task(rebuild_all(db, clock, HAIDUONG, **books))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        assert not again.done()
    assert await again == 1


async def test_a_public_case_by_code_is_one_statement(db: Database, clock: FixedClock, statements: Statements) -> None:
    async with write_work(db, clock, HAIDUONG) as work:
        province = await load_province(work)
        case = await province.a_case(work)
        await province.rebuild(work, case.id)
    statements.clear()
    assert await public_body(db, HAIDUONG, case.code) is not None
    assert await public_body(db, HAIDUONG, "H23-000000-0000") is None
    assert len(statements) == 2
