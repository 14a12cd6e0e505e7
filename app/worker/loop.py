"""The worker's loops. Each turn is a few short transactions; a worker killed at any moment is replaced by the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta

from app.cases import service as cases_service
from app.cases.handlers import PlanConsumer
from app.citizens import service as citizens_service
from app.db.beats import BEAT_EVERY_S, Worker, beat, forget_beats
from app.db.models import Command
from app.db.work import Work, in_work
from app.federation import service as federation_service
from app.federation.handlers import FederationConsumer
from app.identity import service as identity_service
from app.kit.ids import TenantId
from app.limits import service as limits_service
from app.mobile import service as mobile_service
from app.mobile.handlers import ChangeConsumer
from app.national import service as national_service
from app.national.handlers import NationalConsumer
from app.notices import service as notices_service
from app.notices.handlers import NoticeConsumer
from app.outbox import service as outbox
from app.outbox.service import Consumer
from app.partners import service as partners_service
from app.partners.handlers import PartnerConsumer
from app.process import Process, keyring_of
from app.publication.handlers import PublicationConsumer
from app.publication.service import count_places, index_words, keep_days, place, tally
from app.reports import service as reports_service
from app.service_requests import service as requests_service
from app.service_requests.handlers import PaymentConsumer
from app.settings import Settings
from app.subscriptions import service as subscriptions_service
from app.subscriptions.handlers import DeliveryConsumer
from app.supports.handlers import SupportConsumer
from app.web.idempotency import forget_old_answers
from app.web.metrics import Metrics
from app.web.submissions import forget_old_submissions

from .deliveries import Deliveries
from .federation import Federation
from .files import CLEAN_EVERY_S, CLEAR_EVERY_S, Files
from .keeping import KEEP_EVERY_S, RESEAL_EVERY_S, Resealing, keep_to_rules
from .national import COMPARE_EVERY_S, National
from .notices import Notices, ways_of
from .partners import Partners
from .payments import EXPIRE_EVERY_S, Payments
from .relaying import Rounds
from .restoring import notice_restore
from .sweeps import Planning, sweep, sweep_requests
from .tenants import each_tenant
from .trail import SEAL_EVERY_S, Trail

log = logging.getLogger("lienthong.worker")
PRUNE_EVERY_S = 3600.0
INDEX_EVERY_S = 60.0
RECOUNT_EVERY_S = 5.0
PLAN_EVERY_S = 3600.0
LEAST_TO_KNOW, POLLS_TO_KNOW = timedelta(seconds=10), 5
LONGEST_PAUSE_S = 30.0  # after failures


_ALL = (
    PublicationConsumer,
    DeliveryConsumer,
    PlanConsumer,
    NoticeConsumer,
    PaymentConsumer,
    NationalConsumer,
    ChangeConsumer,
    PartnerConsumer,
    SupportConsumer,
    FederationConsumer,
)
CONSUMERS = frozenset(one.name for one in _ALL)
"""Names of all that `consumers` makes, whatever the settings."""


def consumers(process: Process) -> tuple[Consumer, ...]:
    """Whoever reacts to facts, in no particular order: each has a cursor of its own.

    Without a national portal nobody notes what to tell it: nothing would ever take that away.
    """
    return (
        PublicationConsumer(lambda: process.books),
        DeliveryConsumer(lambda: process.books),
        PlanConsumer(lambda: process.books),
        *([NationalConsumer()] if process.settings.national_url is not None else []),
        NoticeConsumer(lambda: process.request_books, keyring_of(process.settings), ways_of(process.settings)),
        PaymentConsumer(lambda: process.request_books),
        ChangeConsumer(),
        PartnerConsumer(),
        SupportConsumer(lambda: process.books),
        FederationConsumer(process.db, lambda: process.books),
    )


async def turn(process: Process, reacting: Sequence[Consumer]) -> int:
    """Messages numbered and handled now, over all tenants; 0 when there was nothing to do.

    One after the other, for whoever wants to see it done; `run` gives each consumer a loop of its own.
    """
    done = await number(process)
    for consumer in reacting:
        done += await react(process, consumer)
    return done


async def number(process: Process, tenants: Collection[TenantId] | None = None) -> int:
    """Messages that were given their position now, over all tenants or those named. Each batch is one signal."""

    async def one(tenant_id: TenantId) -> int:
        return await outbox.relay(process.db, process.clock, tenant_id, process.bus.numbered)

    return await each_tenant(process, "relay", one, tenants)


async def react(process: Process, consumer: Consumer) -> int:
    """Messages that the consumer handled now, over all tenants: new ones, and parked ones that are due."""

    async def one(tenant_id: TenantId) -> int:
        done = await outbox.consume(process.db, process.clock, tenant_id, consumer)
        return done + await outbox.retry_due(process.db, process.clock, tenant_id, consumer)

    return await each_tenant(process, consumer.name, one)


def known_after(settings: Settings) -> timedelta:
    """How long it takes until every process counts by an edit: to look for it, load it, and end what it began."""
    return max(LEAST_TO_KNOW, timedelta(seconds=POLLS_TO_KNOW * settings.reference_poll_s))


async def recount(process: Process) -> int:
    """Open cases looked at now because a calendar was edited, over all tenants; 0 when nothing waits."""
    after = known_after(process.settings)

    async def one(tenant_id: TenantId) -> int:
        return await in_work(
            process.db,
            process.clock,
            tenant_id,
            lambda work: cases_service.recount_cases(work, tenant_id, process.books, after=after),
        )

    return await each_tenant(process, "recount", one)


async def replay(process: Process) -> int:
    """Messages looked at now for replays that administrators have asked for, over all tenants."""

    async def one(tenant_id: TenantId) -> int:
        books = process.books

        async def one_batch(work: Work) -> int:
            return await subscriptions_service.advance_replay(
                work, tenant_id, directory=books.directory, catalogue=books.catalogue
            )

        return await in_work(process.db, process.clock, tenant_id, one_batch)

    return await each_tenant(process, "replay", one)


async def prune(process: Process) -> int:
    """Kept answers and messages forgotten now, over all tenants; 0 when no old one is left.

    Old sign-ins, workers that are long gone, and messages that everyone has handled are forgotten with them; what a
    worker of the release before has given up is tried again.
    """
    await forget_beats(process.db, process.clock.now())
    await citizens_service.forget(process.db, process.clock)
    await limits_service.forget(process.db, process.clock)
    names = [consumer.name for consumer in consumers(process)]
    retired = CONSUMERS - set(names)  # wanted by the settings no more: their cursors would hold up the rest for ever
    keep = timedelta(days=process.settings.outbox_keep_days)
    settled = min(keep, timedelta(days=process.settings.webhook_keep_days))

    async def one(tenant_id: TenantId) -> int:
        await in_work(process.db, process.clock, tenant_id, lambda work: outbox.take_over(work, tenant_id))

        async def forget(work: Work) -> int:
            await identity_service.prune(work, tenant_id)
            for name in sorted(retired):
                await outbox.retire(work, tenant_id, name)
            pruned = await outbox.prune(work, tenant_id, names, keep)
            pruned += await subscriptions_service.prune(work, tenant_id, settled=settled, waiting=keep)
            pruned += await notices_service.forget(work, tenant_id, timedelta(days=process.settings.notice_keep_days))
            pruned += await national_service.forget(work, tenant_id, keep)
            pruned += await partners_service.forget(work, tenant_id, keep)
            pruned += await requests_service.forget_turns(work, tenant_id)
            pruned += await federation_service.forget(work, tenant_id, keep)
            pruned += await reports_service.forget_origins(work, tenant_id)
            pruned += await cases_service.forget_held(work, tenant_id)
            pruned += await forget_old_submissions(work, tenant_id)
            return pruned + await forget_old_answers(work, tenant_id)

        return await in_work(process.db, process.clock, tenant_id, forget)

    return await each_tenant(process, "prune", one)


async def index(process: Process) -> int:
    """Publications of an earlier release that can be searched, are on the map or count from now on; of all tenants."""

    async def one(tenant_id: TenantId) -> int:
        zone = process.directory.current.tenant(tenant_id).time_zone
        words = await in_work(process.db, process.clock, tenant_id, lambda work: index_words(work, tenant_id))
        words += await in_work(process.db, process.clock, tenant_id, lambda work: tally(work, tenant_id, zone))
        return words + await in_work(
            process.db, process.clock, tenant_id, lambda work: count_places(work, tenant_id, zone)
        )

    return await each_tenant(process, "index", one)


async def place_in_portals(process: Process) -> int:
    """What the portals of units show from now on: older publications, and whole days' digests; over all tenants."""

    async def one(tenant_id: TenantId) -> int:
        directory = process.directory.current
        placed = await in_work(
            process.db, process.clock, tenant_id, lambda work: place(work, tenant_id, directory=directory)
        )
        return placed + await in_work(process.db, process.clock, tenant_id, lambda work: keep_days(work, tenant_id))

    return await each_tenant(process, "place", one)


async def fill(process: Process) -> int:
    """Older things whose changes are numbered from now on, over all tenants; 0 when none is left."""

    async def one(tenant_id: TenantId) -> int:
        return await in_work(process.db, process.clock, tenant_id, lambda work: mobile_service.fill(work, tenant_id))

    return await each_tenant(process, "fill", one)


async def run(process: Process, command: Command) -> None:
    """Work until cancelled; an outage of the database is waited out with growing pauses.

    `command` is what this process was started with: told with its beats, which doctor looks for.
    """
    reacting = consumers(process)
    here = Worker.here(command, process.clock)
    settings = process.settings

    async def beat_turn() -> int:
        await beat(process.db, here, process.clock.now())
        return await notice_restore(process)

    deliveries, written = Deliveries(process), asyncio.Event()
    numbered, waiting, bus = [asyncio.Event() for _ in reacting], asyncio.Event(), process.bus

    def idle_s() -> float:
        return bus.pause_s(settings.relay_poll_s)

    def reaction_of(consumer: Consumer) -> Callable[[], Awaitable[int]]:
        async def reaction_turn() -> int:
            return _ring(await react(process, consumer), [written])

        return reaction_turn

    async def replay_turn() -> int:
        return _ring(await replay(process), [written])

    with bus.relaying(waiting) as take_waiting, bus.consuming(numbered):
        rounds = Rounds(idle_s, take_waiting)

        async def relay_turn() -> int:
            return await number(process, rounds.next(process.tenants))

        bus.start()
        async with (
            deliveries,
            Notices(process) as notices,
            National(process) as national,
            Partners(process) as partners,
            Federation(process) as federation,
            Trail(process) as trail,
            Payments(process) as payments,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(_every(BEAT_EVERY_S, "beat", beat_turn, process.metrics))
            group.create_task(_every(settings.relay_poll_s, "relay", relay_turn, process.metrics, waiting, idle_s))
            for consumer, bell in zip(reacting, numbered, strict=True):
                step = reaction_of(consumer)
                group.create_task(_every(settings.relay_poll_s, consumer.name, step, process.metrics, bell, idle_s))
            group.create_task(_every(settings.sweep_poll_s, "sweep", lambda: sweep(process), process.metrics))
            group.create_task(
                _every(settings.sweep_poll_s, "requests", lambda: sweep_requests(process), process.metrics)
            )
            group.create_task(_every(PLAN_EVERY_S, "plan", Planning(process).turn, process.metrics))
            group.create_task(_every(RECOUNT_EVERY_S, "recount", lambda: recount(process), process.metrics))
            files = Files(process)
            group.create_task(_every(CLEAR_EVERY_S, "files.clear", files.clear, process.metrics))
            group.create_task(_every(CLEAN_EVERY_S, "files.clean", files.clean, process.metrics))
            group.create_task(_every(CLEAN_EVERY_S, "files.sweep", files.sweep, process.metrics))
            group.create_task(_every(KEEP_EVERY_S, "retention", lambda: keep_to_rules(process), process.metrics))
            group.create_task(_every(RESEAL_EVERY_S, "reseal", Resealing(process).turn, process.metrics))
            group.create_task(_every(SEAL_EVERY_S, "audit.seal", trail.seal, process.metrics))
            group.create_task(_every(SEAL_EVERY_S, "audit.out", trail.send_on, process.metrics))
            poll_s = settings.delivery_poll_s
            group.create_task(_every(poll_s, "deliveries", deliveries.begin, process.metrics, written))
            for channel, send in notices.turns.items():
                name = f"notices.{channel.value}"
                group.create_task(_every(settings.notice_poll_s, name, send, process.metrics))
            if national.there:
                group.create_task(_every(settings.national_poll_s, "national", national.push, process.metrics))
                group.create_task(_every(COMPARE_EVERY_S, "national.compare", national.compare, process.metrics))
            group.create_task(_every(settings.partner_poll_s, "partners", partners.deliver, process.metrics))
            group.create_task(_every(settings.partner_poll_s, "partners.follow", partners.follow, process.metrics))
            group.create_task(_every(settings.federation_poll_s, "federation", federation.deliver, process.metrics))
            group.create_task(_every(settings.payment_poll_s, "payments.ask", payments.ask, process.metrics))
            group.create_task(_every(EXPIRE_EVERY_S, "payments.expire", payments.expire, process.metrics))
            group.create_task(_every(poll_s, "replay", replay_turn, process.metrics))
            group.create_task(_every(PRUNE_EVERY_S, "prune", lambda: prune(process), process.metrics))
            group.create_task(_every(INDEX_EVERY_S, "index", lambda: index(process), process.metrics))
            group.create_task(_every(INDEX_EVERY_S, "place", lambda: place_in_portals(process), process.metrics))
            group.create_task(_every(INDEX_EVERY_S, "fill", lambda: fill(process), process.metrics))


def _ring(done: int, bells: Sequence[asyncio.Event]) -> int:
    """`done`; when it is anything, others may have work now."""
    if done:
        for bell in bells:
            bell.set()
    return done


async def _every(
    pause_s: float,
    name: str,
    step: Callable[[], Awaitable[int]],
    metrics: Metrics,
    bell: asyncio.Event | None = None,
    idle_s: Callable[[], float] | None = None,
) -> None:
    """`step` again and again: at once while it finds work, after a pause when it does not or when it failed.

    The pause after a step that found nothing is `idle_s`, if that is given, and ends early when `bell` is set, even
    while the step ran.
    """
    failures = 0
    while True:
        if bell is not None:
            bell.clear()
        try:
            found = await step()
            metrics.turned(name, found)
            failures = 0
        except Exception as error:  # noqa: BLE001 - the loop must outlive any single turn
            metrics.failed(name)
            failures += 1
            found = 0
            log.warning("%s failed (%d in a row): %s", name, failures, error)
        if failures:
            await asyncio.sleep(min(LONGEST_PAUSE_S, pause_s * 2 ** min(failures, 8)))
        elif not found:
            await _rest(idle_s() if idle_s is not None else pause_s, bell)


async def _rest(pause_s: float, bell: asyncio.Event | None) -> None:
    if bell is None:
        await asyncio.sleep(pause_s)
        return
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), pause_s)
