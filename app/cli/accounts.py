"""Accounts of officers from the command line, and those of a trial."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from app.db.work import read_work, write_work
from app.directory.snapshot import Tenant
from app.identity import service as identity_service
from app.identity.domain import generate_password
from app.identity.service import Passwords
from app.identity.terms import Membership, Role
from app.kit.ids import TenantId
from app.kit.text import Text
from app.process import Process

from .installation import write_private
from .terminal import CommandError

DEMO_FILE = "demo-accounts.txt"
_HEAD = """\
Tài khoản dùng thử của Liên Thông. Xoá hoặc đổi mật khẩu trước khi dùng thật: lienthong staff password TÊN
Accounts for trying Liên Thông. Delete them or change their passwords before real use.

"""


async def ensure_demo_accounts(process: Process) -> Path | None:
    """The file with the trial's accounts, made when the installation has no account yet; None when it has others."""
    file = process.settings.data_dir / DEMO_FILE
    if any([await _accounts_of(process, tenant) for tenant in process.tenants]):
        return file if file.exists() else None
    passwords = Passwords()
    lines = []
    accounts = tomllib.loads((files("app.cli") / "data" / "demo.toml").read_text(encoding="utf-8"))["account"]
    async with write_work(process.db, process.clock, None) as work:
        for account in accounts:
            tenant = process.directory.current.tenant_by_slug(account["tenant"])
            unit = process.directory.current.unit_by_code(tenant.id, account["unit"].format(agency=tenant.agency_code))
            password = generate_password()
            seats = [Membership(unit.id, Role(role)) for role in account["roles"]]
            if unit.parent_id is not None:
                seats += [Membership(unit.parent_id, Role(role)) for role in account.get("above", ())]
            await identity_service.create_staff(
                work,
                passwords,
                tenant.id,
                username=account["username"],
                name=account["name"],
                password=password,
                memberships=seats,
            )
            roles = ", ".join(seat.role.label.vi for seat in seats)
            lines.append(
                f"{tenant.slug:10} {account['username']:18} {password:22} {unit.code:12} {unit.name} ({roles})"
            )
        # Before the commit: a file that is ahead of the database is written again, passwords nobody has are lost.
        write_private(file, _HEAD + "\n".join(lines) + "\n")
    return file


async def _accounts_of(process: Process, tenant: TenantId) -> bool:
    async with read_work(process.db, process.clock, tenant) as work:
        return bool(await identity_service.list_staff(work, tenant))


def tenant_named(process: Process, slug: str | None) -> Tenant:
    """The tenant of that name, the default one when none is given. Raises: CommandError."""
    name = slug or process.settings.default_tenant
    for tenant in process.directory.current.tenants:
        if tenant.slug == name:
            return tenant
    known = ", ".join(tenant.slug for tenant in process.directory.current.tenants)
    raise CommandError(
        Text(f"Không có tỉnh nào tên '{name}'. Có: {known}", f"No tenant is called '{name}'. Known: {known}")
    )


async def add_staff(
    process: Process, tenant: Tenant, username: str, name: str, unit_code: str, roles: list[Role]
) -> str:
    """Password of a new account that holds `roles` in the unit. Raises: Problem."""
    password = generate_password()
    unit = process.directory.current.unit_by_code(tenant.id, unit_code)
    async with write_work(process.db, process.clock, tenant.id) as work:
        await identity_service.create_staff(
            work,
            Passwords(),
            tenant.id,
            username=username,
            name=name,
            password=password,
            memberships=[Membership(unit.id, role) for role in roles],
        )
    return password


async def renew_password(process: Process, tenant: Tenant, username: str) -> str:
    """A new password of the account; its sessions end. Raises: Problem."""
    password = generate_password()
    async with write_work(process.db, process.clock, tenant.id) as work:
        await identity_service.set_password(work, Passwords(), tenant.id, username=username, password=password)
    return password


async def described_staff(process: Process, tenant: Tenant) -> list[str]:
    """One line for each account of the tenant."""
    async with read_work(process.db, process.clock, tenant.id) as work:
        accounts = await identity_service.list_staff(work, tenant.id)
    lines = []
    for account in accounts:
        seats = ", ".join(
            sorted(
                f"{process.directory.current.unit(tenant.id, seat.unit_id).code} {seat.role.value}"
                for seat in account.memberships
            )
        )
        lines.append(f"{account.username:20} {'' if account.active else '(khoá) '}{account.name:32} {seats}")
    return lines


async def reset_factor(process: Process, tenant: Tenant, username: str) -> Text:
    """What became of the account's second factor. Raises: AccountNotFound."""
    async with write_work(process.db, process.clock, tenant.id) as work:
        had = await identity_service.reset_factor(work, tenant.id, username=username)
    if had:
        return Text(
            f"{username} đăng nhập bằng mật khẩu, và cần bật lại xác thực hai bước.",
            f"{username} signs in by password, and should switch the second step on again.",
        )
    return Text(f"{username} không có xác thực hai bước.", f"{username} has no second step.")
