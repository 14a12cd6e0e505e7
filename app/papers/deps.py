"""What endpoints ask FastAPI for: where files are compared, and their signatures read."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from .service import Desk, SignatureReader


async def desk(connection: HTTPConnection) -> Desk:
    """The process's desk."""
    return cast("Desk", connection.app.state.paper_desk)


async def signature_reader(connection: HTTPConnection) -> SignatureReader:
    """The process's reader of signatures."""
    return cast("SignatureReader", connection.app.state.signature_reader)


CurrentDesk = Annotated[Desk, Depends(desk)]
CurrentSignatureReader = Annotated[SignatureReader, Depends(signature_reader)]
