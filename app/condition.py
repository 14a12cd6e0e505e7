"""How an installation is, as its operator wants to know: a few cheap statements, for doctor and for /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy.pool import QueuePool

from app.cases import service as cases_service
from app.cases.terms import Workload
from app.db.beats import Beat, list_beats
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.directory.snapshot import Tenant
from app.media import service as media_service
from app.media.store import room_of
from app.national import service as national_service
from app.national.terms import PushBacklog
from app.notices import service as notices_service
from app.notices.terms import NoticeBacklog
from app.outbox import service as outbox
from app.outbox.terms import Backlog
from app.payments import service as payments_service
from app.payments.terms import PaymentWorkload
from app.process import Process
from app.service_requests import service as requests_service
from app.service_requests.terms import RequestWorkload
from app.subscriptions import service as subscriptions_service
from app.subscriptions.terms import DeliveryBacklog

PATIENCE_S = 2.0  # monitoring gives up soon, and wants to know what the process knows even when PostgreSQL hangs


@dataclass(frozen=True, slots=True)
class TenantCondition:
    """What one tenant has not done yet."""

    tenant: Tenant
    backlog: Backlog
    workload: Workload
    deliveries: DeliveryBacklog
    notices: NoticeBacklog
    pushes: PushBacklog
    requests: RequestWorkload
    payments: PaymentWorkload


async def read_condition(db: Database, tenants: Sequence[Tenant], at: datetime) -> list[TenantCondition]:
    """The condition of each of the tenants at `at`, in their order. Raises: DatabaseUnavailable."""
    ids = [tenant.id for tenant in tenants]
    backlogs = {one.tenant_id: one for one in await outbox.backlog(db, ids)}
    workloads = {one.tenant_id: one for one in await cases_service.workload(db, ids, at)}
    deliveries = {one.tenant_id: one for one in await subscriptions_service.backlog(db, ids)}
    notices = {one.tenant_id: one for one in await notices_service.backlog(db, ids, at)}
    pushes = {one.tenant_id: one for one in await national_service.backlog(db, ids)}
    requests = {one.tenant_id: one for one in await requests_service.workload(db, ids, at)}
    payments = {one.tenant_id: one for one in await payments_service.workload(db, ids, at)}
    return [
        TenantCondition(
            tenant=tenant,
            backlog=backlogs[tenant.id],
            workload=workloads[tenant.id],
            deliveries=deliveries[tenant.id],
            notices=notices[tenant.id],
            pushes=pushes[tenant.id],
            requests=requests[tenant.id],
            payments=payments[tenant.id],
        )
        for tenant in tenants
    ]


async def readings(process: Process) -> list[Metric]:
    """The figures of /metrics that are not counted but asked for; without the database those that need none."""
    now = process.clock.now()
    tenants = [tenant for tenant in process.directory.current.tenants if tenant.active]
    condition: list[TenantCondition] | None
    files: tuple[int, datetime | None] | None = None
    beats: list[Beat] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            condition = await read_condition(process.db, tenants, now)
            beats = await list_beats(process.db)
            files = await media_service.backlog(process.db)
    except (DatabaseUnavailable, TimeoutError):
        condition = None
    room = await asyncio.to_thread(room_of, process.settings)
    up = GaugeMetricFamily("lienthong_database_up", "Whether the database answers", value=condition is not None)
    return [
        up,
        *_of_process(process),
        *_of_bus(process),
        *_of_workers(beats, now),
        *_of_files(files, now),
        _of_store(room),
        *_of_tenants(condition or [], now),
        *_of_deliveries(condition or [], now),
        *_of_notices(condition or [], now),
        *_of_pushes(condition or [], now),
        *_of_requests(condition or []),
    ]


def _of_process(process: Process) -> Iterator[Metric]:
    lane = process.db.lane
    pool = process.db.rw.pool
    assert isinstance(pool, QueuePool)
    doors = {"lane": (lane.size, min(lane.busy, lane.size)), "pool": (pool.size(), pool.checkedout())}
    size = GaugeMetricFamily("lienthong_database_connections_max", "Most connections of a door", labels=["door"])
    used = GaugeMetricFamily("lienthong_database_connections_used", "Connections at work", labels=["door"])
    for door, (most, at_work) in doors.items():
        size.add_metric([door], most)
        used.add_metric([door], at_work)
    yield size
    yield used
    waiting = max(0, lane.busy - lane.size)
    yield GaugeMetricFamily("lienthong_lane_waiting", "Statements that wait for a connection", value=waiting)
    losses = CounterMetricFamily(
        "lienthong_database_losses", "Statements and units of work that the database let down", labels=["door", "why"]
    )
    for door, counted in (("lane", lane.losses), ("pool", process.db.losses)):
        losses.add_metric([door, "no-connection"], counted.exhausted)
        losses.add_metric([door, "lost"], counted.lost)
    yield losses
    version = GaugeMetricFamily("lienthong_reference_version", "Version of the reference data held", labels=["name"])
    age = GaugeMetricFamily("lienthong_reference_age_seconds", "Since it was known to be the newest", labels=["name"])
    for reference in process.references:
        version.add_metric([reference.name], reference.version)
        age.add_metric([reference.name], reference.age_s)
    yield version
    yield age


def _of_files(files: tuple[int, datetime | None] | None, now: datetime) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("lienthong_files_waiting", "Files that nobody has looked at")
    age = GaugeMetricFamily("lienthong_files_age_seconds", "Since the first of them waits; far more than 60: look")
    if files is not None:
        count, since = files
        waiting.add_metric([], count)
        age.add_metric([], (now - since).total_seconds() if since is not None else 0)
    yield from (waiting, age)


def _of_store(room: int | None) -> Metric:
    told = GaugeMetricFamily("lienthong_store_room_bytes", "Bytes of files that may still come; 0 and below: none")
    if room is not None:
        told.add_metric([], room)
    return told


def _of_bus(process: Process) -> Iterator[Metric]:
    state = process.bus.state
    means = ["means"]
    works = GaugeMetricFamily("lienthong_bus_up", "Whether signals go between processes", labels=means)
    works.add_metric([state.means], state.works)
    counted = CounterMetricFamily("lienthong_bus_signals", "Signals of this process", labels=["way"])
    counted.add_metric(["sent"], state.sent)
    counted.add_metric(["heard"], state.heard)
    age = GaugeMetricFamily("lienthong_bus_heard_age_seconds", "Since a signal came")
    if state.heard_age_s is not None:
        age.add_metric([], state.heard_age_s)
    yield from (works, counted, age)


def _of_workers(beats: Sequence[Beat], now: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("lienthong_worker_beat_age_seconds", "Since any worker said that it works")
    if beats:
        age.add_metric([], max(0.0, (now - beats[0].seen_at).total_seconds()))
    yield age


def _of_tenants(condition: Sequence[TenantCondition], now: datetime) -> Iterator[Metric]:
    per_tenant, per_consumer = ["tenant"], ["tenant", "consumer"]
    waiting = GaugeMetricFamily("lienthong_outbox_waiting", "Messages the relay has not numbered", labels=per_tenant)
    oldest = GaugeMetricFamily("lienthong_outbox_oldest_seconds", "Age of the oldest of them", labels=per_tenant)
    lag = GaugeMetricFamily("lienthong_consumer_lag", "Messages a consumer is behind", labels=per_consumer)
    parked = GaugeMetricFamily(
        "lienthong_parked_messages", "Messages set aside, to be tried again", labels=per_consumer
    )
    rested = GaugeMetricFamily("lienthong_parked_oldest_seconds", "Since the oldest was", labels=per_consumer)
    dead = GaugeMetricFamily("lienthong_dead_letters", "Messages a consumer could not handle", labels=per_consumer)
    open_ = GaugeMetricFamily("lienthong_cases_open", "Cases in handling", labels=per_tenant)
    overdue = GaugeMetricFamily("lienthong_cases_overdue", "Cases in handling past their date", labels=per_tenant)
    unswept = GaugeMetricFamily("lienthong_cases_unswept", "Overdue and not marked so in time", labels=per_tenant)
    unlooked = GaugeMetricFamily("lienthong_cases_unlooked", "Past an occasion not told in time", labels=per_tenant)
    for one in condition:
        slug = [one.tenant.slug]
        waiting.add_metric(slug, one.backlog.waiting)
        since = one.backlog.waiting_since
        oldest.add_metric(slug, max(0.0, (now - since).total_seconds()) if since else 0.0)
        for consumer, behind in one.backlog.lag.items():
            lag.add_metric([*slug, consumer], behind)
            parked.add_metric([*slug, consumer], one.backlog.parked.get(consumer, 0))
            aside = one.backlog.parked_since.get(consumer)
            rested.add_metric([*slug, consumer], max(0.0, (now - aside).total_seconds()) if aside else 0.0)
            dead.add_metric([*slug, consumer], one.backlog.dead.get(consumer, 0))
        open_.add_metric(slug, one.workload.open)
        overdue.add_metric(slug, one.workload.overdue)
        unswept.add_metric(slug, one.workload.unswept)
        unlooked.add_metric(slug, one.workload.unlooked)
    yield from (waiting, oldest, lag, parked, rested, dead, open_, overdue, unswept, unlooked)


def _of_deliveries(condition: Sequence[TenantCondition], now: datetime) -> Iterator[Metric]:
    per_tenant = ["tenant"]
    waiting = GaugeMetricFamily("lienthong_deliveries_waiting", "Webhooks not accepted yet", labels=per_tenant)
    oldest = GaugeMetricFamily("lienthong_deliveries_oldest_seconds", "Age of the oldest of them", labels=per_tenant)
    held = GaugeMetricFamily("lienthong_deliveries_held", "Webhooks of paused subscriptions", labels=per_tenant)
    dead = GaugeMetricFamily("lienthong_deliveries_dead", "Webhooks given up", labels=per_tenant)
    paused = GaugeMetricFamily(
        "lienthong_subscriptions_paused", "Subscriptions paused because nothing was accepted", labels=per_tenant
    )
    for one in condition:
        slug, found = [one.tenant.slug], one.deliveries
        waiting.add_metric(slug, found.waiting)
        since = found.waiting_since
        oldest.add_metric(slug, max(0.0, (now - since).total_seconds()) if since else 0.0)
        held.add_metric(slug, found.held)
        dead.add_metric(slug, found.dead)
        paused.add_metric(slug, found.paused)
    yield from (waiting, oldest, held, dead, paused)


def _of_notices(condition: Sequence[TenantCondition], now: datetime) -> Iterator[Metric]:
    per_tenant = ["tenant"]
    waiting = GaugeMetricFamily("lienthong_notices_waiting", "Notices due and not sent", labels=per_tenant)
    oldest = GaugeMetricFamily("lienthong_notices_oldest_seconds", "Since the oldest of them is due", labels=per_tenant)
    failed = GaugeMetricFamily("lienthong_notices_failed", "Notices of a week that nobody took", labels=per_tenant)
    for one in condition:
        slug, found = [one.tenant.slug], one.notices
        waiting.add_metric(slug, found.waiting)
        oldest.add_metric(slug, max(0.0, (now - found.oldest_at).total_seconds()) if found.oldest_at else 0.0)
        failed.add_metric(slug, found.failed)
    yield from (waiting, oldest, failed)


def _of_pushes(condition: Sequence[TenantCondition], now: datetime) -> Iterator[Metric]:
    per_tenant = ["tenant"]
    waiting = GaugeMetricFamily("lienthong_national_waiting", "Facts the national portal has not", labels=per_tenant)
    oldest = GaugeMetricFamily("lienthong_national_oldest_seconds", "Age of the oldest of them", labels=per_tenant)
    dead = GaugeMetricFamily("lienthong_national_dead", "Facts it was given up to tell", labels=per_tenant)
    failures = GaugeMetricFamily(
        "lienthong_national_failures", "Attempts in a row without an answer", labels=per_tenant
    )
    differ = GaugeMetricFamily("lienthong_national_differences", "Service requests that differ", labels=per_tenant)
    for one in condition:
        slug, found = [one.tenant.slug], one.pushes
        waiting.add_metric(slug, found.waiting)
        since = found.waiting_since
        oldest.add_metric(slug, max(0.0, (now - since).total_seconds()) if since else 0.0)
        dead.add_metric(slug, found.dead)
        failures.add_metric(slug, found.failures)
        differ.add_metric(slug, found.differences)
    yield from (waiting, oldest, dead, failures, differ)


def _of_requests(condition: Sequence[TenantCondition]) -> Iterator[Metric]:
    per_tenant = ["tenant"]
    unswept = GaugeMetricFamily("lienthong_requests_unswept", "Late and not marked so in time", labels=per_tenant)
    untold = GaugeMetricFamily("lienthong_steps_untold", "Late and their unit not told in time", labels=per_tenant)
    unended = GaugeMetricFamily("lienthong_payments_unended", "Past their date and not ended", labels=per_tenant)
    unmatched = GaugeMetricFamily("lienthong_payments_unmatched", "Money for nothing known", labels=per_tenant)
    owed = GaugeMetricFamily("lienthong_refunds_due", "Money that is to be given back", labels=per_tenant)
    for one in condition:
        slug = [one.tenant.slug]
        unmatched.add_metric(slug, one.payments.unmatched)
        owed.add_metric(slug, one.payments.refunds_due)
        unswept.add_metric(slug, one.requests.unswept)
        untold.add_metric(slug, one.requests.untold)
        unended.add_metric(slug, one.payments.unended)
    yield from (unswept, untold, unended, unmatched, owed)
