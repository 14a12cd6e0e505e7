"""Checks of the database and of what is in it."""

from __future__ import annotations

import os
import platform
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta

from app.catalogue.terms import Priority
from app.cli.installation import url_of
from app.cli.schema import connect, newest_revision, revision_of
from app.cli.terminal import CommandError
from app.condition import TenantCondition, read_condition
from app.db.beats import PATIENCE, Beat, Worker, list_beats
from app.db.isolation import ROLE
from app.db.work import is_held
from app.deadlines.errors import CalendarExhausted
from app.directory.errors import UnknownTenant
from app.directory.snapshot import AreaChain, Tenant
from app.directory.terms import Confidence, Tier
from app.kit.clock import Clock, local_day
from app.kit.problems import Problem
from app.process import Process
from app.routing import service as routing_service
from app.routing.errors import NoResponsibleUnit
from app.routing.terms import Fallback
from app.settings import Settings

from .bus import examine_bus
from .deliveries import (
    examine_contacts,
    examine_deliveries,
    examine_neighbours,
    examine_notices,
    examine_partners,
    examine_pushes,
)
from .files import examine_files, examine_room, examine_scanner
from .findings import Finding, Health, broken, ok, warning
from .procedures import examine_procedures
from .requests import examine_requests
from .vault import examine_key, examine_vault

SKEW_LARGE, SKEW_TOO_LARGE = timedelta(seconds=2), timedelta(seconds=60)
RELAY_PATIENCE = timedelta(minutes=1)
PARKED_PATIENCE = timedelta(minutes=2)  # the first tries come within a minute
LAG_LARGE = 1000  # messages
CALENDAR_AHEAD = timedelta(days=365)


async def examine_database(settings: Settings, clock: Clock, *, works: bool = True) -> AsyncIterator[Finding]:
    """Findings about the database the settings name; stops at the first that makes the others impossible.

    Unless it `works`, because it was started for this look only, nobody expects a worker.
    """
    reached = True
    async for finding in _server(url_of(settings), clock):
        yield finding
        reached = reached and finding.health is not Health.BROKEN
    if not reached:
        return
    try:
        process = await Process.open(settings, clock)
    except Exception as error:  # noqa: BLE001 - whoever asks what is wrong gets a finding, whatever it is
        why = str(error) if isinstance(error, Problem | LookupError) else f"{type(error).__name__}: {error}"
        yield broken(
            f"Không nạp được danh mục ({why}). Chạy: lienthong migrate",
            f"The reference data cannot be loaded ({why}). Run: lienthong migrate",
        )
        return
    try:
        yield _default_tenant(process)
        yield await examine_key(process)
        yield await examine_vault(process)
        yield await _second_lock(process)
        yield await examine_files(process)
        yield await examine_room(process)
        yield await examine_scanner(process)
        tenants = [tenant for tenant in process.directory.current.tenants if tenant.active]
        for tenant in tenants:
            for finding in _reference_data(process, tenant):
                yield finding
            yield examine_procedures(process, tenant)
        for finding in (
            *examine_contacts(process),
            *await examine_partners(process),
            *await examine_neighbours(process),
        ):
            yield finding
        if works:
            yield await examine_bus(process)
            yield _workers(await list_beats(process.db), clock)
            for condition in await read_condition(process.db, tenants, clock.now()):
                for finding in _condition(condition, clock):
                    yield finding
    finally:
        await process.close()


async def _second_lock(process: Process) -> Finding:
    """Whether PostgreSQL itself keeps provinces apart, should a statement of ours forget to."""
    if await is_held(process.db, process.clock):
        return ok(
            f"PostgreSQL cũng tự giữ dữ liệu các tỉnh tách nhau (vai trò {ROLE}).",
            f"PostgreSQL itself keeps provinces apart, too (role {ROLE}).",
        )
    return warning(
        f"PostgreSQL chưa tự giữ dữ liệu các tỉnh tách nhau: chương trình không nhận được vai trò {ROLE}. Cách sửa: "
        "docs/operations.md, mục Chạy thật.",
        f"PostgreSQL does not keep provinces apart by itself: the program cannot take the role {ROLE}. How to mend it: "
        "docs/operations.md, In production.",
    )


async def _server(url: str, clock: Clock) -> AsyncIterator[Finding]:
    """Reached, new enough, with our schema, and with our time."""
    try:
        connection = await connect(url)
    except CommandError as error:
        yield broken(error.sentence.vi, error.sentence.en)
        return
    try:
        version = str(await connection.fetchval("SHOW server_version")).partition(" ")[0]
        yield ok(f"PostgreSQL {version} trả lời.", f"PostgreSQL {version} answers.")
        before = clock.now()
        theirs = await connection.fetchval("SELECT clock_timestamp()")
        skew = max(abs(theirs - (before + (clock.now() - before) / 2)) - (clock.now() - before), timedelta())
        seconds = skew.total_seconds()
        if skew > SKEW_LARGE:
            found = broken if skew > SKEW_TOO_LARGE else warning
            yield found(
                f"Đồng hồ máy này và máy PostgreSQL lệch {seconds:.0f} giây. Bật đồng bộ giờ (chrony) trên cả hai.",
                f"The clocks of this machine and PostgreSQL differ by {seconds:.0f} s. Run a time service on both.",
            )
        else:
            yield ok("Đồng hồ khớp với PostgreSQL.", "The clock agrees with PostgreSQL's.")
        present, newest = await revision_of(connection), newest_revision()
        if present != newest:
            yield broken(
                f"Cơ sở dữ liệu ở phiên bản {present or 'trống'}, cần {newest}. Chạy: lienthong migrate",
                f"The database has schema {present or 'none'}, {newest} is needed. Run: lienthong migrate",
            )
        else:
            yield ok(f"Lược đồ đúng phiên bản {newest}.", f"The schema is {newest}.")
    finally:
        await connection.close()


def _default_tenant(process: Process) -> Finding:
    name = process.settings.default_tenant
    try:
        tenant = process.directory.current.tenant_by_slug(name)
    except UnknownTenant:
        tenant = None
    if tenant is None or not tenant.active:
        return broken(
            f"LIENTHONG_DEFAULT_TENANT='{name}' không phải tỉnh đang dùng. Xem: lienthong tenant list",
            f"LIENTHONG_DEFAULT_TENANT='{name}' is no tenant in use. See: lienthong tenant list",
        )
    return ok(f"Tỉnh mặc định: {tenant.name}.", f"The default tenant is {tenant.name_en}.")


def _reference_data(process: Process, tenant: Tenant) -> Iterator[Finding]:
    """Categories, calendar and jurisdictions of one tenant."""
    now = process.clock.now()
    books = process.books
    categories = [one for one in books.catalogue.all(tenant.id) if one.parent is not None and one.active]
    rules = books.rulebooks.book(tenant.id, now).version
    if not categories or not rules:
        yield broken(
            f"{tenant.slug}: thiếu lĩnh vực hoặc quy tắc phân công. Chạy: lienthong migrate",
            f"{tenant.slug}: categories or routing rules are missing. Run: lienthong migrate",
        )
        return
    today = local_day(now, tenant.time_zone)
    try:
        last = books.calendars.of(tenant.id).last
    except CalendarExhausted:
        yield broken(
            f"{tenant.slug}: không lập được lịch làm việc; nhật ký khi khởi động nói rõ. Chạy: lienthong migrate",
            f"{tenant.slug}: there is no working calendar; the log of any start says why. Run: lienthong migrate",
        )
        last = today + CALENDAR_AHEAD
    if left_out := books.calendars.unreadable.get(tenant.id):
        named = ", ".join(left_out)
        yield broken(
            f"{tenant.slug}: không đọc được thời hạn {named}; tạm dùng thời hạn của lĩnh vực. Ban hành lại.",
            f"{tenant.slug}: the targets {named} cannot be read; the category's own time holds. Publish them anew.",
        )
    if last < today + CALENDAR_AHEAD:
        found = broken if last <= today else warning
        yield found(
            f"{tenant.slug}: lịch làm việc chỉ đến {last}. Chạy: lienthong migrate",
            f"{tenant.slug}: the working calendar ends on {last}. Run: lienthong migrate",
        )
    yield _jurisdictions(process, tenant)


def _jurisdictions(process: Process, tenant: Tenant) -> Finding:
    """Every category in every smallest area has a unit that answers for it, not only somebody who takes it in."""
    gaps: list[str] = []
    chains = list(_smallest(process, tenant, tenant.province))
    categories = [one for one in process.catalogue.current.all(tenant.id) if one.parent is not None and one.active]
    for category in categories:
        for chain in chains:
            try:
                decision = routing_service.decide(
                    process.rulebooks.current,
                    process.directory.current,
                    process.catalogue.current,
                    tenant=tenant.id,
                    chain=chain,
                    confidence=Confidence.EXACT,
                    category=category.code,
                    kind=category.kind,
                    priority=Priority.NORMAL,
                    answers={},
                    at=process.clock.now(),
                )
            except NoResponsibleUnit:
                gaps.append(f"{category.code} × {chain.area.code}")
                continue
            if decision.rule == Fallback.RECEPTION:
                gaps.append(f"{category.code} × {chain.area.code}")
    if gaps:
        some = ", ".join(gaps[:3]) + (" …" if len(gaps) > 3 else "")
        return warning(
            f"{tenant.slug}: {len(gaps)} cặp lĩnh vực × địa bàn chưa có cơ quan phụ trách, đang dồn về nơi tiếp nhận: "
            f"{some}. Bổ sung thẩm quyền hoặc quy tắc.",
            f"{tenant.slug}: {len(gaps)} pairs of category and area have no unit that answers for them and go to "
            f"reception: {some}. Add jurisdictions or rules.",
        )
    return ok(
        f"{tenant.slug}: {len(categories)} lĩnh vực × {len(chains)} địa bàn đều có cơ quan phụ trách.",
        f"{tenant.slug}: a unit answers for each of {len(categories)} categories in each of {len(chains)} areas.",
    )


def _smallest(process: Process, tenant: Tenant, code: str) -> Iterator[AreaChain]:
    """The communes under `code`, on the tenant's map."""
    directory = process.directory.current
    for area in directory.children(tenant.edition, code):
        if area.tier is Tier.COMMUNE:
            yield directory.chain(tenant.edition, area.code)
        else:
            yield from _smallest(process, tenant, area.code)


def _workers(beats: Sequence[Beat], clock: Clock) -> Finding:
    """Whether anything works for this installation now."""
    if not beats:
        return broken(
            "Chưa thấy worker nào chạy: không có gì được công khai, không ai được nhắc hạn. Chạy: lienthong worker",
            "No worker has been seen: nothing is published and no deadline is watched. Run: lienthong worker",
        )
    now = clock.now()
    alive = [one.worker for one in beats if now - one.seen_at <= PATIENCE and not _is_over(one.worker)]
    if not alive:
        last = beats[0]
        return broken(
            f"Không có worker nào chạy từ {last.seen_at:%H:%M:%S %d/%m/%Y} UTC (sau cùng: {_named(last.worker)}). Xem "
            f"nhật ký của nó, rồi chạy lại: lienthong worker",
            f"No worker has been seen since {last.seen_at:%Y-%m-%d %H:%M:%S} UTC (the last: {_named(last.worker)}). "
            f"Read its log, then run one: lienthong worker",
        )
    named = ", ".join(_named(worker) for worker in alive)
    return ok(f"{len(alive)} worker đang chạy: {named}.", f"{len(alive)} workers at work: {named}.")


def _is_over(worker: Worker) -> bool:
    """Whether the worker was killed on this very machine: seen at once, not when its beats have been missed."""
    if worker.host != platform.node():
        return False
    try:
        os.kill(worker.pid, 0)  # asks only whether the process is there
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's
        return False
    return False


def _named(worker: Worker) -> str:
    return f"{worker.command} {worker.version} @ {worker.host}, pid {worker.pid}"


def _condition(condition: TenantCondition, clock: Clock) -> Iterator[Finding]:
    """What the worker should have done."""
    slug, backlog = condition.tenant.slug, condition.backlog
    done = True
    waited = clock.now() - backlog.waiting_since if backlog.waiting_since else timedelta()
    if waited > RELAY_PATIENCE:
        done = False
        yield broken(
            f"{slug}: {backlog.waiting} thông điệp chờ đã {waited.total_seconds() / 60:.0f} phút: worker không chạy? "
            f"Chạy: lienthong worker",
            f"{slug}: {backlog.waiting} messages have waited {waited.total_seconds() / 60:.0f} minutes: no worker? "
            f"Run: lienthong worker",
        )
    for consumer, behind in backlog.lag.items():
        if behind > LAG_LARGE:
            done = False
            yield warning(
                f"{slug}: {consumer} chậm {behind} thông điệp. Xem nhật ký worker; chạy thêm worker nếu máy còn rảnh.",
                f"{slug}: {consumer} is {behind} messages behind. Read the worker's log; run another if there is CPU.",
            )
    for consumer, letters in backlog.dead.items():
        done = False
        yield warning(
            f"{slug}: {letters} thông điệp {consumer} không xử lý được, vụ việc của chúng đứng lại. Xem: lienthong "
            f"outbox list --dead --tenant {slug}",
            f"{slug}: {letters} messages that {consumer} could not handle hold up their cases. See: lienthong outbox "
            f"list --dead --tenant {slug}",
        )
    now = clock.now()
    for consumer, since in backlog.parked_since.items():
        if now - since > PARKED_PATIENCE:
            done = False
            minutes = (now - since).total_seconds() / 60
            yield warning(
                f"{slug}: {backlog.parked[consumer]} thông điệp {consumer} bị để riêng, lâu nhất {minutes:.0f} phút, "
                f"đang được thử lại. Xem: lienthong outbox list --tenant {slug}",
                f"{slug}: {backlog.parked[consumer]} messages of {consumer} are set aside, the oldest for "
                f"{minutes:.0f} minutes, and tried again. See: lienthong outbox list --tenant {slug}",
            )
    told = (
        *examine_deliveries(condition, now),
        *examine_notices(condition, now),
        *examine_pushes(condition, now),
    )
    for finding in (*_sweeps(slug, condition), *examine_requests(condition, now), *told):
        done = False
        yield finding
    if done:
        load = condition.workload
        yield ok(
            f"{slug}: không có gì chờ worker; {load.open} vụ việc đang xử lý, {load.overdue} quá hạn.",
            f"{slug}: nothing waits for the worker; {load.open} cases in handling, {load.overdue} overdue.",
        )


def _sweeps(slug: str, condition: TenantCondition) -> Iterator[Finding]:
    """What the sweep should have told."""
    if unswept := condition.workload.unswept:
        yield broken(
            f"{slug}: {unswept} vụ việc quá hạn chưa được đánh dấu: worker không chạy? Chạy: lienthong worker",
            f"{slug}: {unswept} overdue cases are not marked so: no worker? Run: lienthong worker",
        )
    if unlooked := condition.workload.unlooked:
        yield broken(
            f"{slug}: {unlooked} vụ việc đến lúc nhắc hạn, báo cấp trên mà chưa báo: worker không chạy, hoặc quét lỗi "
            "(xem log của worker).",
            f"{slug}: {unlooked} cases are past a reminder or an escalation that nobody was told of: no worker, or its "
            "sweep fails (see the worker's log).",
        )
