"""Check of the bus: do processes hear each other?"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from app.bus.terms import Means
from app.process import Process

from .findings import Finding, ok, warning

PATIENCE_S = 4.0


async def examine_bus(process: Process) -> Finding:
    """Whether this process, like those that serve, hears itself by what the settings name."""
    means = process.bus.state.means
    if means is Means.NONE:
        return ok(
            "Các tiến trình không báo nhau, chỉ tự xem lại (LIENTHONG_BUS tắt)",
            "Processes do not wake each other, they poll (LIENTHONG_BUS is off)",
        )
    process.bus.start()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not process.bus.works:  # noqa: ASYNC110 - a few looks, then it is known
                await asyncio.sleep(0.05)
    if process.bus.works:
        return ok(f"Tín hiệu giữa các tiến trình: {means}", f"Signals between processes: {means}")
    cure = "LIENTHONG_BUS_DATABASE_URL" if means is Means.POSTGRES else "LIENTHONG_NATS_URL"
    return warning(
        f"Không nghe được tín hiệu bằng {means}; mọi việc vẫn chạy nhưng chậm hơn. Xem: {cure}",
        f"Nothing is heard by {means}; everything goes on, but slower. See: {cure}",
    )
