"""`lienthong payments`: where fees are paid to, who takes them for us, and comparing their statements with ours."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from app.db.work import write_work
from app.directory.snapshot import Tenant
from app.identity.terms import system_actor
from app.kit.clock import local_day
from app.kit.ids import UnitId
from app.kit.text import Text
from app.payments import service as payments_service
from app.payments.terms import CURRENCY, GENERIC, BankAccount, Reconciliation, StatementLine
from app.process import Process, keyring_of

from .accounts import tenant_named
from .opening import with_process
from .terminal import CommandError, say

TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]
ProviderOption = Annotated[str, typer.Option("--provider", help="Đơn vị thanh toán. The provider.")]

payments_cli = typer.Typer(no_args_is_help=True, help="Nộp phí. Payments.")
_COLUMNS = ("transaction", "amount", "paid_at", "reference", "currency")
_NEEDED = ("transaction", "amount", "paid_at")
_MOST_LINES = 1_000_000
_MOST_MISTAKES = 10
_AMOUNT, _CURRENCY = re.compile(r"[0-9]{1,14}(\.[0-9]{1,4})?"), re.compile(r"[A-Z]{3}")


@payments_cli.command(name="account")
def add_account(
    bin_: Annotated[str, typer.Argument(metavar="BIN", help="Mã ngân hàng, 6 chữ số. The bank's BIN.")],
    number: Annotated[str, typer.Argument(help="Số tài khoản. Account number.")],
    holder: Annotated[str, typer.Argument(help="Tên chủ tài khoản. In whose name it is.")],
    unit: Annotated[str | None, typer.Option(help="Mã cơ quan; bỏ trống: cả tỉnh. A unit; absent: all.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Từ ngày. First day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Đến hết ngày. Last day.")] = None,
    tenant: TenantOption = None,
) -> None:
    """Tài khoản nhận phí của một cơ quan hoặc của tỉnh. The account fees are paid to, of a unit or of the province."""

    async def write(process: Process) -> date:
        named = tenant_named(process, tenant)
        of = UnitId(process.directory.current.unit_by_code(named.id, unit).id) if unit else None
        begin = since.date() if since else local_day(process.clock.now(), named.time_zone)
        account = BankAccount(bin_, number, holder)
        async with write_work(process.db, process.clock, named.id) as work:
            await payments_service.add_account(
                work,
                system_actor(named.id),
                account,
                unit_id=of,
                since=begin,
                until=until.date() if until else None,
            )
        return begin

    begun = with_process(write)
    say(Text(f"Tài khoản {number} nhận phí từ {begun:%d/%m/%Y}.", f"Fees are paid to {number} from {begun} on."))


@payments_cli.command(name="provider")
def set_provider(
    url: Annotated[str, typer.Argument(help="Địa chỉ của đơn vị thanh toán. The provider's address.")],
    key_id: Annotated[str, typer.Argument(help="Tên khoá. The key's name.")],
    secret: Annotated[
        str, typer.Option(prompt="Bí mật · Secret", hide_input=True, help="Hỏi khi chạy. Asked for when absent.")
    ],
    provider: ProviderOption = GENERIC,
    keep_others: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--keep-others", help="Khoá trước vẫn được tin khi đổi khoá. Keys before stay good.")
    ] = False,
    tenant: TenantOption = None,
) -> None:
    """Đơn vị thanh toán của tỉnh, và khoá hai bên dùng chung. The province's provider, and the key shared with it."""

    async def write(process: Process) -> None:
        named = tenant_named(process, tenant)
        async with write_work(process.db, process.clock, named.id) as work:
            await payments_service.set_provider(
                work,
                system_actor(named.id),
                keyring_of(process.settings),
                provider=provider,
                key_id=key_id,
                url=url,
                secret=secret,
                end_others=not keep_others,
            )

    with_process(write, keyed=True)
    say(Text(f"Đã ghi đơn vị thanh toán {provider}, khoá {key_id}.", f"Provider {provider} has the key {key_id}."))


@payments_cli.command(name="reconcile")
def reconcile(
    file: Annotated[Path, typer.Argument(help=f"CSV UTF-8: {','.join(_COLUMNS)}")],
    provider: ProviderOption = GENERIC,
    tenant: TenantOption = None,
) -> None:
    """Nạp sao kê của đơn vị thanh toán và đối soát từng ngày trong đó. Read a statement, compare each of its days.

    Mã thoát 1 khi có giao dịch lệch hoặc thiếu ở một bên. Exit code 1 when something differs or is missing.
    """

    async def compare(process: Process) -> list[Reconciliation]:
        named = tenant_named(process, tenant)
        actor, lines = system_actor(named.id), _read(file, named)
        async with write_work(process.db, process.clock, named.id) as work:
            days = await payments_service.keep_statement(work, actor, provider, lines)
            return [
                await payments_service.compared(work, named.id, process.directory.current, day, provider)
                for day in days
            ]

    compared = with_process(compare)
    for one in compared:
        say(_told(one))
    if any(not one.is_clean for one in compared):
        raise CommandError(
            Text("Có giao dịch lệch hoặc thiếu: xem các dòng trên.", "Something differs or is missing: see above.")
        )


def _told(one: Reconciliation) -> Text:
    """A day in lines: what each kind comes to, then every transaction that needs a look."""
    vi, en = [f"{one.day:%d/%m/%Y}"], [f"{one.day}"]
    for figure in one.figures:
        sums = f"{figure.ours:,f} / {figure.theirs:,f} {figure.currency}"
        vi.append(f"  {figure.kind.label.vi}: {figure.lines} · {sums}")
        en.append(f"  {figure.kind.label.en}: {figure.lines} · {sums}")
    for line in one.troubled:
        told = f"    {line.transaction} {line.reference or '–'} {line.ours or '–'} / {line.theirs or '–'}"
        vi.append(f"{told} {line.kind.label.vi}")
        en.append(f"{told} {line.kind.label.en}")
    return Text("\n".join(vi), "\n".join(en))


def _read(file: Path, tenant: Tenant) -> list[StatementLine]:
    """The lines of the statement. Raises: CommandError with the first mistakes; then nothing is kept."""
    found: dict[str, StatementLine] = {}
    mistakes: list[int] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not set(_NEEDED) <= set(reader.fieldnames or ()) <= set(_COLUMNS):
                raise CommandError(
                    Text(
                        f"Dòng đầu của tệp cần là các cột {', '.join(_COLUMNS)}; bắt buộc {', '.join(_NEEDED)}.",
                        f"The first line names the columns {', '.join(_COLUMNS)}; {', '.join(_NEEDED)} are needed.",
                    )
                )
            for row in reader:
                line = _line({name: (value or "").strip() for name, value in row.items() if name}, tenant)
                if line is None or line.transaction in found or len(found) >= _MOST_LINES:
                    mistakes.append(reader.line_num)
                else:
                    found[line.transaction] = line
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(Text(f"Không đọc được {file}: {error}", f"{file} cannot be read: {error}")) from None
    if mistakes:
        at = ", ".join(map(str, mistakes[:_MOST_MISTAKES])) + (" …" if len(mistakes) > _MOST_MISTAKES else "")
        raise CommandError(
            Text(
                f"Chưa nạp gì. Không hiểu được dòng {at}: thiếu mã giao dịch hoặc trùng mã, số tiền hay ngày sai.",
                f"Nothing was read. Lines {at} cannot be: a transaction missing or twice, or no amount or day.",
            )
        )
    return list(found.values())


def _line(row: dict[str, str], tenant: Tenant) -> StatementLine | None:
    """One line; None when it does not say for certain what came when. An instant is told by the province's day."""
    currency = row.get("currency") or CURRENCY
    transaction, reference = row["transaction"], row.get("reference", "")
    try:
        amount, at = Decimal(row["amount"]), datetime.fromisoformat(row["paid_at"])
    except (InvalidOperation, ValueError):
        return None
    if not (0 < len(transaction) <= 64 and len(reference) <= 300 and _CURRENCY.fullmatch(currency)):
        return None
    if not _AMOUNT.fullmatch(row["amount"]) or not amount:
        return None
    day = local_day(at, tenant.time_zone) if at.tzinfo is not None else at.date()
    return StatementLine(transaction, reference, amount, currency, day)
