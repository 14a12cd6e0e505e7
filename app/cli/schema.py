"""The schema of a database, brought to the newest migration. Owns where the migrations are, never what they do."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

import app
from app.db.base import Base
from app.db.engine import driver_url
from app.db.errors import DatabaseUnavailable, is_down, outline
from app.kit.text import Text

from .terminal import CommandError, reason

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection
OLDEST_POSTGRES = 15
MIGRATIONS = Path(app.__file__).parents[1] / "migrations"


def all_tables() -> MetaData:
    """The tables of every room, imported here so that none is forgotten."""
    for room in pkgutil.iter_modules(app.__path__):
        if room.ispkg and any(
            file.name == "models" for file in pkgutil.iter_modules([f"{app.__path__[0]}/{room.name}"])
        ):
            import_module(f"app.{room.name}.models")
    return Base.metadata


def alembic_config(url: str, progress: Callable[[Text], None] = lambda _: None) -> Config:
    """Alembic's settings for the database `url`, wherever the program was started."""
    config = Config(MIGRATIONS.parent / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    config.attributes["progress"] = progress
    return config


def migrate(url: str, progress: Callable[[Text], None] = lambda _: None, revision: str = "head") -> None:
    """The database `url` has the schema of `revision`. Runs event loops of its own.

    Raises: CommandError when there is no such database, DatabaseUnavailable when it is lost on the way.
    """
    present_revision(url)
    try:
        command.upgrade(alembic_config(url, progress), revision)
    except Exception as error:
        if is_down(error):
            raise DatabaseUnavailable from error
        raise


def newest_revision() -> str | None:
    """Name of the newest migration that this program knows."""
    return ScriptDirectory.from_config(alembic_config("")).get_current_head()


def refuse_old_schema(url: str) -> None:
    """Raises: CommandError unless the database `url` has exactly the schema of this program."""
    newest, present = newest_revision(), present_revision(url)
    if present != newest:
        raise CommandError(
            Text(
                f"Cơ sở dữ liệu ở phiên bản {present or 'trống'}, chương trình cần {newest}. Chạy: lienthong migrate",
                f"The database has schema {present or 'none'}, this program needs {newest}. Run: lienthong migrate",
            )
        )


def present_revision(url: str) -> str | None:
    """Name of the migration that the database `url` has, None when it is empty. Raises: CommandError."""
    return asyncio.run(_revision(url))


async def _revision(url: str) -> str | None:
    connection = await connect(url)
    try:
        return await revision_of(connection)
    finally:
        await connection.close()


async def revision_of(connection: Connection) -> str | None:
    """Name of the migration that the database has, None when it is empty."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return revision


async def connect(url: str) -> Connection:
    """A connection of the operator's own. Raises: CommandError that says why there is none."""
    try:
        connection: Connection = await asyncpg.connect(driver_url(url), timeout=5)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CommandError(_why_not(url, error)) from None
    version = connection.get_server_version().major
    if version < OLDEST_POSTGRES:
        await connection.close()
        raise CommandError(
            Text(
                f"PostgreSQL {version} đã quá cũ, cần {OLDEST_POSTGRES} trở lên.",
                f"PostgreSQL {version} is too old; {OLDEST_POSTGRES} or newer is needed.",
            )
        )
    return connection


def _why_not(url: str, error: Exception) -> Text:
    """What to mend when the database cannot be reached; never the password."""
    parts = urlsplit(url)
    where, name = parts.netloc.rpartition("@")[2] or parts.query or "?", parts.path.strip("/") or "?"
    if parts.scheme.partition("+")[0] not in {"postgresql", "postgres"}:
        return Text(
            "LIENTHONG_DATABASE_URL cần có dạng postgresql://người-dùng:mật-khẩu@máy/cơ-sở-dữ-liệu.",
            "LIENTHONG_DATABASE_URL must look like postgresql://user:password@host/database.",
        )
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return Text(
            f"Máy chủ {where} không có cơ sở dữ liệu '{name}'. Tạo: createdb {name}",
            f"There is no database '{name}' at {where}. Make it: createdb {name}",
        )
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError):
        return Text(
            f"PostgreSQL tại {where} từ chối người dùng '{parts.username}': kiểm tra tên, mật khẩu, pg_hba.conf.",
            f"PostgreSQL at {where} refuses the user '{parts.username}': look at name, password, pg_hba.conf.",
        )
    why = reason(error) if isinstance(error, OSError) else Text(outline(error), outline(error))
    return Text(
        f"Không nối được tới PostgreSQL tại {where}: {why.vi}. Kiểm tra máy chủ, cổng, tường lửa.",
        f"PostgreSQL at {where} cannot be reached: {why.en}. Look at the server, its port, the firewall.",
    )
