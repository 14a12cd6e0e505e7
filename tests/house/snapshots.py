"""Files that are written from the code and must stay true to it."""

from __future__ import annotations

from collections.abc import Callable

from tests.house.code import ROOT

Held = Callable[[str, str], None]


def hold(name: str, content: str, *, refresh: bool) -> None:
    """The file `name` of the project has exactly `content`; with `refresh` it is made so."""
    file = ROOT / name
    if refresh:
        file.write_text(content, encoding="utf-8")
    known = file.read_text(encoding="utf-8") if file.exists() else ""
    assert known == content, f"{name} no longer tells what the code does: run `make refresh`, look at the change"
