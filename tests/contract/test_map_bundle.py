"""The map that pages load is the one that its sources make, byte for byte, and names whose work it is."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from app.web.pages import assets
from tests.house.code import ROOT

NODE = Path(sys.executable).parent / "node"


async def test_the_bundle_is_what_its_sources_make(tmp_path: Path) -> None:
    made = await asyncio.create_subprocess_exec(NODE, ROOT / "web/build.mjs", tmp_path)
    assert await made.wait() == 0
    for name in ("map.js", "map.css"):
        content = (tmp_path / name).read_bytes()
        assert content == assets()[name].content, f"{name} is older than web/: run make map"
        assert b"//# sourceMappingURL" not in content
    script = assets()["map.js"].content.decode()
    assert "Leaflet" in script
    assert "Volodymyr Agafonkin" in script  # the licence asks for it
    assert "eval(" not in script
    assert "new Function" not in script
