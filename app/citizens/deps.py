"""What endpoints ask FastAPI for: who carries codes, and how many."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.web.state import settings

from .senders import CodeSender
from .terms import Allowances


async def code_sender(connection: HTTPConnection) -> CodeSender:
    """Who carries codes from this process."""
    return cast("CodeSender", connection.app.state.code_sender)


async def allowances(connection: HTTPConnection) -> Allowances:
    """How many codes this installation sends."""
    given = await settings(connection)
    return Allowances(given.codes_per_phone_hour, given.codes_per_address_hour)


async def address_of(connection: HTTPConnection) -> str:
    """Where the request comes from."""
    return connection.client.host if connection.client is not None else "-"


CurrentCodeSender = Annotated[CodeSender, Depends(code_sender)]
CurrentAllowances = Annotated[Allowances, Depends(allowances)]
ClientAddress = Annotated[str, Depends(address_of)]
