"""Verbs on the directory: importing boundaries and switching them on and off. Reading goes through the snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from app.db.reference import touch
from app.db.work import Work
from app.kit.ids import uuid7
from app.kit.text import Text

from . import domain, repository
from .domain import BoundaryReport
from .errors import BoundariesRefused, BoundaryFileUnreadable, DirectoryNotSeeded, UnknownEdition
from .snapshot import Edition
from .terms import AreaCode, EditionId


async def import_boundaries(
    work: Work, content: bytes, *, name: str, edition_code: str | None = None, activate: bool = True
) -> BoundaryReport:
    """The boundaries of a GeoJSON file are stored and, with `activate`, in use from this transaction on.

    Each feature's property `code` says whose boundary it is. The edition is the one stated, else the one in force in
    the features' `valid_from` to `valid_to`. A boundary replaces the one the area had; areas the file does not name
    keep theirs, so that communes, districts and provinces may come in files of their own.
    Raises: BoundaryFileUnreadable, UnknownEdition, DirectoryNotSeeded; BoundariesRefused with everything that is wrong.
    """
    editions = await repository.editions(work.session)
    if not editions:
        raise DirectoryNotSeeded
    features = await asyncio.to_thread(domain.read_features, content)
    edition = _edition(editions, edition_code, domain.day_of(features))
    areas = await repository.areas_of(work.session, edition.id)
    standing = await repository.standing_boundaries(work.session, edition.id)
    report, shapes = await asyncio.to_thread(domain.examine, features, areas, standing, edition.code)
    if not report.usable:
        raise refused(report)
    await _store(work, edition.id, name, shapes, active=activate)
    return report


async def check_boundaries(work: Work, content: bytes, *, edition_code: str | None = None) -> BoundaryReport:
    """What `import_boundaries` would say of the file, refusals included; nothing is written. Raises: as it does."""
    editions = await repository.editions(work.session)
    features = await asyncio.to_thread(domain.read_features, content)
    edition = _edition(editions, edition_code, domain.day_of(features))
    areas = await repository.areas_of(work.session, edition.id)
    standing = await repository.standing_boundaries(work.session, edition.id)
    report, _ = await asyncio.to_thread(domain.examine, features, areas, standing, edition.code)
    return report


async def switch_boundaries(work: Work, set_id: UUID, *, active: bool) -> bool:
    """The set is in use or not, from this transaction on; whether there is such a set."""
    found = await repository.switch_set(work.session, set_id, active=active)
    if found:
        await touch(work, "directory")
    return found


async def _store(work: Work, edition: EditionId, name: str, shapes: Mapping[AreaCode, bytes], *, active: bool) -> None:
    """Write the set; sets that it covers wholly are switched off, since nothing of them can be seen any more."""
    await repository.add_set(work, uuid7(work.now), edition, name, shapes, active=active)
    if active:
        await repository.switch_covered_sets_off(work.session, edition)
        await touch(work, "directory")


def _edition(editions: list[Edition], code: str | None, day: date | None) -> Edition:
    """The edition stated, else the one of the day. Raises: UnknownEdition, BoundaryFileUnreadable."""
    if code is None and day is None:
        raise BoundaryFileUnreadable(
            Text(
                "Tệp không có valid_from, valid_to: hãy nêu rõ bản đồ (vn-63 hoặc vn-34).",
                "The file has no valid_from or valid_to: state the map edition (vn-63 or vn-34).",
            )
        )
    for edition in editions:
        if edition.code == code or (code is None and day is not None and edition.in_force(day)):
            return edition
    raise UnknownEdition(code or str(day))


def refused(report: BoundaryReport) -> BoundariesRefused:
    """The refusal that lists what is wrong, at most a hundred of each."""
    return BoundariesRefused(
        Text(
            "Tệp có {unknown} mã không có trên bản đồ {edition}, {repeated} mã lặp lại và {flaws} ranh giới không "
            "hợp lệ. Chưa có gì được ghi.",
            "The file has {unknown} codes that the map {edition} does not know, {repeated} repeated codes and {flaws} "
            "invalid boundaries. Nothing was written.",
        ).fill(
            unknown=len(report.unknown_codes),
            edition=report.edition,
            repeated=len(report.repeated_codes),
            flaws=len(report.flaws),
        ),
        unknown_codes=list(report.unknown_codes[:100]),
        repeated_codes=list(report.repeated_codes[:100]),
        flaws=[{"code": flaw.code, "reason": flaw.reason} for flaw in report.flaws[:100]],
    )
