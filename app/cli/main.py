"""`lienthong`: the commands. Each parses, calls one function and prints; what goes wrong is said in a sentence."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
import uvloop

from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import EmbeddedError
from app.db.engine import Database
from app.db.errors import DatabaseUnavailable
from app.db.work import read_work, write_work
from app.directory import service as directory_service
from app.directory.domain import BoundaryReport
from app.identity.terms import Role
from app.kit.clock import SystemClock
from app.kit.problems import Problem
from app.kit.text import Text
from app.process import Process
from app.publication.service import index_all_words, rebuild_all, recount
from app.settings import PhoneCodes, Settings
from app.web import logs

from . import accounts
from .audit import audit_cli
from .boundaries import described
from .doctor import Health, examine_installation
from .files import files_cli
from .installation import add_vault_secret, database_of, listen, patient, read_settings, url_of
from .key import all_seals, claim_key, replace_key
from .national import national_cli
from .notices import notices_cli
from .opening import opened, with_process
from .outbox import outbox_cli
from .payments import payments_cli
from .procedures import procedures_cli
from .restoring import begin_after_restore
from .running import serve
from .schema import migrate as migrate_schema, refuse_old_schema
from .seeding import load_reference_data
from .terminal import CommandError, complain, ending_in_order, not_to_be_cut_short, say
from .units import units_cli

T = TypeVar("T")
TenantOption = Annotated[str | None, typer.Option("--tenant", help="Tên tỉnh. Slug of the tenant.")]

cli = typer.Typer(
    name="lienthong",
    help="Liên Thông: phản ánh của người dân đến đúng cơ quan. Citizens' reports reach the right unit.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
tenant_cli = typer.Typer(no_args_is_help=True, help="Các tỉnh. Tenants.")
key_cli = typer.Typer(no_args_is_help=True, help="Khoá. The installation's key.")
areas_cli = typer.Typer(no_args_is_help=True, help="Địa giới. Areas.")
publications_cli = typer.Typer(no_args_is_help=True, help="Bản công khai. Publications.")
staff_cli = typer.Typer(no_args_is_help=True, help="Tài khoản cán bộ. Officers' accounts.")
cli.add_typer(files_cli, name="files")
cli.add_typer(tenant_cli, name="tenant")
cli.add_typer(key_cli, name="key")
cli.add_typer(areas_cli, name="areas")
cli.add_typer(publications_cli, name="publications")
cli.add_typer(staff_cli, name="staff")
cli.add_typer(units_cli, name="units")
cli.add_typer(procedures_cli, name="procedures")
cli.add_typer(outbox_cli, name="outbox")
cli.add_typer(notices_cli, name="notices")
cli.add_typer(national_cli, name="national")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(payments_cli, name="payments")
cli.command(name="restored")(begin_after_restore)


def run() -> None:
    """Entry point of the program."""
    logs.install(sys.stderr)
    try:
        with ending_in_order():
            cli()
    except (CommandError, EmbeddedError) as error:
        complain(error.sentence)
    except DatabaseUnavailable as problem:
        complain(problem.title)
    except Problem as problem:
        complain(problem.detail)
    else:
        return
    sys.exit(1)


@cli.command()
def up() -> None:
    """Chạy thử trọn bộ: cơ sở dữ liệu, web, worker. Everything in one process, for a trial."""
    settings = read_settings()
    if settings.sms_url is None:
        settings = settings.model_copy(update={"phone_codes": PhoneCodes.LOG})  # somebody is looking at the log
    if "second_factor_roles" not in settings.model_fields_set:
        settings = settings.model_copy(update={"second_factor_roles": ""})  # to look around takes a password
    with listen(settings) as bound, EmbeddedPostgres(settings.data_dir) as postgres:
        if settings.database_url is None:
            settings = settings.model_copy(update={"database_url": postgres.start(say)})
            embedded: EmbeddedPostgres | None = postgres
        else:
            embedded = None
        try:
            settings = claim_key(settings, SystemClock())  # a database that is another's is not even migrated
            migrate_schema(url_of(settings), say)
            settings = claim_key(settings, SystemClock())
            host, port = bound.getsockname()[:2]
            settings = settings.model_copy(update={"host": host, "port": port})  # a free port, if that was asked for
            uvloop.run(_trial(settings, bound, embedded, settings.pages))
            say(Text("Đang dừng …", "Stopping …"))
        finally:
            with not_to_be_cut_short():
                postgres.stop()


async def _trial(settings: Settings, bound: socket.socket, postgres: EmbeddedPostgres | None, address: str) -> None:
    """Load the packaged data, make the trial's accounts, then serve and work until told to end."""
    await _seed(settings)
    async with opened(settings) as process:
        demo = await accounts.ensure_demo_accounts(process)
        await serve(process, bound, worker=True, postgres=postgres, when_ready=lambda: _welcome(address, demo))


async def _serve(
    settings: Settings, bound: socket.socket | None, *, worker: bool, when_ready: Callable[[], None] = lambda: None
) -> None:
    # Only reports are placed, and the web takes them.
    async with opened(settings, locates=bound is not None) as process:
        await serve(process, bound, worker=worker, when_ready=when_ready)


def _welcome(address: str, demo: Path | None) -> None:
    lines = [
        "",
        "Liên Thông đang chạy · Liên Thông is running",
        f"  Trang chủ · Home                {address}/",
        f"  Tài liệu API · API documents    {address}/docs",
    ]
    if demo:
        lines.append(f"  Tài khoản thử · Trial accounts  {demo.resolve()}")
    print("\n".join([*lines, "  Dừng: Ctrl-C · Stop: Ctrl-C", ""]), flush=True)


@cli.command(name="serve")
def serve_web() -> None:
    """Chạy máy chủ web. One web process."""
    settings = read_settings()
    with listen(settings) as bound, database_of(settings) as found:
        ready = _fit_to_run(found)
        host, port = bound.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        uvloop.run(_serve(ready, bound, worker=False, when_ready=lambda: say(Text(address, address))))


@cli.command()
def worker() -> None:
    """Chạy worker: gửi sự kiện, theo dõi hạn. One worker process."""
    with database_of(read_settings()) as found:
        uvloop.run(_serve(_fit_to_run(found), None, worker=True))


def _fit_to_run(settings: Settings) -> Settings:
    """Settings with the key of their database. Raises: CommandError when its schema or its key is not ours."""
    refuse_old_schema(url_of(settings))
    return claim_key(settings, SystemClock())


@cli.command()
def migrate(
    *, seed: Annotated[bool, typer.Option(help="Nạp dữ liệu đi kèm. Load the packaged reference data.")] = True
) -> None:
    """Nâng cấp cơ sở dữ liệu và nạp dữ liệu đi kèm. Bring the database to the newest schema."""
    with database_of(read_settings()) as settings:
        # Without a key none is made: where this runs is often not where the key is kept.
        claim_key(settings, SystemClock(), needed=False)
        migrate_schema(url_of(settings), say)
        claim_key(settings, SystemClock(), needed=False)
        if seed:
            uvloop.run(_seed(settings))
    say(Text("Cơ sở dữ liệu đã ở phiên bản mới nhất.", "The database has the newest schema."))


@cli.command(name="doctor")
def examine(
    *,
    start: Annotated[
        bool, typer.Option(help="Khởi động bản chạy thử đang dừng để xem. Start a trial that is stopped, to look.")
    ] = False,
) -> None:
    """Khám hệ thống: hỏng gì, sửa thế nào. What is wrong with this installation, and how to mend it."""
    worst = Health.OK
    for finding in examine_installation(SystemClock(), start=start):
        say(Text(f"{finding.health:8} {finding.sentence.vi}", finding.sentence.en))
        if finding.health is Health.BROKEN:
            worst = finding.health
    if worst is Health.BROKEN:
        raise typer.Exit(1)


async def _seed(settings: Settings) -> None:
    db = await Database.open(url_of(settings), patient(settings))
    try:
        await load_reference_data(db, SystemClock(), say)
    finally:
        await db.close()


@tenant_cli.command(name="list")
def list_tenants() -> None:
    """Các tỉnh đang dùng hệ thống này. The tenants of this installation."""

    async def tenants(process: Process) -> list[str]:
        return [
            f"{tenant.slug:12} {tenant.agency_code:6} {tenant.name}{'' if tenant.active else ' (tạm dừng)'}"
            for tenant in process.directory.current.tenants
        ]

    print("\n".join(with_process(tenants)))


@key_cli.command(name="replace")
def replace_lost_key(
    *,
    lose_identities: Annotated[
        bool, typer.Option(help="Chấp nhận mất danh tính đã lưu. Accept that stored identities are lost.")
    ] = False,
) -> None:
    """Dùng khoá khác khi khoá cũ đã mất hẳn. Go on with another key when the former one is lost for good."""
    with database_of(read_settings()) as settings:
        refuse_old_schema(url_of(settings))
        replaced = replace_key(settings, SystemClock(), lose_identities=lose_identities)
    say(
        Text("Từ nay cơ sở dữ liệu dùng khoá này. Cất một bản sao.", "The database has this key now. Keep a copy.")
        if replaced
        else Text("Đây đã là khoá của cơ sở dữ liệu; không đổi gì.", "It is the database's key already; nothing done.")
    )


@key_cli.command(name="rotate")
def rotate_vault_key() -> None:
    """Khoá mới cho kho danh tính; khoá cũ vẫn mở được. A new key for the vault of identities; older ones still open."""
    file = add_vault_secret(read_settings())
    say(
        Text(
            f"Khoá mới đứng đầu {file}. Cất một bản sao rồi khởi động lại; worker sẽ niêm phong lại kho. Xem tiến độ: "
            "lienthong key status",
            f"The new key stands first in {file}. Keep a copy, then restart; the worker seals the vault anew. See how "
            "far it is: lienthong key status",
        )
    )


@key_cli.command(name="status")
def tell_seals() -> None:
    """Mỗi khoá đang niêm phong bao nhiêu danh tính và hồ sơ. How many identities and requests each key has sealed."""
    for one in with_process(all_seals):
        told = Text("đang dùng", "in use") if one.newest else Text("cũ", "older")
        if not one.here:
            told = Text("KHÔNG CÓ Ở ĐÂY", "NOT HERE")
        print(f"{one.key or '-':8} {one.identities:9} {told.vi} · {told.en}")


@areas_cli.command(name="import")
def import_areas(
    file: Annotated[Path, typer.Argument(help="GeoJSON")],
    edition: Annotated[str | None, typer.Option(help="Bản đồ: vn-63, vn-34. The edition of the map.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option(help="Chỉ kiểm tra. Only check, write nothing.")] = False,
) -> None:
    """Nạp ranh giới từ tệp GeoJSON có mã đơn vị hành chính. Import boundaries that carry the areas' codes."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(
            Text(
                "Không đọc được tệp {file}. Hãy kiểm tra đường dẫn và quyền đọc.",
                "The file {file} cannot be read. Check its path and whether you may read it.",
            ).fill(file=file)
        ) from error

    async def load(process: Process) -> BoundaryReport:
        if dry_run:
            async with read_work(process.db, process.clock, None) as work:
                return await directory_service.check_boundaries(work, content, edition_code=edition)
        async with write_work(process.db, process.clock, None) as work:
            return await directory_service.import_boundaries(work, content, name=file.name, edition_code=edition)

    report = with_process(load)
    for sentence in described(report):
        say(sentence)
    if not report.usable:
        raise directory_service.refused(report)
    if not dry_run:
        say(
            Text("Đã dùng ranh giới mới; không cần khởi động lại.", "The new boundaries are in use; no restart needed.")
        )


@publications_cli.command(name="index")
def index_publications(tenant: TenantOption = None) -> None:
    """Lập lại từ khoá tìm kiếm, đếm lại trên bản đồ và trong số liệu. Make search terms and all counts anew."""

    async def index(process: Process) -> dict[str, tuple[int, int]]:
        chosen = [accounts.tenant_named(process, tenant)] if tenant else process.directory.current.tenants
        db, clock = process.db, process.clock
        return {
            one.slug: (await index_all_words(db, clock, one.id), await recount(db, clock, one.id, one.time_zone))
            for one in chosen
        }

    for slug, (changed, counts) in with_process(index).items():
        say(
            Text(
                "{slug}: đã sửa từ khoá của {changed} bản công khai và {counts} số đếm.",
                "{slug}: the terms of {changed} publications and {counts} counts were put right.",
            ).fill(slug=slug, changed=changed, counts=counts)
        )


@publications_cli.command(name="rebuild")
def rebuild_publications(tenant: TenantOption = None) -> None:
    """Dựng lại mọi bản công khai, che theo quy tắc của bản này. Make all publications anew, masked by present rules."""

    async def rebuild(process: Process) -> dict[str, int]:
        books = process.books
        chosen = [accounts.tenant_named(process, tenant)] if tenant else books.directory.tenants
        return {
            one.slug: await rebuild_all(
                process.db, process.clock, one.id, directory=books.directory, catalogue=books.catalogue
            )
            for one in chosen
        }

    for slug, changed in with_process(rebuild).items():
        say(
            Text(
                "{slug}: {changed} bản công khai đã thay đổi.",
                "{slug}: {changed} publications have changed.",
            ).fill(slug=slug, changed=changed)
        )


@staff_cli.command(name="add")
def add_staff(
    username: str,
    name: Annotated[str, typer.Option(help="Họ và tên. The person's name.")],
    unit: Annotated[str, typer.Option(help="Mã cơ quan, ví dụ H23.21.01. Code of the unit.")],
    role: Annotated[list[Role], typer.Option(help="Vai trò, có thể lặp lại. A role; may be repeated.")],
    tenant: TenantOption = None,
) -> None:
    """Thêm tài khoản; in mật khẩu một lần. Add an account; its password is printed once."""

    async def add(process: Process) -> str:
        return await accounts.add_staff(
            process, accounts.tenant_named(process, tenant), username, name, unit, list(role)
        )

    print(with_process(add))


@staff_cli.command(name="password")
def renew_password(username: str, tenant: TenantOption = None) -> None:
    """Cấp mật khẩu mới, kết thúc mọi phiên. A new password; all sessions of the account end."""

    async def renew(process: Process) -> str:
        return await accounts.renew_password(process, accounts.tenant_named(process, tenant), username)

    print(with_process(renew))


@staff_cli.command(name="reset-factor")
def reset_factor(username: str, tenant: TenantOption = None) -> None:
    """Bỏ xác thực hai bước của người mất điện thoại; kết thúc mọi phiên. For somebody who lost the phone."""

    async def reset(process: Process) -> Text:
        return await accounts.reset_factor(process, accounts.tenant_named(process, tenant), username)

    say(with_process(reset))


@staff_cli.command(name="list")
def list_staff(tenant: TenantOption = None) -> None:
    """Các tài khoản của một tỉnh. The accounts of a tenant."""

    async def staff(process: Process) -> list[str]:
        return await accounts.described_staff(process, accounts.tenant_named(process, tenant))

    print("\n".join(with_process(staff)))
