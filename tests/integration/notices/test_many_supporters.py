"""A case that thousands support is told of part by part, each person once, whoever dies in between."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Sequence

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.db.engine import Database
from app.db.work import Work
from app.kit import signing
from app.kit.ids import TenantId, uuid7
from app.notices.handlers import NoticeConsumer
from app.notices.service import Ways
from app.notices.service.supporting import MOST_TOLD
from app.notices.terms import Channel
from app.outbox import service as outbox
from app.outbox.terms import Message
from app.process import Process, keyring_of
from app.publication.handlers import PublicationConsumer
from app.worker import loop
from tests.builders import HAIDUONG, Filed, a_case, acting, someone
from tests.statements import Statements

NUMBER = 2_000
_PUSH = """
WITH people AS (INSERT INTO citizens (citizen_id, created_at) SELECT unnest($1::uuid[]), now() RETURNING citizen_id)
INSERT INTO citizen_push_subscriptions (citizen_id, id, endpoint_hash, sealed, created_at)
SELECT one, gen_random_uuid(), sealed, sealed, now() FROM unnest($1::uuid[], $2::bytea[]) AS g (one, sealed)
"""
_GIVE = """
INSERT INTO supports (tenant_id, id, case_id, citizen_id, proven, lang, given_at)
SELECT $1, gen_random_uuid(), (SELECT id FROM cases WHERE code = $2), unnest($3::uuid[]), true, 'vi', now()
"""
_TOLD = "SELECT occasion, count(*), count(DISTINCT recipient_id), count(DISTINCT message_id) FROM notices GROUP BY 1"


class Dying(NoticeConsumer):
    """The worker is killed when it has written everything of its second and fourth turn, and has not committed."""

    turns = 0

    async def handle(self, work: Work, tenant_id: TenantId, messages: Sequence[Message]) -> None:
        await super().handle(work, tenant_id, messages)
        await work.settle()
        self.turns += 1
        if self.turns in {2, 4}:
            raise CancelledError


async def test_thousands_are_told_part_by_part_each_once(
    db: Database, process: Process, statements: Statements
) -> None:
    keys, lane = keyring_of(process.settings), db.lane
    case = await a_case(process, CaseState.IN_PROGRESS)
    consumer = Dying(lambda: process.request_books, keys, Ways(frozenset({Channel.PUSH}), "https://tinh.example"))
    public = PublicationConsumer(lambda: process.books)
    while await loop.turn(process, [consumer, public]):
        pass
    people = [uuid7(process.clock.now()) for _ in range(NUMBER)]
    await lane.fetch(_PUSH, people, [signing.seal(keys.notices, b"{}", one.bytes) for one in people])
    await lane.fetch(_GIVE, HAIDUONG, case.code, people)
    consumer.turns = 0
    await _resolved(process, case)
    assert NUMBER % MOST_TOLD == 0
    costs, told, killed = list[int](), 0, 0
    for _ in range(20):
        await loop.number(process)
        statements.clear()
        try:
            done = await outbox.consume(db, process.clock, HAIDUONG, consumer)
        except CancelledError:
            killed += 1
            continue
        if not done:
            break
        costs.append(len(statements.texts))
        now = await lane.fetchval("SELECT count(*) FROM notices")
        assert now - told <= MOST_TOLD, "no transaction tells more"
        told = now
    assert killed == 2
    assert len(costs) == NUMBER / MOST_TOLD
    assert max(costs) - min(costs) <= 3, "each part costs the same, however many are left"
    assert max(costs) <= 20, costs
    ((occasion, *counts),) = await lane.fetch(_TOLD)
    assert (occasion, counts) == ("supported_answered", [NUMBER, NUMBER, 1]), "each once, and of the one fact"


async def test_whoever_was_told_something_newer_is_not_told_what_was_before(db: Database, process: Process) -> None:
    keys, lane = keyring_of(process.settings), db.lane
    case = await a_case(process, CaseState.IN_PROGRESS)
    consumer = NoticeConsumer(
        lambda: process.request_books, keys, Ways(frozenset({Channel.PUSH}), "https://tinh.example")
    )
    while await loop.turn(process, [consumer, PublicationConsumer(lambda: process.books)]):
        pass
    people = sorted(uuid7(process.clock.now()) for _ in range(MOST_TOLD + 2))
    await lane.fetch(_PUSH, people, [signing.seal(keys.notices, b"{}", one.bytes) for one in people])
    await lane.fetch(_GIVE, HAIDUONG, case.code, people)
    await _resolved(process, case)
    await loop.number(process)
    assert await outbox.consume(db, process.clock, HAIDUONG, consumer) == 1
    await lane.fetch(  # the last of all has been told of something else by now
        "UPDATE notices SET position = position + 1, report_id = (SELECT id FROM supports WHERE citizen_id = $1)"
        " WHERE id = (SELECT id FROM notices LIMIT 1)",
        people[-1],
    )
    while await loop.turn(process, [consumer]):
        pass
    assert await lane.fetchval("SELECT count(*) FROM notices") == MOST_TOLD + 1, "the other one of two"


async def _resolved(process: Process, case: Filed) -> None:
    await acting(
        process,
        cases.resolve_case,
        someone(process),
        code=case.code,
        seen=case.version,
        answer="Đã thay bóng.",
        resolution=Resolution.FIXED,
    )
