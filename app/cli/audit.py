"""`lienthong audit`: check the audit trail, write it out."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from typing import Annotated

import typer

from app.audit import service as audit
from app.audit.domain import json_line
from app.audit.terms import Action, Checked, Fault
from app.db.work import Work, in_work
from app.identity.terms import system_actor
from app.kit.ids import TenantId
from app.kit.text import Text
from app.process import Process, keyring_of
from app.worker.restoring import begin_anew
from app.worker.trail import anchors_of

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]
_NOTED = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_FAULTS = {
    Fault.MISSING: Text("bị mất một dòng", "an entry is missing"),
    Fault.CHANGED: Text("một dòng đã bị sửa", "an entry was changed"),
    Fault.TRUNCATED: Text("các dòng cuối bị cắt bỏ", "the last entries were cut off"),
    Fault.FORGED: Text("đầu chuỗi không phải do hệ thống này lập", "the head was not made by this installation"),
    Fault.OTHER: Text("không phải chuỗi đã ghi lại bên ngoài", "it is not the trail that was noted outside"),
}

audit_cli = typer.Typer(no_args_is_help=True, help="Nhật ký kiểm tra. The audit trail.")


@audit_cli.command(name="verify")
def verify(
    tenant: TenantOption = None,
    noted: Annotated[
        str | None, typer.Option(help="VỊ_TRÍ:MÃ đã ghi lại lần trước. POSITION:HASH noted before.")
    ] = None,
) -> None:
    """Kiểm tra chuỗi: không dòng nào mất hay bị sửa. Whether nothing was taken away or changed; prints what to note.

    Beside what is noted, the trail must go at least as far as this machine has sealed it. Exit code 1 when something is
    wrong.
    """
    known = _NOTED.fullmatch(noted) if noted else None
    if noted and known is None:
        raise CommandError(Text("--noted có dạng VỊ_TRÍ:MÃ (64 chữ số hex).", "--noted is POSITION:HASH (64 digits)."))
    kept = (int(known[1]), bytes.fromhex(known[2])) if known else None

    async def checked(process: Process) -> Checked:
        of = tenant_named(process, tenant).id
        outside = kept or anchors_of(process.settings).read(of)
        return await audit.check(process.db, of, keyring_of(process.settings).audit, noted=outside)

    found = with_process(checked)
    if found.finding is not None:
        fault = _FAULTS[found.finding.fault]
        raise CommandError(
            Text(
                f"Nhật ký KHÔNG nguyên vẹn: {fault.vi}, tại vị trí {found.finding.position}.",
                f"The trail is NOT intact: {fault.en}, at position {found.finding.position}.",
            )
        )
    head = f"{found.head.position}:{found.head.hash.hex()}" if found.head else "-"
    say(
        Text(
            f"{found.sealed} dòng nguyên vẹn, {found.waiting} dòng chờ niêm phong. Hãy ghi lại bên ngoài: {head}",
            f"{found.sealed} entries are intact, {found.waiting} wait to be sealed. Note outside: {head}",
        )
    )


@audit_cli.command(name="accept")
def accept(
    reason: Annotated[str, typer.Argument(help="Vì sao, ví dụ khôi phục bản sao lưu ngày … Why.")],
    tenant: TenantOption = None,
) -> None:
    """Sau khi khôi phục bản sao lưu cũ: chấp nhận nhật ký như hiện có. Accept the trail as it is, after a restore.

    Việc này cũng được ghi. That it was accepted is an entry.
    """

    async def accepted(process: Process) -> None:
        of = tenant_named(process, tenant).id
        anchors_of(process.settings).drop(of)

        async def write(work: Work) -> None:
            audit.record(work, system_actor(of), Action.TRAIL_ACCEPTED, details={"reason": reason})

        await in_work(process.db, process.clock, of, write)
        await begin_anew(process)  # what the trail lacks, whoever follows changes has perhaps seen

    with_process(accepted)
    say(Text("Đã chấp nhận; việc này nằm trong nhật ký.", "Accepted; that is an entry of the trail."))


@audit_cli.command(name="export")
def export(
    tenant: TenantOption = None,
    since: Annotated[datetime | None, typer.Option("--from", help="Từ lúc này, UTC. From this instant.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Trước lúc này, UTC. Before this instant.")] = None,
) -> None:
    """In ra từng dòng JSON theo thứ tự. Print JSON lines in their order."""

    async def written(process: Process) -> None:
        of: TenantId = tenant_named(process, tenant).id
        utc = process.clock.now().tzinfo
        begin, end = (one.replace(tzinfo=utc) if one else None for one in (since, until))
        async for entry in audit.export(process.db, of, since=begin, until=end):
            sys.stdout.buffer.write(json_line(entry) + b"\n")
        sys.stdout.buffer.flush()

    with_process(written)
