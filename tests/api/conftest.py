"""Every file of these tests begins with empty tables."""

from __future__ import annotations

import asyncpg
import pytest

from app.db.engine import driver_url


@pytest.fixture(autouse=True, scope="module")
async def _fresh(database_url: str, _forget: str) -> None:
    """Nothing is left of what the file before has written past its `db`."""
    connection = await asyncpg.connect(driver_url(database_url))
    try:
        await connection.execute(_forget)
    finally:
        await connection.close()
