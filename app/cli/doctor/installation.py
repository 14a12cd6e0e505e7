"""The whole look at an installation: the machine first, then the database if it can be looked at as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from app.cli.installation import database_of, parsed_settings
from app.cli.terminal import CommandError
from app.db.embedded import EmbeddedPostgres
from app.db.embedded_host import EmbeddedError
from app.db.errors import DatabaseUnavailable
from app.kit.clock import Clock
from app.settings import Settings

from .database import examine_database
from .findings import Finding, Health, warning
from .machine import examine_machine


def examine_installation(clock: Clock, *, start: bool) -> Iterator[Finding]:
    """Everything that was looked at, in order.

    The database of a trial that does not run is started only with `start`, and is stopped again.
    """
    try:
        settings = parsed_settings()
    except CommandError as error:
        yield Finding(Health.BROKEN, error.sentence)
        return
    yield from examine_machine(settings)
    if settings.database_url is not None:
        yield from _looked_at(settings, clock)
        return
    if not (settings.data_dir / "postgres").exists():
        yield warning("Chưa có cơ sở dữ liệu. Chạy: make up", "There is no database yet. Run: make up")
        return
    url = EmbeddedPostgres(settings.data_dir).running_url()
    if url is not None:
        yield from _looked_at(settings.model_copy(update={"database_url": url}), clock)
    elif start:
        yield warning(
            "Bản chạy thử đang dừng; đã khởi động cơ sở dữ liệu của nó chỉ để xem, xem xong thì dừng lại.",
            "The trial is not running; its database was started for this look only, and is stopped after it.",
        )
        try:
            with database_of(settings) as ready:
                yield from _looked_at(ready, clock, works=False)
        except EmbeddedError as error:
            yield Finding(Health.BROKEN, error.sentence)
    else:
        yield warning(
            "Bản chạy thử đang dừng, nên chưa xem được cơ sở dữ liệu. Chạy: make up. Muốn xem mà không chạy: lienthong "
            "doctor --start",
            "The trial is not running, so its database was not looked at. Run: make up. To look without running it: "
            "lienthong doctor --start",
        )


def _looked_at(settings: Settings, clock: Clock, *, works: bool = True) -> list[Finding]:
    """Findings about the database the settings name."""
    try:
        return asyncio.run(_listed(examine_database(settings, clock, works=works)))
    except DatabaseUnavailable as problem:
        return [Finding(Health.BROKEN, problem.title)]


async def _listed(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]
