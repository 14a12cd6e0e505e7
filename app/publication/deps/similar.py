"""What somebody is about to report, checked as the report itself is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from app.catalogue.deps import catalogue
from app.catalogue.snapshot import Catalogue
from app.directory.deps import directory
from app.directory.errors import PointInNoArea, PointOutsideTenant
from app.directory.snapshot import Directory, refuse_unusable
from app.kit.geo import Point
from app.kit.ids import TenantId
from app.reports.errors import PlaceNeeded
from app.web.state import clock
from app.web.tenancy import tenant


class SimilarQuery(BaseModel):
    """What somebody is about to report, as far as it is known."""

    lat: Annotated[float | None, Field(description="Vĩ độ. Latitude, degrees WGS 84", examples=[20.941321])] = None
    lon: Annotated[float | None, Field(description="Kinh độ. Longitude, degrees WGS 84", examples=[106.317024])] = None
    area: Annotated[
        str | None,
        Field(
            max_length=8, description="Xã, phường khi chưa có toạ độ. A commune, without a point", examples=["10507"]
        ),
    ] = None
    category: Annotated[
        str | None, Field(max_length=100, description="Category or group code", examples=["roads.pothole"])
    ] = None
    q: Annotated[
        str | None,
        Field(
            max_length=1000, description="The draft's words, or their beginning", examples=["o ga truoc cong truong"]
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class AboutToReport:
    """Where, when and what about somebody is going to report; `category` with its group, `area` instead of a point."""

    tenant: TenantId
    point: Point | None
    area: str | None
    category: tuple[str, str] | None
    now: datetime
    commune: str | None  # the one that was named, else that of the point
    catalogue: Catalogue


async def about_to_report(connection: HTTPConnection, query: SimilarQuery) -> AboutToReport:
    """The draft, checked as the report itself is.

    Raises: UnknownCategory, PlaceNeeded, UnknownArea, AreaOutsideTenant, PointNotFinite, PointZero, PointSwapped,
    PointOutsideVietnam.
    """
    for_tenant, known, point = await tenant(connection), await directory(connection), None
    if query.lat is not None and query.lon is not None:
        refuse_unusable(point := Point(query.lat, query.lon))
    elif query.area is None:
        raise PlaceNeeded
    else:
        known.chain_in(for_tenant, query.area)
    categories = await catalogue(connection)
    category = categories.category(for_tenant, query.category) if query.category else None
    return AboutToReport(
        for_tenant,
        point,
        query.area,
        (category.code, category.parent or category.code) if category else None,
        (await clock(connection)).now(),
        query.area or (_commune(known, for_tenant, point) if point is not None else None),
        categories,
    )


def _commune(known: Directory, of: TenantId, point: Point) -> str | None:
    """The commune that holds the point; None where the province has none there."""
    try:
        commune = known.locate_in(of, point).chain.commune
    except (PointOutsideTenant, PointInNoArea):
        return None
    return commune.code if commune else None
