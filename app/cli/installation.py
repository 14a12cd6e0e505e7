"""What a command needs before it can work: settings, the installation's key, a database."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr, ValidationError

from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import FolderInUse, make_folder
from app.kit.text import Text
from app.settings import Settings

from .terminal import CommandError, not_to_be_cut_short, say

KEY_FILE = "secret-key"
KEY_CHARACTERS = 32


def read_settings() -> Settings:
    """Settings from the environment, with the installation's key. Raises: CommandError."""
    settings = parsed_settings()
    key = settings.secret_key
    if key is None:
        return settings.model_copy(update={"secret_key": _kept_key(settings.data_dir)})
    if len(key.get_secret_value()) < KEY_CHARACTERS:
        raise CommandError(
            Text("LIENTHONG_SECRET_KEY cần ít nhất 32 ký tự.", "LIENTHONG_SECRET_KEY needs at least 32 characters.")
        )
    return settings


def parsed_settings() -> Settings:
    """Settings as the environment has them; nothing is made. Raises: CommandError."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"LIENTHONG_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise CommandError(Text(f"Cấu hình chưa đúng: {wrong}", f"The settings are not right: {wrong}")) from None


def _kept_key(data_dir: Path) -> SecretStr:
    """The key in the data folder, made when there is none; only its owner may read it."""
    file = data_dir / KEY_FILE
    if not file.exists():
        make_folder(data_dir)
        write_private(file, secrets.token_urlsafe(48) + "\n")
    return SecretStr(file.read_text(encoding="ascii").strip())


def write_private(file: Path, content: str) -> None:
    """The file holds `content`, whole or not at all, and only its owner may read it."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)


@contextmanager
def database_of(settings: Settings) -> Iterator[Settings]:
    """Settings that name a database: the one configured, the embedded one of a running program, or our own."""
    if settings.database_url is not None:
        yield settings
        return
    postgres = EmbeddedPostgres(settings.data_dir)
    try:
        try:
            url = postgres.start(say)
        except FolderInUse:
            running = postgres.running_url()
            if running is None:
                raise
            url = running
        yield settings.model_copy(update={"database_url": url})
    finally:
        with not_to_be_cut_short():
            postgres.stop()


def patient(settings: Settings) -> Settings:
    """Settings of a command that an operator waits for: its statements may take as long as they need."""
    return settings.model_copy(update={"statement_timeout_s": 3600.0, "database_wait_s": 60.0})


def url_of(settings: Settings) -> str:
    """The database's URL, which `database_of` has put there."""
    assert settings.database_url is not None
    return settings.database_url


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the address and port of the settings. Raises: CommandError when it is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise CommandError(
            Text(
                f"Không mở được {settings.host}:{settings.port} ({error.strerror}). Hãy dừng chương trình đang dùng "
                f"cổng này, hoặc chọn cổng khác: LIENTHONG_PORT=8001",
                f"{settings.host}:{settings.port} cannot be opened ({error.strerror}). Stop the program that uses the "
                f"port, or choose another: LIENTHONG_PORT=8001",
            )
        ) from None
    bound.set_inheritable(False)
    return bound
