"""Telling officers and reporters live of the cases they may see."""

from __future__ import annotations

from .feeds import PrivateFeeds, View
from .seats import Officer, Reporter, Seat, Seating
from .telling import PrivateFeed

__all__ = ["Officer", "PrivateFeed", "PrivateFeeds", "Reporter", "Seat", "Seating", "View"]
