"""Pages: what runs here, and what each problem means."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from app.kit.problems import NotFound, Problem
from app.kit.text import Text

router = APIRouter(include_in_schema=False)


@cache
def _home() -> str:
    return (files("app.portal") / "data" / "home.html").read_text(encoding="utf-8")


def _kinds(root: type[Problem]) -> dict[str, type[Problem]]:
    """Every problem of the program by its slug."""
    found = {root.slug: root}
    for kind in root.__subclasses__():
        found.update({slug: each for slug, each in _kinds(kind).items() if slug not in found or each is kind})
    return found


@router.get("/")
async def home() -> HTMLResponse:
    """What runs here, with the way to the documentation."""
    return HTMLResponse(_home())


@router.get("/problems")
async def list_problems() -> HTMLResponse:
    """Every problem an answer may name."""
    kinds = sorted(_kinds(Problem).items())
    items = "".join(
        f'<li><a href="/problems/{slug}"><code>{slug}</code></a> {kind.status}: {escape(kind.title.vi)}'
        f' · <span lang="en">{escape(kind.title.en)}</span></li>'
        for slug, kind in kinds
    )
    return _page(Text("Các lỗi và cách xử lý", "Problems and what to do"), f"<ul>{items}</ul>")


@router.get("/problems/{slug}")
async def show_problem(slug: Annotated[str, Path(max_length=64)]) -> HTMLResponse:
    """What a problem means: the address in its `type`."""
    kind = _kinds(Problem).get(slug)
    if kind is None:
        raise NotFound
    meaning = escape(kind.__doc__ or "")
    return _page(kind.title, f"<p>HTTP {kind.status}</p><p lang='en'>{meaning}</p><p><a href='/problems'>…</a></p>")


def _page(title: Text, body: str) -> HTMLResponse:
    return HTMLResponse(
        f"<!doctype html><html lang='vi'><head><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><title>{escape(title.vi)}</title></head>"
        f"<body style='font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:0 auto;padding:1rem'>"
        f"<main><h1>{escape(title.vi)}</h1><p lang='en'>{escape(title.en)}</p>{body}</main></body></html>"
    )
