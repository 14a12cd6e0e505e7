"""`lienthong national`: what the national portal was not told, and where it differs."""

from __future__ import annotations

from typing import Annotated

import typer

from app.db.work import Work, in_work
from app.kit.ids import TenantId
from app.kit.text import Text
from app.national import service
from app.national.terms import Answer, Outcome, PushBacklog
from app.process import Process
from app.worker.national import National

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]

national_cli = typer.Typer(no_args_is_help=True, help="Cổng dịch vụ công quốc gia. The national portal.")


async def _standing(process: Process, tenant_id: TenantId) -> PushBacklog:
    (found,) = await service.backlog(process.db, [tenant_id])
    return found


@national_cli.command(name="status")
def status(tenant: TenantOption = None) -> None:
    """Bao nhiêu lượt đồng bộ đang chờ, bao nhiêu đã thôi, cổng có trả lời không. What waits, and what was given up."""

    async def found(process: Process) -> PushBacklog:
        return await _standing(process, tenant_named(process, tenant).id)

    standing = with_process(found)
    _tell(standing)


def _tell(standing: PushBacklog) -> None:
    since = f", lâu nhất từ {standing.waiting_since:%Y-%m-%dT%H:%M:%SZ}" if standing.waiting_since else ""
    compared = f"{standing.compared_at:%Y-%m-%dT%H:%M:%SZ}" if standing.compared_at else "-"
    say(
        Text(
            f"{standing.waiting} lượt đồng bộ chờ gửi{since}; {standing.dead} đã thôi; {standing.failures} lần liên "
            f"tiếp cổng không trả lời. Đối soát {compared}: {standing.differences} hồ sơ khác nhau.",
            f"{standing.waiting} pushes wait; {standing.dead} were given up; {standing.failures} attempts in a row "
            f"were not answered. Compared {compared}: {standing.differences} service requests differ.",
        )
    )


@national_cli.command(name="resend")
def resend(
    codes: Annotated[list[str] | None, typer.Argument(help="Mã hồ sơ. Codes of service requests.")] = None,
    tenant: TenantOption = None,
    *,
    missing: Annotated[
        bool, typer.Option("--missing", help="Mọi hồ sơ lần đối soát thấy thiếu hoặc khác. All found to differ.")
    ] = False,
    dead: Annotated[bool, typer.Option("--dead", help="Mọi lượt đã thôi. All that were given up.")] = False,
) -> None:
    """Gửi lại trạng thái hiện tại của hồ sơ; worker gửi. Have service requests told again as they stand."""
    if not (codes or missing or dead):
        raise CommandError(
            Text("Hãy nêu mã hồ sơ, --missing hoặc --dead.", "Name service requests, --missing or --dead.")
        )

    async def again(process: Process) -> int:
        tenant_id = tenant_named(process, tenant).id

        async def verb(work: Work) -> int:
            done = await service.resend(work, tenant_id, codes) if codes else 0
            done += await service.resend_missing(work, tenant_id) if missing else 0
            return done + (await service.resend_dead(work, tenant_id) if dead else 0)

        return await in_work(process.db, process.clock, tenant_id, verb)

    count = with_process(again)
    say(Text(f"Worker sẽ gửi lại {count} lượt.", f"The worker pushes {count} again."))


@national_cli.command(name="reconcile")
def reconcile(tenant: TenantOption = None) -> None:
    """Đối soát ngay: hỏi cổng có những hồ sơ nào. Compare now: ask the portal what it has."""

    async def compared(process: Process) -> tuple[Answer | None, PushBacklog]:
        tenant_id = tenant_named(process, tenant).id
        async with National(process) as national:
            if not national.there:
                raise CommandError(Text("Chưa cấu hình LIENTHONG_NATIONAL_URL.", "LIENTHONG_NATIONAL_URL is not set."))
            answer = await national.compare_one(tenant_id)
        return answer, await _standing(process, tenant_id)

    answer, standing = with_process(compared)
    if answer is None:
        raise CommandError(Text("Một lần đối soát khác đang chạy.", "Another comparison is under way."))
    if answer.outcome is not Outcome.TAKEN:
        raise CommandError(
            Text(f"Cổng quốc gia không trả lời được: {answer.code}", f"The portal gave no answer: {answer.code}")
        )
    _tell(standing)


@national_cli.command(name="unit")
def name_unit(
    unit: Annotated[str, typer.Argument(help="Mã cơ quan. Code of the unit.")],
    code: Annotated[str, typer.Argument(help="madonvi ở cổng quốc gia. What the portal calls it.")],
    tenant: TenantOption = None,
) -> None:
    """Đặt `madonvi` của một cơ quan; cơ quan bên dưới chưa có thì dùng chung. Set what the portal calls a unit."""

    async def set_it(process: Process) -> str:
        tenant_id = tenant_named(process, tenant).id
        found = process.directory.current.unit_by_code(tenant_id, unit)
        await in_work(
            process.db,
            process.clock,
            tenant_id,
            lambda work: service.set_portal_code(work, tenant_id, found.id, code),
        )
        return found.name

    name = with_process(set_it)
    say(Text(f"{name}: madonvi {code}.", f"The portal is told {code} for {name}."))
