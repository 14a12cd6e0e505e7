"""Officers in a browser, as on the pages."""

from __future__ import annotations

from tests.api.console.conftest import desk_of

__all__ = ["desk_of"]
