"""Whether every step of the procedures has a unit that takes it."""

from __future__ import annotations

from app.directory.snapshot import Tenant
from app.kit.clock import local_day
from app.procedures.domain import missing_units
from app.process import Process

from .findings import Finding, ok, warning


def examine_procedures(process: Process, tenant: Tenant) -> Finding:
    """What is open in the tenant today, and the steps that would find nobody."""
    books, today = process.books, local_day(process.clock.now(), tenant.time_zone)
    procedures = process.procedures.current.all_open(tenant.id, today)
    gaps = [
        f"{one.code} {gap.pointer}"
        for one in procedures
        for gap in missing_units(one, books.directory, books.catalogue, tenant=tenant.id, on=today)
    ]
    if not procedures:
        return warning(
            f"{tenant.slug}: chưa có thủ tục nào nhận hồ sơ. Chạy: lienthong migrate",
            f"{tenant.slug}: no procedure takes service requests. Run: lienthong migrate",
        )
    if gaps:
        some = ", ".join(gaps[:3]) + (" …" if len(gaps) > 3 else "")
        return warning(
            f"{tenant.slug}: {len(gaps)} bước thủ tục không có cơ quan nhận ở vài nơi: {some}. Xem: lienthong "
            "procedures export rồi validate.",
            f"{tenant.slug}: {len(gaps)} steps of procedures have no unit in some places: {some}. See: lienthong "
            "procedures export, then validate.",
        )
    return ok(
        f"{tenant.slug}: mọi bước của {len(procedures)} thủ tục đều có cơ quan nhận.",
        f"{tenant.slug}: every step of {len(procedures)} procedures has a unit that takes it.",
    )
