"""Rulebooks in memory: every tenant's versions, compiled, immutable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from types import MappingProxyType

from app.kit.ids import TenantId

from .domain import Book
from .terms import RulebookVersion


class Rulebooks:
    """All versions of all tenants. Never changed: a new version makes a new Rulebooks (`app.db.reference`)."""

    __slots__ = ("_of_tenant",)

    def __init__(self, versions: Iterable[RulebookVersion]) -> None:
        """Order of `versions` does not matter; those that are not active are left out."""
        found: dict[TenantId, list[tuple[datetime, Book]]] = {}
        for version in sorted(versions, key=lambda one: -one.version):
            if version.active:
                found.setdefault(version.tenant_id, []).append((version.valid_from, Book(version)))
        self._of_tenant = MappingProxyType({tenant: tuple(books) for tenant, books in found.items()})

    def book(self, tenant: TenantId, at: datetime) -> Book:
        """The tenant's highest version in force at `at`; a book without rules, version 0, when there is none."""
        for valid_from, book in self._of_tenant.get(tenant, ()):
            if valid_from <= at:
                return book
        return _no_rules(tenant)


def _no_rules(tenant: TenantId) -> Book:
    return Book(RulebookVersion(tenant, 0, datetime.min.replace(tzinfo=UTC), ()))
