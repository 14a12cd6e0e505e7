"""Every file of these tests begins with empty tables."""

from __future__ import annotations

import pytest

from app.db.engine import Database


@pytest.fixture(autouse=True, scope="module")
async def _fresh(_shared_db: Database, _forget: str) -> None:
    """Every file begins with empty tables, whatever the one before has written past its `db`."""
    await _shared_db.lane.fetch(_forget)
