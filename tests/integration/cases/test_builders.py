"""The builders of tests build what they say."""

from __future__ import annotations

import pytest

from app.cases.terms import CaseState
from app.db.engine import Database
from app.process import Process
from tests.builders import CAM_THUONG, a_case


@pytest.mark.parametrize("state", CaseState)
async def test_a_case_is_brought_to_the_state_asked_for(process: Process, db: Database, state: CaseState) -> None:
    filed = await a_case(process, state)
    assert filed.state is state
    assert filed.unit == CAM_THUONG
    stored = await db.lane.fetchrow("SELECT state, version FROM cases WHERE code = $1", filed.code)
    assert stored is not None
    assert (stored["state"], stored["version"]) == (state, filed.version)
