"""What endpoints ask FastAPI for: the present catalogue, and which category an address names."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Path
from starlette.requests import HTTPConnection

from app.db.reference import Reference

from .snapshot import Catalogue


async def catalogue(connection: HTTPConnection) -> Catalogue:
    """The newest catalogue this process has loaded."""
    return cast("Reference[Catalogue]", connection.app.state.catalogue).current


CurrentCatalogue = Annotated[Catalogue, Depends(catalogue)]
CategoryPath = Annotated[str, Path(description="Code of a category", examples=["roads.pothole"], max_length=100)]
