"""`lienthong units`: how the units of a province are reached."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from app.db.work import write_work
from app.directory import service as directory_service
from app.directory.errors import UnknownUnit, UnusableContact
from app.directory.terms import CONTACT_FIELDS
from app.identity.terms import system_actor
from app.kit.text import Text
from app.process import Process

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

units_cli = typer.Typer(no_args_is_help=True, help="Cơ quan, đơn vị. Units.")
_COLUMNS = ("code", *CONTACT_FIELDS)


@units_cli.command(name="contacts")
def contacts(
    file: Annotated[Path, typer.Argument(help="CSV UTF-8: code,email,phone,website,address")],
    tenant: Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")] = None,
) -> None:
    """Nạp địa chỉ liên hệ của các cơ quan từ tệp CSV. Set how units are reached, from a CSV file.

    Ô trống thì bỏ thông tin cũ; cơ quan không có trong tệp giữ nguyên. Sai một dòng thì không ghi gì.
    """
    rows = _read(file)

    async def write(process: Process) -> int:
        named = tenant_named(process, tenant)
        mistakes = []
        async with write_work(process.db, process.clock, named.id) as work:
            for line, row in rows:
                given = {name: value for name in CONTACT_FIELDS if (value := (row.get(name) or "").strip())}
                try:
                    await directory_service.set_contact(
                        work, system_actor(named.id), process.directory.current, (row["code"] or "").strip(), given
                    )
                except (UnknownUnit, UnusableContact) as wrong:
                    mistakes.append(Text(f"dòng {line}: {wrong.detail.vi}", f"line {line}: {wrong.detail.en}"))
            if mistakes:
                lines = directory_service.first_of(mistakes)
                raise CommandError(
                    Text(
                        "Chưa ghi gì.\n  " + "\n  ".join(one.vi for one in lines),
                        "Nothing was written.\n  " + "\n  ".join(one.en for one in lines),
                    )
                )
        return len(rows)

    count = with_process(write)
    say(Text(f"Đã ghi cách liên hệ của {count} cơ quan.", f"Contacts of {count} units are written."))


def _read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their lines. Raises: CommandError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            unknown = set(reader.fieldnames or ()) - set(_COLUMNS)
            if "code" not in (reader.fieldnames or ()) or unknown:
                raise CommandError(
                    Text(
                        f"Dòng đầu của tệp cần là các cột {', '.join(_COLUMNS)}; bắt buộc có code.",
                        f"The first line names the columns {', '.join(_COLUMNS)}; code is needed.",
                    )
                )
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(Text(f"Không đọc được {file}: {error}", f"{file} cannot be read: {error}")) from None
