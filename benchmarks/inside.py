"""What is measured inside this process: statements per request, finding a place, handing messages on."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import httpx
import pytest
import shapely
from pydantic import SecretStr

from app.directory.snapshot import Directory
from app.kit.clock import SystemClock
from app.kit.geo import Point
from app.main import create_app, install
from app.process import Process
from app.publication.service import LiveFeeds
from app.settings import Settings
from app.worker import loop as worker_loop
from tests.statements import Statements

from .servers import KEY, fetch, run_id


def settings_for(url: str) -> Settings:
    """Settings of a process on the database."""
    return Settings(_env_file=None, database_url=url, secret_key=SecretStr(KEY), reference_poll_s=3600)


@asynccontextmanager
async def in_process(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the program on the database, both in this process."""
    process = await Process.open(settings_for(url), SystemClock())
    app = create_app(process.settings)
    install(app, process)
    feeds: LiveFeeds = app.state.feeds
    try:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://haiduong.localhost") as client:
            yield client
    finally:
        await feeds.close()
        await process.close()


async def statements(url: str, paths: Iterable[tuple[str, int, Path]]) -> dict[str, int]:
    """Statements one request sends, by the path's name, for each path's name, expected status and requests.

    Raises: ValueError when an answer is not what it should be.
    """
    counts: dict[str, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        counter = Statements.watch(patch)
        async with in_process(url) as client:
            for name, status, file in paths:
                for line in file.read_text(encoding="utf-8").splitlines()[:4]:
                    counter.clear()
                    method, address, headers, body = parted(line)
                    answer = await client.request(method, address, headers=headers, content=body)
                    if answer.status_code != status:
                        message = f"{name}: {answer.status_code} {answer.text[:300]}"
                        raise ValueError(message)
                counts[name] = counter.round_trips
    return counts


def parted(line: str) -> tuple[str, str, dict[str, str], bytes | None]:
    """Method, address, headers and body of a line of a requests file, a POST under an Idempotency-Key of its own."""
    method, address, given, body = line.split("\t")
    headers = dict(one.split(": ", 1) for one in given.split("; ") if one)
    if method == "POST":
        headers |= {"Idempotency-Key": run_id(), "Content-Type": "application/json"}
    return method, address, headers, body.encode() or None


async def relayed(url: str) -> tuple[int, float]:
    """Messages that waited in the database, and the seconds until the worker had numbered and handled all of them."""
    process = await Process.open(settings_for(url), SystemClock())
    reacting = worker_loop.consumers(process)
    rows = await fetch(url, "SELECT count(*) AS waiting FROM outbox_messages WHERE position IS NULL")
    began = perf_counter()
    try:
        while await worker_loop.turn(process, reacting):
            pass
    finally:
        await process.close()
    return int(rows[0]["waiting"]), perf_counter() - began


async def located(url: str, edition: str = "vn-34", points: int = 20_000) -> tuple[int, float, float]:
    """Polygons of an edition, microseconds to find a point by ours, and by shapely's STRtree alone.

    Points lie in the boundaries' own boxes, so that borders are met as often as in life.
    """
    process = await Process.open(settings_for(url), SystemClock())
    directory: Directory = process.directory.current
    try:
        rows = await fetch(
            url,
            "SELECT b.wkb AS shape FROM area_boundaries b JOIN boundary_sets s ON s.id = b.boundary_set_id"
            " JOIN map_editions e ON e.id = s.edition_id WHERE s.active AND e.code = $1 AND length(b.code) = 5",
            edition,
        )
    finally:
        await process.close()
    if not rows:
        return 0, 0.0, 0.0
    shapes = shapely.from_wkb([bytes(row["shape"]) for row in rows])
    rng = random.Random(3)
    asked: list[Point] = []
    tree = shapely.STRtree(shapes)
    while len(asked) < points:
        west, south, east, north = shapely.bounds(shapes[rng.randrange(len(shapes))])
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if len(tree.query(shapely.Point(lon, lat), predicate="within")):
            asked.append(Point(lat, lon))
    locator = directory.map(directory.edition_by_code(edition).id).locator
    places = [shapely.Point(point.lon, point.lat) for point in asked]
    for geometry in shapes:
        shapely.prepare(geometry)
    began = perf_counter()
    for point in asked:
        locator.locate(point)
    ours_us = (perf_counter() - began) / points * 1e6
    began = perf_counter()
    for place in places:
        tree.query(place, predicate="within")
    return len(rows), ours_us, (perf_counter() - began) / points * 1e6
