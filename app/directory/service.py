"""Verbs on the directory: importing boundaries and switching them on and off. Reading goes through the snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from app.audit import service as audit
from app.audit.terms import Action
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.kit.ids import uuid7
from app.kit.text import Text

from . import domain, repository
from .domain import BoundaryReport
from .errors import BoundariesRefused, BoundaryFileUnreadable, DirectoryNotSeeded, UnknownEdition
from .snapshot import Directory, Edition, Unit
from .terms import AreaCode, EditionId

_MOST_LINES = 10


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


async def outlines(work: ReadWork, edition: EditionId, codes: Collection[str]) -> dict[AreaCode, bytes]:
    """GeoJSON geometries by area, of those that have a boundary in use: coarse enough for a map of the province.

    Two statements, one where no boundary is loaded.
    """
    set_ids = (await repository.active_sets(work.session)).get(edition, ())
    if not set_ids:
        return {}
    shapes = await repository.some_boundaries(work.session, set_ids, codes)
    return await asyncio.to_thread(domain.coarse_outlines, shapes)


async def switch_boundaries(work: Work, set_id: UUID, *, active: bool) -> bool:
    """The set is in use or not, from this transaction on; whether there is such a set."""
    found = await repository.switch_set(work.session, set_id, active=active)
    if found:
        await touch(work, "directory")
    return found


async def set_contact(work: Work, actor: Actor, directory: Directory, code: str, contact: Mapping[str, str]) -> Unit:
    """The unit, reached as `contact` says from now on: fields of CONTACT_FIELDS; those left out there are none of.

    Raises: UnknownUnit, UnusableContact with a pointer for each mistake.
    """
    unit = directory.unit_by_code(actor.tenant_id, code)
    checked = domain.checked_contact(contact)
    await repository.set_contact(work, actor.tenant_id, unit.id, checked)
    audit.record(work, actor, Action.UNIT_CONTACT_SET, subject=unit.code, details={"fields": sorted(checked)})
    await touch(work, "directory")
    return replace(unit, contact=checked)


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
    """The refusal that lists what is wrong: the first ten of each in its sentence, a hundred in its members."""
    said = Text(
        "Tệp có {unknown} mã không có trên bản đồ {edition}, {repeated} mã lặp lại và {flaws} ranh giới không "
        "dùng được. Chưa có gì được ghi.",
        "The file has {unknown} codes that the map {edition} does not know, {repeated} repeated codes and {flaws} "
        "boundaries that cannot be used. Nothing was written.",
    ).fill(
        unknown=len(report.unknown_codes),
        edition=report.edition,
        repeated=len(report.repeated_codes),
        flaws=len(report.flaws),
    )
    unknown = Text("không có trên bản đồ", "not on the map")
    repeated = Text("lặp lại trong tệp", "repeated in the file")
    listed = (
        [Text(f"{code}: {unknown.vi}", f"{code}: {unknown.en}") for code in report.unknown_codes],
        [Text(f"{code}: {repeated.vi}", f"{code}: {repeated.en}") for code in report.repeated_codes],
        [
            Text(f"{flaw.code} {flaw.name}: {flaw.reason.vi}", f"{flaw.code} {flaw.name}: {flaw.reason.en}")
            for flaw in report.flaws
        ],
    )
    lines = [said, *(line for kind in listed for line in first_of(kind))]
    return BoundariesRefused(
        Text("\n  ".join(line.vi for line in lines), "\n  ".join(line.en for line in lines)),
        unknown_codes=list(report.unknown_codes[:100]),
        repeated_codes=list(report.repeated_codes[:100]),
        flaws=[{"code": flaw.code, "name": flaw.name, "reason": flaw.reason} for flaw in report.flaws[:100]],
    )


def first_of(lines: Sequence[Text]) -> list[Text]:
    """The first ten, and how many more there are."""
    more = len(lines) - _MOST_LINES
    rest = [Text("… và {more} trường hợp nữa", "… and {more} more").fill(more=more)] if more > 0 else []
    return [*lines[:_MOST_LINES], *rest]
