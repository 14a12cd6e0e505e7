"""Documents without the names of whoever wrote them: office files here, PDF files by a program of its own."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final

from app.media import domain
from app.media.terms import NAMES_KEPT, FileKind

log = logging.getLogger("lienthong.media")
_REWRITER: Final = "app.media.rewriter"
WAIT_S: Final = 40.0


async def without_names(kind: FileKind, content: bytes, *, wait_s: float = WAIT_S) -> bytes | None:
    """The document that shows the same and names nobody beside it; None when that cannot be made, for whatever reason.

    `wait_s`: how long a PDF file may take; office files are bounded by their size.
    """
    try:
        if kind is not FileKind.PDF:
            return await asyncio.to_thread(domain.packed_without_names, kind, content)
        made = await _rewritten(content, wait_s)
        fits = made is not None and await asyncio.to_thread(domain.document, kind, made) is kind
    except MemoryError:
        raise  # of this process, perhaps not of the file
    except Exception:  # strangers write it, and libraries trip over it in ways of their own
        log.warning("names cannot be taken out of a document of the kind %s", kind, exc_info=True)
        return None
    return made if fits else None


async def _rewritten(content: bytes, wait_s: float) -> bytes | None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", _REWRITER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},  # it needs none of our secrets
    )
    try:
        made, _ = await asyncio.wait_for(process.communicate(content), wait_s)
    except TimeoutError:
        made = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode not in {0, NAMES_KEPT}:
        log.warning("a PDF file of %d bytes was not rewritten: exit %s", len(content), process.returncode)
    return made if process.returncode == 0 else None
