"""What staff and other systems may ask is answered as the OpenAPI document says."""

from __future__ import annotations

from pathlib import Path

from app.db.engine import Database
from tests.contract.holding import hold


async def test_program_answers_the_provinces_leader_as_its_document_says(
    committed_db: Database, tmp_path: Path
) -> None:
    await hold(committed_db, tmp_path, signed_in=True)
