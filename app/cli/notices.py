"""`lienthong notices`: what people could not be told. Look, send a trial, have it tried again."""

from __future__ import annotations

from typing import Annotated

import typer

from app.kit.ids import uuid7
from app.kit.text import Text
from app.notices import service as notices_service
from app.notices.terms import Attempt, Channel, Message, NoticeBacklog, Outcome
from app.process import Process
from app.worker.notices import senders_of

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]

notices_cli = typer.Typer(no_args_is_help=True, help="Thông báo cho người dân. Notices to people.")


@notices_cli.command(name="status")
def status(tenant: TenantOption = None) -> None:
    """Bao nhiêu thông báo đang chờ, bao nhiêu không gửi được. How many wait, how many nobody took."""

    async def found(process: Process) -> NoticeBacklog:
        of = tenant_named(process, tenant).id
        return (await notices_service.backlog(process.db, [of], process.clock.now()))[0]

    standing = with_process(found)
    since = f", lâu nhất từ {standing.oldest_at:%Y-%m-%dT%H:%M:%SZ}" if standing.oldest_at else ""
    say(
        Text(
            f"{standing.waiting} thông báo chờ gửi{since}; {standing.failed} không gửi được trong tuần.",
            f"{standing.waiting} notices are due; {standing.failed} of the week were taken by nobody.",
        )
    )


@notices_cli.command(name="retry")
def retry(
    days: Annotated[int, typer.Option(min=1, max=7, help="Của bao nhiêu ngày gần đây. Of how many days.")] = 7,
    tenant: TenantOption = None,
) -> None:
    """Gửi lại những gì không nơi nào nhận. Try again what nobody took."""

    async def again(process: Process) -> int:
        return await notices_service.retry_failed(
            process.db, tenant_named(process, tenant).id, process.clock, days=days
        )

    count = with_process(again)
    say(Text(f"Worker sẽ gửi lại {count} thông báo.", f"The worker tries {count} notices again."))


@notices_cli.command(name="try")
def send_trial(
    channel: Annotated[Channel, typer.Argument(help="email hoặc sms. Channel.")],
    to: Annotated[str, typer.Argument(help="Địa chỉ hoặc số điện thoại của bạn. Your address or phone.")],
) -> None:
    """Gửi thử một thông báo đến chính bạn. Send one message to yourself."""

    async def attempt(process: Process) -> Attempt:
        senders = senders_of(process)
        sender = senders.get(channel)
        if sender is None or channel is Channel.PUSH:
            raise CommandError(
                Text(f"Kênh {channel} chưa được cấu hình.", f"The channel {channel} is not set up."),
            )
        words = Text("Liên Thông: thử gửi thông báo.", "Liên Thông: a message to try.")
        body = words.vi if channel is Channel.EMAIL else "Lien Thong: thu gui."
        reference = str(uuid7(process.clock.now()))
        try:
            return await sender.send(Message(channel, to, words.vi, body, reference, "Liên Thông"))
        finally:
            for each in senders.values():
                await each.close()

    came = with_process(attempt)
    if came.outcome is not Outcome.TAKEN:
        raise CommandError(
            Text(f"Không gửi được ({came.outcome}): {came.said}", f"It was not taken ({came.outcome}): {came.said}")
        )
    say(Text(f"Đã gửi: {came.said}", f"It was taken: {came.said}"))
