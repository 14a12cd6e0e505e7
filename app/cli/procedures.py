"""`lienthong procedures`: catalogue files of procedures, looked at, brought in, written out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
import yaml

from app.db.work import write_work
from app.directory.snapshot import Tenant
from app.identity.terms import system_actor
from app.kit.clock import local_day
from app.kit.ids import TenantId
from app.kit.text import Text
from app.procedures import domain, service as procedures_service
from app.procedures.domain import Written
from app.procedures.errors import InvalidProcedure, Unreadable
from app.procedures.terms import Mistake, Procedure
from app.process import Process

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

procedures_cli = typer.Typer(no_args_is_help=True, help="Thủ tục hành chính. Administrative procedures.")
TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]
FileArgument = Annotated[Path, typer.Argument(help="Tệp YAML, xem docs/procedures.md. A YAML file.")]
_NOBODYS = TenantId(0)  # a file belongs to no tenant yet


@procedures_cli.command(name="validate")
def validate(
    file: FileArgument,
    *,
    tenant: TenantOption = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Không so với cơ quan của tỉnh. Do not compare with the units.")
    ] = False,
) -> None:
    """Xem tệp thủ tục đã đúng chưa, chỉ từng dòng sai. Look at a file; every mistake is told with its line.

    Cũng báo những bước không cơ quan nào của tỉnh nhận, trừ khi có --offline.
    """
    written, procedure = _read(file)
    if not offline:

        async def compare(process: Process) -> list[Mistake]:
            return _missing(process, tenant_named(process, tenant), procedure)

        _refuse(file, written, with_process(compare))
    say(Text(f"{file}: đúng, {procedure.name.vi}", f"{file}: right, {procedure.name.en}"))


@procedures_cli.command(name="import")
def import_file(
    file: FileArgument,
    *,
    tenant: TenantOption = None,
    draft: Annotated[bool, typer.Option("--draft", help="Chỉ là dự thảo. As a draft only.")] = False,
) -> None:
    """Nhập tệp thành phiên bản mới và ban hành. Bring a file in as a new version and publish it.

    Giống hệt phiên bản mới nhất thì không làm gì. Sai chỗ nào thì báo dòng, không ghi gì.
    """
    written, _ = _read(file)

    async def bring(process: Process) -> Text:
        named, books = tenant_named(process, tenant), process.books
        async with write_work(process.db, process.clock, named.id) as work:
            made = await procedures_service.bring_procedure(
                work,
                system_actor(named.id),
                written.values,
                directory=books.directory,
                catalogue=books.catalogue,
                publish=not draft,
            )
        if made is None:
            return Text("Phiên bản đang dùng đã giống tệp này.", "The newest version says the same already.")
        code, number = made.procedure.code, made.procedure.version
        if draft:
            return Text(f"Đã nhập dự thảo {code} v{number}.", f"{code} v{number} is there as a draft.")
        return Text(f"Đã ban hành {code} v{number}.", f"{code} v{number} is published.")

    try:
        say(with_process(bring))
    except InvalidProcedure as error:
        _refuse(file, written, error.mistakes)


@procedures_cli.command(name="export")
def export(
    code: Annotated[str, typer.Argument(help="Mã thủ tục. Code of the procedure.")],
    tenant: TenantOption = None,
    version: Annotated[int | None, typer.Option("--version", help="Phiên bản. Version; else the one in use.")] = None,
) -> None:
    """In thủ tục ra dạng tệp để sửa. Print a procedure as the file it can be edited in."""

    async def find(process: Process) -> Procedure:
        named = tenant_named(process, tenant)
        today = local_day(process.clock.now(), named.time_zone)
        return procedures_service.get_procedure(
            process.procedures.current, tenant=named.id, code=code, version=version, on=today
        )

    values = domain.write_procedure(with_process(find))
    print(yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120), end="")


def _read(file: Path) -> tuple[Written, Procedure]:
    """What the file says, right by itself. Raises: CommandError with the line of every mistake."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(Text(f"Không đọc được {file}: {error}", f"{file} cannot be read: {error}")) from None
    try:
        written = domain.read_file(text)
    except Unreadable as error:
        raise _complaint(file, [(error.line, error.mistakes[0])]) from None
    try:
        procedure = domain.read_procedure(_NOBODYS, written.values)
    except InvalidProcedure as error:
        raise _complaint(file, domain.lined(written, error.mistakes)) from None
    _refuse(file, written, domain.check_procedure(procedure))
    return written, procedure


def _missing(process: Process, tenant: Tenant, procedure: Procedure) -> list[Mistake]:
    """Steps that no unit of the province takes."""
    books, today = process.books, local_day(process.clock.now(), tenant.time_zone)
    return domain.missing_units(procedure, books.directory, books.catalogue, tenant=tenant.id, on=today)


def _refuse(file: Path, written: Written, mistakes: Iterable[Mistake]) -> None:
    """Nothing when there are no mistakes. Raises: CommandError."""
    found = domain.lined(written, mistakes)
    if found:
        raise _complaint(file, found)


def _complaint(file: Path, found: list[tuple[int, Mistake]]) -> CommandError:
    """Every mistake as `file:line: what`, the way editors jump to."""
    lines = [(f"{file}:{line}:", f" ({one.pointer})" if one.pointer else "", one.detail) for line, one in found]
    return CommandError(
        Text(
            "\n".join(f"{place} {detail.vi}{pointer}" for place, pointer, detail in lines),
            "\n".join(f"{place} {detail.en}{pointer}" for place, pointer, detail in lines),
        )
    )
