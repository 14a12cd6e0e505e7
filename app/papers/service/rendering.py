"""A paper drawn as PDF/A-2a and PDF/UA-1: the same facts give the same bytes, on every machine with these fonts."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import io
from functools import lru_cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from app.papers import domain
from app.papers.terms import Mark, Paper

from .issuing import template_of

_DATA = Path(str(resources.files("app.papers"))) / "data"


async def pdf_of(paper: Paper) -> bytes:
    """The paper as a file, drawn in a thread: about 30 ms. A newer typst may draw other bytes: see `tag_of`."""
    return await asyncio.to_thread(_drawn, paper)


def tag_of(paper: Paper) -> str:
    """ETag of the file, known without drawing it: the facts, the template, what draws them, and what is kept of whom
    it is about.
    """
    return f'"{paper.checksum[:24]}-{hashlib.sha256(paper.sealed).hexdigest()[:8]}-{version("typst")}"'


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """The packaged fonts alone: what stands on the machine must not change a paper."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_DATA)])


@lru_cache(maxsize=8)
def _layout(name: str) -> bytes:
    return (_DATA / f"{name}.typ").read_bytes()


def _drawn(paper: Paper) -> bytes:
    template = template_of(paper.template)
    sheet = domain.sheet_of(paper, template)
    marks = [{"about": one.about, "picture": _picture(one)} for one in sheet.marks]
    words: dict[str, Any] = {
        **{field.name: getattr(sheet, field.name) for field in dataclasses.fields(sheet)},
        "signatures": [one._asdict() for one in sheet.signatures],
        "notes": [one._asdict() for one in sheet.notes],
        "marks": marks,
    }
    drawn: bytes = typst.compile(
        _layout(template.layout),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"sheet": orjson.dumps(words).decode()},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=paper.facts.issued_at,
    )
    return drawn


def _picture(mark: Mark) -> str:
    """The QR code as SVG."""
    held = io.BytesIO()
    segno.make(mark.leads_to, error="m").save(held, kind="svg", border=1, xmldecl=False, svgclass=None, lineclass=None)
    return held.getvalue().decode()
