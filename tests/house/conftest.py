"""Fixtures of the house's tests."""

from __future__ import annotations

from functools import partial

import pytest

from tests.house.snapshots import Held, hold


@pytest.fixture
def refresh(request: pytest.FixtureRequest) -> bool:
    """Whether files written from the code are to be written again."""
    return bool(request.config.getoption("--refresh"))


@pytest.fixture
def held(refresh: bool) -> Held:
    """Asserts that a file of the project has the content given."""
    return partial(hold, refresh=refresh)
