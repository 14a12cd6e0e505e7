"""The schema of a database, brought to the newest migration. Owns where the migrations are, never what they do."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

import app
from app.db.base import Base
from app.db.engine import driver_url
from app.db.errors import DatabaseUnavailable, is_down
from app.kit.text import Text

from .terminal import CommandError

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
    """The database `url` has the schema of `revision`. Runs an event loop of its own. Raises: DatabaseUnavailable."""
    try:
        command.upgrade(alembic_config(url, progress), revision)
    except Exception as error:
        if is_down(error):
            raise DatabaseUnavailable from error
        raise


def refuse_old_schema(url: str) -> None:
    """Raises: CommandError unless the database `url` has exactly the schema of this program."""
    newest = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    present = asyncio.run(_revision(url))
    if present != newest:
        raise CommandError(
            Text(
                f"Cơ sở dữ liệu ở phiên bản {present or 'trống'}, chương trình cần {newest}. Chạy: lienthong migrate",
                f"The database has schema {present or 'none'}, this program needs {newest}. Run: lienthong migrate",
            )
        )


async def _revision(url: str) -> str | None:
    try:
        connection = await asyncpg.connect(driver_url(url), timeout=5)
    except Exception as error:
        if is_down(error):
            raise DatabaseUnavailable from error
        raise
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return revision
    finally:
        await connection.close()
