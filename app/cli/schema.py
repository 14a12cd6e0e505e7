"""The schema of a database, brought to the newest migration. Owns where the migrations are, never what they do."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

import app
from app.db.base import Base
from app.kit.text import Text

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
    """The database `url` has the schema of `revision`. Blocks; runs its own event loop, so call it from a thread."""
    command.upgrade(alembic_config(url, progress), revision)
