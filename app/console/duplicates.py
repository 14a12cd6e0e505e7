"""What a case may be merged with, as an officer's pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.publication import service as publication_service

from .deps import Desk


async def likely(desk: Desk, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the case may be merged with, likeliest first. One statement."""
    found = await publication_service.duplicates_of(desk.database, desk.scope, desk.books.catalogue, row, desk.now)
    return [
        {
            "code": one.case.code,
            "summary": one.case.summary,
            "unit": desk.unit_name(one.case.unit_id),
            "metres": one.metres,
            "days": one.days,
        }
        for one in found
    ]
