"""One edition of the map in memory: every area with its chain, its children and what it became."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from app.directory.errors import UnknownArea
from app.directory.terms import AreaCode, Tier
from app.kit.text import fold

from .boundaries import Boundaries
from .locator import Locator, NoLocator
from .records import Area, AreaChain, Edition, Succession


class AreaMap:
    """All areas of one edition. Lists of areas are in the order of their codes."""

    __slots__ = ("_after", "_before", "_chains", "_children", "areas", "boundaries", "edition", "locator", "provinces")

    def __init__(
        self,
        edition: Edition,
        areas: Iterable[Area],
        *,
        after: Iterable[Succession] = (),
        before: Iterable[Succession] = (),
        boundaries: Boundaries | None = None,
        locates: bool = True,
    ) -> None:
        """`after` leads from areas of this edition to newer ones, `before` from older ones to areas of this one.

        Without `locates` the map knows its areas, but not where a point is.
        """
        self.edition = edition
        ordered = sorted(areas, key=lambda area: area.code)
        self.areas: Mapping[AreaCode, Area] = MappingProxyType({area.code: area for area in ordered})
        children: dict[AreaCode, list[Area]] = {}
        for area in ordered:
            if area.parent is not None:
                children.setdefault(area.parent, []).append(area)
        self._children = {code: tuple(below) for code, below in children.items()}
        self.provinces = tuple(area for area in ordered if area.tier is Tier.PROVINCE)
        self._chains = {area.code: self._chain_of(area) for area in ordered}
        self.boundaries = boundaries
        self.locator = Locator(self._chains, self._children, boundaries) if locates else NoLocator()
        self._after = _grouped(after, lambda way: way.from_code)
        self._before = _grouped(before, lambda way: way.to_code)

    def _chain_of(self, area: Area) -> AreaChain:
        by_tier = {area.tier: area}
        codes = [area.code]
        above = area
        while above.parent is not None:
            above = self.areas[above.parent]
            by_tier[above.tier] = above
            codes.append(above.code)
        return AreaChain(
            commune=by_tier.get(Tier.COMMUNE),
            district=by_tier.get(Tier.DISTRICT),
            province=by_tier[Tier.PROVINCE],
            codes=tuple(codes),
        )

    def area(self, code: str) -> Area:
        """The area with this code. Raises: UnknownArea."""
        found = self.areas.get(AreaCode(code))
        if found is None:
            raise UnknownArea(code, self.edition.code)
        return found

    def chain(self, code: str) -> AreaChain:
        """The area with this code and all it belongs to. Raises: UnknownArea."""
        found = self._chains.get(AreaCode(code))
        if found is None:
            raise UnknownArea(code, self.edition.code)
        return found

    def children(self, code: str) -> tuple[Area, ...]:
        """Areas directly below; empty for a commune and for an unknown code."""
        return self._children.get(AreaCode(code), ())

    def is_within(self, code: str, ancestor: str) -> bool:
        """Whether the area is `ancestor` or lies below it; False for unknown codes."""
        chain = self._chains.get(AreaCode(code))
        return chain is not None and ancestor in chain.codes

    def subtree(self, code: str) -> frozenset[AreaCode]:
        """Codes of the area and of everything below it. Raises: UnknownArea."""
        found = {self.area(code).code}
        waiting = list(found)
        while waiting:
            below = [area.code for area in self.children(waiting.pop())]
            found.update(below)
            waiting.extend(below)
        return frozenset(found)

    def search(
        self, query: str = "", *, tier: Tier | None = None, parent: AreaCode | None = None, after: str = ""
    ) -> Iterator[Area]:
        """Areas whose name holds every word of `query` (diacritics and case do not matter), by code.

        Args:
            parent: only areas directly below this one.
            after: only codes greater than this one.
        """
        words = fold(query).split()
        pool: Iterable[Area] = self.children(parent) if parent is not None else self.areas.values()
        for area in pool:
            if (
                area.code > after
                and (tier is None or area.tier is tier)
                and all(word in area.search_name for word in words)
            ):
                yield area

    def successors(self, code: str) -> tuple[Succession, ...]:
        """What became of the area in a later edition, by the later code."""
        return self._after.get(AreaCode(code), ())

    def predecessors(self, code: str) -> tuple[Succession, ...]:
        """What the area was made from, by the older code."""
        return self._before.get(AreaCode(code), ())


def _grouped(
    ways: Iterable[Succession], key: Callable[[Succession], AreaCode]
) -> dict[AreaCode, tuple[Succession, ...]]:
    """Successions by the code that `key` reads, each group in the order of the codes."""
    found: dict[AreaCode, list[Succession]] = {}
    for way in sorted(ways):
        found.setdefault(key(way), []).append(way)
    return {code: tuple(group) for code, group in found.items()}
