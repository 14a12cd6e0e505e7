"""What readers are told to run: every curl of README and docs reaches an address, by a method that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Match

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_HOST = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_CALL = re.compile(
    r"curl (?P<before>[^|]*?)(?P<quote>[\"']?)(?P<url>(?:\$URL|http://127\.0\.0\.1:8000|https://[a-z.]+(?=/api/v1/))/[^\s\"'?]*)(?P<rest>[^|]*)"
)
_SENDS = re.compile(r"(?<=\s)(?:-d|-F|--data\S*)\s")


def calls(page: Path) -> Iterator[tuple[str, str]]:
    """Method and path of every call that the page shows, what is filled in as `x`."""
    base = None
    for block in _BLOCK.findall(page.read_text()):
        for line in re.split(r"(?=curl )|\n(?=\w+=)", block.replace("\\\n", " ")):
            if line.startswith("URL="):
                base = line.split()[0].removeprefix("URL=").removeprefix(_HOST)
            for found in _CALL.finditer(line):
                url = found["url"]
                if url.startswith("$URL"):
                    assert base is not None, f"{page.name}: $URL is not said before {found[0][:80]}"
                    url = _HOST + base + url.removeprefix("$URL")
                given = re.search(r"-X (\w+)", found[0])
                method = given[1] if given else "POST" if _SENDS.search(found[0]) else "GET"
                yield method, re.sub(r"\$\w+|…", "x", re.sub(r"^https?://[^/]+", "", url))


@pytest.mark.parametrize("page", [page for page in PAGES if "curl " in page.read_text()], ids=lambda page: page.name)
def test_every_call_that_readers_copy_reaches_something(page: Path) -> None:
    known = create_app(Settings(_env_file=None)).routes
    shown = list(calls(page))
    assert shown
    lost = [
        f"{method} {path}"
        for method, path in shown
        if not any(
            route.matches({"type": "http", "method": method, "path": path, "headers": []})[0] is Match.FULL
            for route in known
        )
    ]
    assert lost == []
