"""Where `lienthong` begins: before anything large is imported."""

from __future__ import annotations

from importlib import import_module

from app.kit.collector import sparing


def run() -> None:
    """Import the commands, and run the one that is asked for."""
    with sparing():
        commands = import_module("app.cli.main")
    commands.run()
