"""What a person can choose from: categories by group, communes by district."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from app.catalogue.snapshot import Catalogue
from app.directory.snapshot import Directory, Tenant
from app.directory.terms import Tier
from app.kit.ids import TenantId
from app.kit.text import Lang


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `words` are others under which a search finds it."""

    value: str
    label: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Choices under a heading, or without one when `label` is empty."""

    label: str
    options: tuple[Option, ...]


def categories(catalogue: Catalogue, tenant: TenantId, lang: Lang, on: date) -> list[Options]:
    """Categories that take reports on that day; a group without any below it is a choice itself."""
    found: list[Options] = []
    alone: list[Option] = []
    for branch in catalogue.tree(tenant):
        leaves = [leaf for leaf in branch.leaves if leaf.open_on(on)]
        if leaves:
            options = tuple(Option(leaf.code, leaf.name(lang), " ".join(leaf.keywords)) for leaf in leaves)
            found.append(Options(branch.group.name(lang), options))
        elif not branch.leaves and branch.group.open_on(on):
            alone.append(Option(branch.group.code, branch.group.name(lang), " ".join(branch.group.keywords)))
    return [*found, Options("", tuple(alone))] if alone else found


def every_category(catalogue: Catalogue, tenant: TenantId, lang: Lang) -> list[Options]:
    """Groups with what lies below them, retired ones too, for looking back."""
    return [
        Options(
            branch.group.name(lang),
            tuple(Option(each.code, each.name(lang)) for each in (branch.group, *branch.leaves)),
        )
        for branch in catalogue.tree(tenant)
    ]


def areas(directory: Directory, tenant: Tenant, *, with_districts: bool = False) -> list[Options]:
    """Communes by district, or without districts on a map of two tiers.

    A name that several communes of the province bear is told with the district: a closed list shows no heading.
    """
    above = directory.children(tenant.edition, tenant.province)
    alone = tuple(Option(area.code, area.name) for area in above if area.tier is Tier.COMMUNE)
    below = [(area, directory.children(tenant.edition, area.code)) for area in above if area.tier is not Tier.COMMUNE]
    borne = Counter(commune.name for _, communes in below for commune in communes)
    found = [
        Options(
            area.name,
            ((Option(area.code, area.name),) if with_districts else ())
            + tuple(
                Option(each.code, f"{each.name} ({area.name})" if borne[each.name] > 1 else each.name)
                for each in communes
            ),
        )
        for area, communes in below
    ]
    return [*found, Options("", alone)] if alone else found
