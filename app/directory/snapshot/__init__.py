"""The directory as immutable objects in memory: what every hot path reads instead of the database."""

from __future__ import annotations

from .boundaries import Boundaries
from .directory import Directory
from .locator import refuse_unusable
from .maps import AreaMap
from .records import (
    Area,
    AreaChain,
    Edition,
    Jurisdiction,
    Located,
    Neighbour,
    Succession,
    Tenant,
    Unit,
    root_of,
)

__all__ = [
    "Area",
    "AreaChain",
    "AreaMap",
    "Boundaries",
    "Directory",
    "Edition",
    "Jurisdiction",
    "Located",
    "Neighbour",
    "Succession",
    "Tenant",
    "Unit",
    "refuse_unusable",
    "root_of",
]
