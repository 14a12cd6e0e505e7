"""What endpoints ask FastAPI for: where papers are drawn and compared, and signatures read; a paper as an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, cast

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.db.engine import Database
from app.web.etags import bytes_or_304, is_fresh

from .service import Desk, SignatureReader, tag_of
from .terms import Paper

CHECK_COST: Final = 1
"""What looking for a paper by its code takes from an address's reads."""
FILE_COST: Final = 60
"""The same for a file, which is drawn anew and read by a program of its own: about as much work as so many reads."""


async def desk(connection: HTTPConnection) -> Desk:
    """The process's desk."""
    return cast("Desk", connection.app.state.paper_desk)


async def signature_reader(connection: HTTPConnection) -> SignatureReader:
    """The process's reader of signatures."""
    return cast("SignatureReader", connection.app.state.signature_reader)


CurrentDesk = Annotated[Desk, Depends(desk)]
CurrentSignatureReader = Annotated[SignatureReader, Depends(signature_reader)]


async def paper_file(
    desk: Desk, database: Database, paper: Paper, if_none_match: str | None, now: datetime
) -> Response:
    """The paper as PDF, for whoever may read it; nothing is drawn for a client that holds it. Raises: DeskBusy."""
    tag = tag_of(paper)
    pdf = b"" if is_fresh(if_none_match, tag) else await desk.hand_out(database, paper, now)
    answer = bytes_or_304(pdf, tag, if_none_match, media_type="application/pdf", private=True)
    answer.headers["Content-Disposition"] = f'inline; filename="{paper.number}.pdf"'
    return answer
