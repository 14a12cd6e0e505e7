"""PostgreSQL's own binaries run as a child in the data folder: made, started, adopted and stopped with care.

Listens on a unix socket in a folder only its owner may enter, never on the network. A lock file keeps two programs
from the same folder. Never touches a server it does not find in its own folder, and never loosens the permissions of
a folder that is not its own.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from app.db.disk import settle_names
from app.db.embedded_host import (
    ENVIRONMENT,
    ROLE,
    SYSTEM_HOME,
    Account,
    EmbeddedError,
    FolderInUse,
    account_for,
    make_folder,
    may_enter,
    programs_for,
    socket_folder,
)
from app.db.embedded_process import Postmaster, end_process, find_postmaster, is_gone
from app.db.isolation import ROLE as SERVICE_ROLE
from app.kit.text import Text

Progress = Callable[[Text], None]

DATABASE = "lienthong"
LOG_BYTES = 10_000_000

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
        found = find_postmaster(cluster.resolve()) if cluster.exists() else None
        return _url(found.socket_dir) if found and found.status == "ready" else None

    def start(self, progress: Progress) -> str:
        """URL of the server, ready: made when absent, adopted when a killed program left it running.

        Waits as long as crash recovery takes. Raises: FolderInUse, EmbeddedError.
        """
        make_folder(self._data_dir)
        self._take_lock()
        try:
            account = account_for(self._data_dir / "postgres")
            binaries = programs_for(account)
            cluster = self._cluster(account, binaries, progress)
            _check_version(cluster, binaries)
            adopted = self._adopt(cluster, progress)
            if adopted is None:
                self._give_service_role(cluster, account, binaries)
            self._pid = adopted.pid if adopted else self._launch(cluster, account, binaries, progress)
            found = find_postmaster(cluster)
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
        return self._pid is not None and not is_gone(self._pid)

    def stop(self) -> None:
        """End the server (sessions are cut, everything committed is kept) and free the folder. Does nothing twice."""
        try:
            if self._pid is not None:
                end_process(self._pid, self._child)
                self._child = None
        finally:
            self.detach()

    def restart(self, progress: Progress) -> str:
        """URL of the server, started again after it died. Raises: EmbeddedError."""
        self.stop()
        return self.start(progress)

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

    def _cluster(self, account: Account, binaries: Path, progress: Progress) -> Path:
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
        if not may_enter(home, account):
            home = SYSTEM_HOME / secrets.token_hex(4)
            home.mkdir(parents=True)
            home.chmod(0o711)
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
        try:
            self._initialise(fresh, account, binaries)
        except BaseException:
            shutil.rmtree(fresh if home == self._data_dir else home)
            raise
        cluster = home / "postgres"
        fresh.rename(cluster)  # under its former name the next start would remove it
        settle_names(home)
        if home != self._data_dir:
            link.symlink_to(cluster)
            settle_names(home.parent)
            settle_names(self._data_dir)
        return cluster

    def _initialise(self, cluster: Path, account: Account, binaries: Path) -> None:
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
        self._give_service_role(cluster, account, binaries)

    def _give_service_role(self, cluster: Path, account: Account, binaries: Path) -> None:
        """The role that policies hold to a tenant (app/db/isolation.py), which our own role may not make.

        Once for each cluster, those of earlier releases included; after a crash it waits for the next start.
        """
        mark = cluster / "lienthong.role"
        if mark.exists() or (cluster / "postmaster.pid").exists():
            return
        statements = f"CREATE ROLE {SERVICE_ROLE} NOLOGIN;\nGRANT {SERVICE_ROLE} TO {ROLE};\n"
        self._run([binaries / "postgres", "--single", "-D", cluster, "postgres"], account, statements)
        mark.touch()
        mark.chmod(0o644)

    def _run(self, command: list[Path | str], account: Account, text: str | None = None) -> None:
        done = subprocess.run(  # noqa: S603 - our own binaries, our own arguments
            command,
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            **account.switch,  # type: ignore[call-overload] # the keywords of `Account.switch`
        )
        if done.returncode:
            raise EmbeddedError(
                Text(
                    f"Không tạo được cơ sở dữ liệu: {done.stdout.strip()}",
                    f"The database cannot be created: {done.stdout.strip()}",
                )
            )

    def _adopt(self, cluster: Path, progress: Progress) -> Postmaster | None:
        """The ready server that a killed program left in `cluster`; None when there is none (any more)."""
        told = False
        while (found := find_postmaster(cluster)) is not None and found.status != "ready":
            if not told:
                progress(Text("PostgreSQL của lần chạy trước còn bận, xin chờ …", "An earlier PostgreSQL is busy …"))
                told = True
            time.sleep(0.1)
        if found is None:
            # PostgreSQL refuses to start when the stale number has been given to another process of the same account;
            # our lock and the look at that process have shown that nobody runs here.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
        return found

    def _launch(self, cluster: Path, account: Account, binaries: Path, progress: Progress) -> int:
        """Process number of a new server on `cluster`, ready."""
        sockets = socket_folder(cluster, account)
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
            with os.fdopen(os.open(self.log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
                logged_from = log.tell()
                self._child = subprocess.Popen(  # noqa: S603 - our own binaries, our own arguments
                    [binaries / "postgres", "-D", cluster, "-c", f"config_file={configuration}"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=ENVIRONMENT,
                    start_new_session=True,  # Ctrl-C is for us; PostgreSQL ends after the last commit
                    **account.switch,  # type: ignore[call-overload] # the keywords of `Account.switch`
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
            found = find_postmaster(cluster)
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


def _url(socket_dir: str) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={socket_dir}"


def _tail(file: Path, start: int) -> bytes:
    """The last 8 KiB of `file` after byte `start`."""
    with file.open("rb") as stream:
        stream.seek(max(start, stream.seek(0, os.SEEK_END) - 8192))
        return stream.read()
