"""The machine's limits: the least that FastAPI, asyncpg and PostgreSQL can do for the same answers on the same rows.

No validation beyond the body's shape, no tenant, no routing, no history, no cursor, no ETag. What Liên Thông answers is
read as a share of what these answer in the same run.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from app.db.engine import driver_url

URL = "LIENTHONG_DATABASE_URL"
TABLES = """
CREATE TABLE IF NOT EXISTS bare_cases (
  tenant_id int, id uuid, code text NOT NULL, state text NOT NULL, category text NOT NULL, lat float8, lon float8,
  opened_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE IF NOT EXISTS bare_reports (
  tenant_id int, id uuid, case_id uuid NOT NULL, description text NOT NULL, received_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id));
CREATE TABLE IF NOT EXISTS bare_entries (
  tenant_id int, case_id uuid, id uuid, at timestamptz NOT NULL, type text NOT NULL, data jsonb NOT NULL,
  PRIMARY KEY (tenant_id, case_id, id));
"""
_INSERT = """
WITH c AS (INSERT INTO bare_cases VALUES (1, $1, $2, 'received', $3, $4, $5, now())),
 r AS (INSERT INTO bare_reports VALUES (1, $6, $1, $7, now()))
INSERT INTO bare_entries VALUES (1, $1, $8, now(), 'opened', '{}')
"""
_BY_KEY = "SELECT body FROM publications WHERE tenant_id = 1 AND code = $1"
_PAGE = """
SELECT '[' || string_agg(convert_from(line, 'UTF8'), ',') || ']' FROM (
  SELECT line FROM publications WHERE tenant_id = 1 AND published ORDER BY updated_at DESC, case_id DESC LIMIT 50) page
"""
_FEATURES = """
SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object(
  'type', 'Feature', 'id', code,
  'geometry', json_build_object('type', 'Point', 'coordinates', json_build_array(lon, lat)), 'properties',
  json_build_object('state', state, 'category', category_code, 'overdue', overdue, 'updated_at', updated_at))))::text
FROM (SELECT * FROM publications WHERE published AND lon IS NOT NULL
  AND point(lon, lat) <@ box(point($1, $2), point($3, $4)) ORDER BY updated_at DESC LIMIT 1000) found
"""


class Place(BaseModel):
    """Where."""

    lat: float
    lon: float
    accuracy_m: float | None = None


class BareReport(BaseModel):
    """The same body as ours."""

    category: str = Field(max_length=64)
    description: str = Field(max_length=4000)
    location: Place


async def _keep(_: object) -> None:
    """No reset query when a connection is given back."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = driver_url(os.environ[URL])  # noqa: TID251 - the root of this program
    async with asyncpg.create_pool(
        url, min_size=8, max_size=8, reset=_keep, max_cached_statement_lifetime=0, server_settings={"jit": "off"}
    ) as pool:
        app.state.pool = pool
        yield


def bare() -> FastAPI:
    """The application of limits."""
    app = FastAPI(lifespan=_lifespan)

    def pool(request: Request) -> asyncpg.Pool[Any]:
        found: asyncpg.Pool[Any] = request.app.state.pool
        return found

    @app.post("/reports")
    async def report(request: Request, body: BareReport) -> Response:
        case_id = uuid4()
        place = body.location
        await pool(request).execute(
            _INSERT, case_id, case_id.hex, body.category, place.lat, place.lon, uuid4(), body.description, uuid4()
        )
        return Response(b'{"id":"%b"}' % case_id.hex.encode(), 201, media_type="application/json")

    @app.get("/cases/{code}")
    async def by_key(request: Request, code: str) -> Response:
        return Response(await pool(request).fetchval(_BY_KEY, code), media_type="application/json")

    @app.get("/cases")
    async def page(request: Request) -> Response:
        return Response(await pool(request).fetchval(_PAGE), media_type="application/json")

    @app.get("/features")
    async def features(request: Request, bbox: str) -> Response:
        west, south, east, north = (float(side) for side in bbox.split(","))
        found = await pool(request).fetchval(_FEATURES, west, south, east, north)
        return Response(found, media_type="application/geo+json")

    @app.get("/nothing")
    async def nothing() -> Response:
        return Response(b"{}", media_type="application/json")

    return app
