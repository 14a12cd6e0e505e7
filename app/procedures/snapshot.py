"""The procedures in memory: every published version of every tenant, immutable, read without a lock or a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, NamedTuple

from app.kit.ids import TenantId
from app.kit.text import folded_words

from .errors import RetiredProcedure, UnknownProcedure
from .terms import LifeEvent, Procedure

NEAR = 0.5  # of the words asked for, how many a procedure must have to be offered at all
CODE_NEAR = 0.75  # how like a procedure's code a mistyped one is


class Found(NamedTuple):
    """A procedure that was looked for, with its place among what was found: lower ranks first, then codes."""

    rank: int
    procedure: Procedure


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One tenant's procedures: versions by code, newest first, and the words each is found by."""

    versions: Mapping[str, tuple[Procedure, ...]]
    words: Mapping[tuple[str, int], tuple[str, frozenset[str], frozenset[str]]]


class Procedures:
    """All published versions. Never changed: an edit makes a new Procedures (`app.db.reference`)."""

    __slots__ = ("_shelves", "memo")

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        """Order of `procedures` does not matter."""
        of_tenant: dict[TenantId, list[Procedure]] = {}
        for procedure in procedures:
            of_tenant.setdefault(procedure.tenant_id, []).append(procedure)
        self._shelves = MappingProxyType({tenant: _shelf(rows) for tenant, rows in of_tenant.items()})
        self.memo: dict[object, Any] = {}
        """What others make of these procedures again and again, such as compiled forms; it ends with the snapshot."""

    def tenants(self) -> tuple[TenantId, ...]:
        """Tenants with at least one procedure, ascending."""
        return tuple(sorted(self._shelves))

    def find(self, tenant: TenantId, code: str, version: int) -> Procedure | None:
        """That version, ended or not; None when the tenant never published it."""
        return next((one for one in self.versions(tenant, code) if one.version == version), None)

    def versions(self, tenant: TenantId, code: str) -> tuple[Procedure, ...]:
        """Every published version of the procedure, newest first; empty when the tenant never had it."""
        shelf = self._shelves.get(tenant)
        return shelf.versions.get(code, ()) if shelf else ()

    def current(self, tenant: TenantId, code: str, on: date) -> Procedure | None:
        """The newest version that is open on that day; None when there is none."""
        return next((one for one in self.versions(tenant, code) if one.open_on(on)), None)

    def open_procedure(self, tenant: TenantId, code: str, on: date) -> Procedure:
        """The version a service request of the day `on` begins with.

        Raises: UnknownProcedure with the nearest ones, RetiredProcedure.
        """
        found = self.current(tenant, code, on)
        if found is not None:
            return found
        known = self.versions(tenant, code)
        if not known:
            raise UnknownProcedure(code, self.suggest(tenant, code, on))
        raise RetiredProcedure(known[0], self.suggest(tenant, known[0].name.vi, on))

    def all_open(self, tenant: TenantId, on: date) -> tuple[Procedure, ...]:
        """The open version of every procedure that has one on that day, by code."""
        shelf = self._shelves.get(tenant)
        codes = sorted(shelf.versions) if shelf else ()
        return tuple(found for code in codes if (found := self.current(tenant, code, on)) is not None)

    def search(
        self, tenant: TenantId, words: str, on: date, *, life_event: LifeEvent | None = None
    ) -> tuple[Found, ...]:
        """Open procedures that `words` speak of, case and diacritics aside, the surest first, then by code.

        Rank 0 has the words as a phrase in its name, 1 all of them in its name, 2 all of them in its name, field,
        keywords or description, 3 at least half of them; without words all are of rank 0.
        """
        asked = folded_words(words[:200])
        found: list[Found] = []
        for procedure in self.all_open(tenant, on):
            if life_event is None or life_event in procedure.life_events:
                rank = self._rank(procedure, asked)
                if rank is not None:
                    found.append(Found(rank, procedure))
        return tuple(sorted(found, key=lambda one: (one.rank, one.procedure.code)))

    def _rank(self, procedure: Procedure, asked: list[str]) -> int | None:
        if not asked:
            return 0
        name, of_name, of_all = self._shelves[procedure.tenant_id].words[procedure.code, procedure.version]
        if f" {' '.join(asked)} " in name:
            return 0
        wanted = set(asked)
        if wanted <= of_name:
            return 1
        shared = len(wanted & of_all) / len(wanted)
        return 2 if shared == 1 else 3 if shared >= NEAR else None

    def suggest(self, tenant: TenantId, words: str, on: date, limit: int = 3) -> tuple[Procedure, ...]:
        """Open procedures nearest to `words`: a mistyped code, or a few words; best first."""
        alike = [
            (SequenceMatcher(None, words[:60], procedure.code).ratio(), procedure)
            for procedure in self.all_open(tenant, on)
        ]
        near = [procedure for ratio, procedure in sorted(alike, key=lambda one: -one[0]) if ratio >= CODE_NEAR]
        spoken = [found.procedure for found in self.search(tenant, words, on)] if folded_words(words) else []
        return tuple({procedure.code: procedure for procedure in (*near, *spoken)}.values())[:limit]


def _shelf(rows: list[Procedure]) -> _Shelf:
    versions: dict[str, tuple[Procedure, ...]] = {}
    for row in sorted(rows, key=lambda one: -one.version):
        versions[row.code] = (*versions.get(row.code, ()), row)
    words: dict[tuple[str, int], tuple[str, frozenset[str], frozenset[str]]] = {
        (row.code, row.version): (
            f" {' '.join(folded_words(f'{row.name.vi} , {row.name.en}'))} ",
            frozenset(folded_words(f"{row.name.vi} {row.name.en}")),
            frozenset(folded_words(_spoken(row))),
        )
        for row in rows
    }
    return _Shelf(MappingProxyType(versions), MappingProxyType(words))


def _spoken(row: Procedure) -> str:
    """All that a procedure may be looked for by."""
    events = (LifeEvent(event).label for event in row.life_events if event in set(LifeEvent))
    texts = (row.name, row.field, row.description, *events)
    return " ".join([row.code, *row.keywords, *(word for text in texts for word in text)])
