"""Whether those who subscribed are told, those who sent reports, and the national portal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.condition import TenantCondition
from app.federation import service as federation_service
from app.federation.domain import PARCEL_TOO_BIG
from app.partners import service as partners_service
from app.process import Process

from .findings import Finding, warning

PATIENCE = timedelta(minutes=15)
SILENT = 5  # attempts in a row without an answer


def examine_deliveries(condition: TenantCondition, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that keeps a tenant's subscribers from being told; none when all are."""
    slug, found = condition.tenant.slug, condition.deliveries
    if found.paused:
        yield warning(
            f"{slug}: {found.paused} đăng ký nhận sự kiện bị tạm dừng vì nơi nhận không trả lời, {found.held} sự kiện "
            f"đang chờ. Xem: GET /api/v1/staff/subscriptions; sửa nơi nhận rồi resume",
            f"{slug}: {found.paused} subscriptions are paused because their endpoints accept nothing, {found.held} "
            f"events wait. See GET /api/v1/staff/subscriptions; mend the endpoint, then resume",
        )
    waited = now - found.waiting_since if found.waiting_since else timedelta()
    if waited > PATIENCE:
        minutes = waited.total_seconds() / 60
        yield warning(
            f"{slug}: {found.waiting} sự kiện chưa đến nơi nhận, lâu nhất {minutes:.0f} phút, đang được thử lại.",
            f"{slug}: {found.waiting} events have not been accepted, the oldest for {minutes:.0f} minutes, and are "
            f"tried again.",
        )
    if found.dead:
        yield warning(
            f"{slug}: {found.dead} lượt gửi sự kiện đã thôi: quá ba ngày, nội dung đã dọn, hoặc là lần gửi thử hỏng. "
            f"Xem nhật ký: state=dead, rồi gửi lại.",
            f"{slug}: {found.dead} deliveries were given up: after three days, as the event is no longer kept, or as "
            f"the one attempt of a trial failed. See the log with state=dead; redeliver.",
        )


def examine_notices(condition: TenantCondition, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that keeps people from being told; none when all are."""
    slug, found = condition.tenant.slug, condition.notices
    waited = now - found.oldest_at if found.oldest_at else timedelta()
    if waited > PATIENCE:
        minutes = waited.total_seconds() / 60
        yield warning(
            f"{slug}: {found.waiting} thông báo cho người dân chưa gửi được, lâu nhất {minutes:.0f} phút. Kiểm tra máy "
            f"chủ thư, cổng SMS; xem log của worker.",
            f"{slug}: {found.waiting} notices have not gone out, the oldest for {minutes:.0f} minutes. Look at the "
            f"mail server and the SMS gateway, and at the worker's log.",
        )
    if found.failed:
        yield warning(
            f"{slug}: {found.failed} thông báo trong tuần không nơi nào nhận. Sửa xong thì: lienthong notices retry",
            f"{slug}: {found.failed} notices of the week were taken by nobody. When mended: lienthong notices retry",
        )


def examine_pushes(condition: TenantCondition, now: datetime) -> Iterator[Finding]:
    """A finding for each thing that keeps the national portal from knowing what is so; none when it does."""
    slug, found = condition.tenant.slug, condition.pushes
    waited = now - found.waiting_since if found.waiting_since else timedelta()
    if waited > PATIENCE:
        minutes = waited.total_seconds() / 60
        yield warning(
            f"{slug}: {found.waiting} thay đổi của hồ sơ chưa đến cổng quốc gia, lâu nhất {minutes:.0f} phút, "
            f"{found.failures} lần liên tiếp cổng không trả lời; đang được thử lại.",
            f"{slug}: {found.waiting} changes of service requests have not reached the national portal, the oldest for "
            f"{minutes:.0f} minutes, {found.failures} attempts in a row without an answer; they are tried again.",
        )
    if found.dead:
        yield warning(
            f"{slug}: cổng quốc gia từ chối {found.dead} thay đổi của hồ sơ. Xem last_code trong national_pushes; sửa "
            f"xong thì: lienthong national resend --dead",
            f"{slug}: the national portal will not take {found.dead} changes of service requests. See last_code in "
            f"national_pushes; when mended: lienthong national resend --dead",
        )
    if found.differences:
        yield warning(
            f"{slug}: {found.differences} hồ sơ khác với cổng quốc gia. Xem: GET "
            f"/api/v1/staff/national/reconciliation; gửi lại: lienthong national resend --missing",
            f"{slug}: {found.differences} service requests differ from the national portal. See GET "
            f"/api/v1/staff/national/reconciliation; tell it again: lienthong national resend --missing",
        )


async def examine_partners(process: Process) -> list[Finding]:
    """A finding for each partner that does not answer, or will not take what it was handed; one statement."""
    slugs = {tenant.id: tenant.slug for tenant in process.directory.current.tenants}
    found = []
    for one in await partners_service.list_failing(process.db, list(slugs)):
        slug = slugs[one.tenant_id]
        if one.failures >= SILENT:
            found.append(
                warning(
                    f"{slug}: đối tác {one.name} không trả lời {one.failures} lần liên tiếp ({one.last_error}); đang "
                    f"thử lại. Xem: GET /api/v1/staff/partners",
                    f"{slug}: partner {one.name} has not answered {one.failures} times in a row ({one.last_error}), "
                    f"and is tried again. See GET /api/v1/staff/partners",
                )
            )
        if one.dead:
            found.append(
                warning(
                    f"{slug}: đối tác {one.name} không nhận {one.dead} tin. Xem: GET "
                    f"/api/v1/staff/partners/{{id}}/errands; sửa xong thì retry",
                    f"{slug}: partner {one.name} did not take {one.dead} posts. See GET "
                    f"/api/v1/staff/partners/{{id}}/errands; when mended: retry",
                )
            )
    return found


async def examine_neighbours(process: Process) -> list[Finding]:
    """A finding for each installation that parcels cannot be brought to; one statement."""
    slugs = {tenant.id: tenant.slug for tenant in process.directory.current.tenants}
    return [
        warning(
            f"{slugs[one.tenant_id]}: hệ thống {one.name} không nhận tin {one.failures} lần liên tiếp "
            f"({one.last_error}), {one.waiting} tin đang chờ và được gửi lại. Xem: GET /api/v1/staff/neighbours",
            f"{slugs[one.tenant_id]}: neighbour {one.name} has taken nothing {one.failures} times in a row "
            f"({one.last_error}), {one.waiting} parcels wait and are sent again. See GET /api/v1/staff/neighbours",
        )
        for one in await federation_service.list_failing(process.db, list(slugs))
        if one.failures >= SILENT or one.last_error == PARCEL_TOO_BIG
    ]


def examine_contacts(process: Process) -> Iterator[Finding]:
    """A finding for each tenant whose units nobody can write to, where mail is sent at all."""
    if process.settings.smtp_url is None:
        return
    directory = process.directory.current
    for tenant in directory.tenants:
        units = [unit for unit in directory.units(tenant.id) if unit.active]
        if mute := sum(not unit.contact.get("email") for unit in units):
            yield warning(
                f"{tenant.slug}: {mute}/{len(units)} cơ quan chưa có hộp thư, không ai ở đó được nhắc việc. Nạp: "
                "lienthong units contacts tệp.csv",
                f"{tenant.slug}: {mute} of {len(units)} units have no mail box, nobody there is reminded. Set them: "
                "lienthong units contacts file.csv",
            )
