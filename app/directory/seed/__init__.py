"""Loads the maps of the whole country and the tenants' units; running it again keeps what officers changed."""

from __future__ import annotations

from collections.abc import Callable

from app.db.reference import touch
from app.db.work import Work
from app.kit.text import Text

from .maps import seed_maps
from .tenants import seed_tenants


def _silent(_line: Text) -> None:
    """Tell nobody."""


async def seed(work: Work, progress: Callable[[Text], None] = _silent) -> bool:
    """Both editions of the map, the tenants and their units are there; whether anything had to be written.

    About two seconds the first time, a few statements when everything is there already.
    """
    wrote_maps = await seed_maps(work, progress)
    wrote_tenants = await seed_tenants(work, progress)
    if wrote_maps or wrote_tenants:
        await touch(work, "directory")
    return wrote_maps or wrote_tenants


__all__ = ["seed"]
