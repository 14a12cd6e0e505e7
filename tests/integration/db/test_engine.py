"""What the engine for verbs asks of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import make_engine
from tests.conftest import make_settings

_DISTINCT = 150  # statements: more than SQLAlchemy keeps by itself


@pytest.mark.parametrize(("kept", "prepared"), [(512, _DISTINCT), (0, 0)])
async def test_as_many_statements_stay_prepared_as_the_operator_says(
    database_url: str, tmp_path: Path, kept: int, prepared: int
) -> None:
    """None behind a pooler that hands each transaction another connection."""
    settings = make_settings(database_url, tmp_path).model_copy(update={"statement_cache_size": kept})
    engine = make_engine(database_url, settings)
    try:
        async with engine.connect() as connection:
            for number in range(_DISTINCT):
                await connection.execute(text(f"SELECT {number}"))
            held = await connection.execute(
                text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT %' AND NOT from_sql")
            )
            assert held.scalar_one() - (1 if kept else 0) == prepared
    finally:
        await engine.dispose()
