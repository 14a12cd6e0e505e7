"""The catalogue in memory: every category of every tenant, immutable, read without a lock and without a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from app.kit.ids import TenantId
from app.kit.text import fold, folded_words

from .errors import RetiredCategory, UnknownCategory
from .terms import Category, CategoryCode


@dataclass(frozen=True, slots=True)
class Branch:
    """A group with its leaves, both in the order people see them."""

    group: Category
    leaves: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One tenant's categories, prepared for each question asked of them."""

    by_code: Mapping[str, Category]
    lineages: Mapping[str, tuple[CategoryCode, ...]]
    tree: tuple[Branch, ...]
    words: tuple[tuple[Category, frozenset[str], tuple[str, ...]], ...]


class Catalogue:
    """All categories. Never changed: an edit makes a new Catalogue (`app.db.reference`)."""

    __slots__ = ("_shelves", "memo")

    def __init__(self, categories: Iterable[Category]) -> None:
        """Order of `categories` does not matter; each parent must be among them."""
        of_tenant: dict[TenantId, list[Category]] = {}
        for category in categories:
            of_tenant.setdefault(category.tenant_id, []).append(category)
        self._shelves = MappingProxyType({tenant: _shelf(rows) for tenant, rows in of_tenant.items()})
        self.memo: dict[object, Any] = {}
        """What others make of this catalogue again and again, such as names as JSON; it ends with the snapshot."""

    def tenants(self) -> tuple[TenantId, ...]:
        """Tenants with at least one category, ascending."""
        return tuple(sorted(self._shelves))

    def find(self, tenant: TenantId, code: str) -> Category | None:
        """The category, retired or not; None when the tenant never had it."""
        shelf = self._shelves.get(tenant)
        return shelf.by_code.get(code) if shelf else None

    def category(self, tenant: TenantId, code: str) -> Category:
        """The category, retired or not. Raises: UnknownCategory with the nearest ones."""
        found = self.find(tenant, code)
        if found is None:
            raise UnknownCategory(code, self.suggest(tenant, code))
        return found

    def open_category(self, tenant: TenantId, code: str, on: date) -> Category:
        """The category a new report of the day `on` may name. Raises: UnknownCategory, RetiredCategory."""
        found = self.category(tenant, code)
        if not found.open_on(on):
            near = [item for item in self.suggest(tenant, found.name.vi) if item is not found and item.open_on(on)]
            raise RetiredCategory(found, near)
        return found

    def all(self, tenant: TenantId) -> tuple[Category, ...]:
        """Every category of the tenant, groups before their leaves, in the order people see them."""
        return tuple(item for branch in self.tree(tenant) for item in (branch.group, *branch.leaves))

    def tree(self, tenant: TenantId) -> tuple[Branch, ...]:
        """Groups with leaves in the order people see them, retired ones too; empty for an unknown tenant."""
        shelf = self._shelves.get(tenant)
        return shelf.tree if shelf else ()

    def lineage(self, tenant: TenantId, code: str) -> tuple[CategoryCode, ...]:
        """The code and its group's, leaf first; a group alone. Raises: UnknownCategory."""
        shelf = self._shelves.get(tenant)
        found = shelf.lineages.get(code) if shelf else None
        if found is None:
            raise UnknownCategory(code, self.suggest(tenant, code))
        return found

    def subtree(self, tenant: TenantId, code: str) -> frozenset[CategoryCode]:
        """The code and everything below it. Raises: UnknownCategory."""
        self.category(tenant, code)
        shelf = self._shelves[tenant]
        return frozenset(CategoryCode(each) for each, line in shelf.lineages.items() if code in line)

    def suggest(self, tenant: TenantId, words: str, limit: int = 3) -> tuple[Category, ...]:
        """Open categories nearest to `words` (a mistyped code, or a few words without diacritics), best first."""
        shelf = self._shelves.get(tenant)
        text = fold(words[:120])
        asked = frozenset(folded_words(text))
        if shelf is None or not asked:
            return ()
        scored: list[tuple[float, int, Category]] = []
        for place, (category, known, phrases) in enumerate(shelf.words):
            score = _nearness(text, asked, category, known, phrases)
            if score >= 0.5:
                scored.append((-score, place, category))
        return tuple(category for _, _, category in sorted(scored, key=lambda entry: entry[:2])[:limit])


def _nearness(
    text: str, asked: frozenset[str], category: Category, known: frozenset[str], phrases: tuple[str, ...]
) -> float:
    """How near `text` is to a category: over 1 for a phrase of its own (the longer the surer), else 1 down to 0.

    Leaves come a little before groups.
    """
    bonus = 0.02 if category.parent else 0.0
    padded = f" {text} "
    said = max((len(phrase) for phrase in phrases if f" {phrase} " in padded), default=0)
    if said:
        return 1.0 + said / 100 + bonus
    shared = len(asked & known) / len(asked)
    alike = SequenceMatcher(None, text, category.code).ratio()
    return max(shared, alike if alike >= 0.6 else 0.0) + bonus


def _shelf(rows: list[Category]) -> _Shelf:
    ordered = sorted(rows, key=lambda row: (row.position, row.code))
    by_code: dict[str, Category] = {row.code: row for row in ordered}
    leaves: dict[str, list[Category]] = {}
    for row in ordered:
        if row.parent is not None:
            leaves.setdefault(row.parent, []).append(row)
    tree = tuple(Branch(row, tuple(leaves.get(row.code, ()))) for row in ordered if row.parent is None)
    words = tuple(
        (
            row,
            frozenset(folded_words(" ".join([row.code, row.name.vi, row.name.en, *row.keywords]))),
            tuple({fold(row.name.vi), fold(row.name.en), row.code, *(fold(word) for word in row.keywords)}),
        )
        for branch in tree
        for row in (branch.group, *branch.leaves)
        if row.active
    )
    lineages: dict[str, tuple[CategoryCode, ...]] = {
        row.code: (row.code, row.parent) if row.parent else (row.code,) for row in ordered
    }
    return _Shelf(MappingProxyType(by_code), MappingProxyType(lineages), tree, words)
