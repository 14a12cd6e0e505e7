"""`lienthong outbox`: messages that a consumer could not handle. Look, have them tried again, skip them."""

from __future__ import annotations

from typing import Annotated

import typer

from app.db.work import write_work
from app.kit.ids import TenantId
from app.kit.text import Text
from app.outbox import service as outbox
from app.outbox.terms import Parked
from app.process import Process
from app.worker.loop import CONSUMERS

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]
ConsumerArgument = Annotated[str, typer.Argument(help="Bên tiêu thụ, ví dụ publication. The consumer.")]
PositionArgument = Annotated[int, typer.Argument(help="Vị trí trong danh sách. The position in the list.")]

outbox_cli = typer.Typer(no_args_is_help=True, help="Thông điệp bị để riêng. Messages that are set aside.")


@outbox_cli.command(name="list")
def list_parked(
    consumer: Annotated[str | None, typer.Option(help="Chỉ của bên tiêu thụ này. Only of this consumer.")] = None,
    tenant: TenantOption = None,
    *,
    dead: Annotated[bool, typer.Option(help="Chỉ những gì không còn thử lại. Only what is no longer tried.")] = False,
) -> None:
    """Thông điệp chưa xử lý được, mỗi vụ việc một dòng. Messages not handled yet, a line for each case they hold up."""

    async def parked(process: Process) -> list[Parked]:
        of = tenant_named(process, tenant).id if consumer is None else await _tenant_of(process, consumer, tenant)
        return await outbox.list_parked(process.db, of, consumer, dead=dead)

    found = with_process(parked)
    if not found:
        say(Text("Không có thông điệp nào bị để riêng.", "No message is set aside."))
    for one in found:
        print(_described(one))


def _described(one: Parked) -> str:
    """One line: which message, how it stands, why."""
    at = one.died_at or one.next_at
    standing = f"{'dead' if one.died_at else 'next'}={at:%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"{one.consumer} {one.position} {one.type} {one.subject_id} attempts={one.attempts} behind={one.behind} "
        f"{standing} {one.last_error or '-'}"
    )


async def _tenant_of(process: Process, consumer: str, tenant: str | None) -> TenantId:
    """The tenant, which has this consumer: one of this release, or one of before that left something. CommandError."""
    of = tenant_named(process, tenant).id
    (left,) = await outbox.backlog(process.db, [of])
    known = CONSUMERS | left.lag.keys() | left.parked.keys() | left.dead.keys()
    if consumer not in known:
        names = ", ".join(sorted(known))
        raise CommandError(
            Text(
                f"Không có bên tiêu thụ “{consumer}”. Có: {names}.",
                f"No such consumer: {consumer}. There are: {names}.",
            )
        )
    return of


@outbox_cli.command(name="retry")
def retry(
    consumer: ConsumerArgument,
    position: Annotated[int | None, typer.Argument(help="Vị trí; hoặc --all. The position; or --all.")] = None,
    tenant: TenantOption = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Mọi thông điệp bị để riêng. All that are set aside.")
    ] = False,
) -> None:
    """Thử lại ngay, như chưa từng hỏng. Try again at once, as if it had never failed."""
    if (position is None) is not everything:
        raise CommandError(Text("Hãy nêu một vị trí, hoặc --all.", "Name one position, or --all."))

    async def again(process: Process) -> int:
        of = await _tenant_of(process, consumer, tenant)
        async with write_work(process.db, process.clock, of) as work:
            if position is None:
                return await outbox.retry_all(work, of, consumer)
            await outbox.retry(work, of, consumer, position)
            return 1

    count = with_process(again)
    say(
        Text(f"Worker sẽ thử lại {count} thông điệp ngay bây giờ.", f"The worker tries {count} messages again at once.")
    )


@outbox_cli.command(name="skip")
def skip(consumer: ConsumerArgument, position: PositionArgument, tenant: TenantOption = None) -> None:
    """Bỏ qua vĩnh viễn cho bên tiêu thụ này; những gì chờ sau nó được xử lý. Never handle it; go on behind it."""

    async def over(process: Process) -> None:
        of = await _tenant_of(process, consumer, tenant)
        async with write_work(process.db, process.clock, of) as work:
            await outbox.skip(work, of, consumer, position)

    with_process(over)
    say(
        Text(
            f"{consumer} sẽ không xử lý thông điệp {position}; vụ việc đi tiếp.",
            f"{consumer} will not handle message {position}; its case goes on.",
        )
    )
