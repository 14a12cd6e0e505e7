"""An app as it keeps what it was told: the device's own copy, made of nothing but what `/me/changes` said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

CHANGES = "/api/v1/me/changes"


@dataclass
class Copy:
    """What an account's device holds; `seen` counts every place in the order of changes that came."""

    client: httpx.AsyncClient
    mine: dict[str, str] = field(repr=False)
    cursor: str | None = None
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: Counter[int] = field(default_factory=Counter)

    async def page(self, limit: int = 100, **headers: str) -> httpx.Response:
        """The answer for what is next."""
        query = {"limit": str(limit), **({"cursor": self.cursor} if self.cursor else {})}
        return await self.client.get(CHANGES, params=query, headers={**self.mine, **headers})

    def take(self, page: dict[str, Any]) -> list[dict[str, Any]]:
        """Keep a page together with its cursor, as an app does in one transaction of its own."""
        for item in page["items"]:
            assert not self.seen[item["number"]], f"number {item['number']} came twice"
            self.seen[item["number"]] += 1
            if item.get("gone"):
                self._remove(item)
            else:
                self.things[f"{item['about']}/{item['id']}"] = item
        self.cursor = page["next_cursor"]
        items: list[dict[str, Any]] = page["items"]
        return items

    def _remove(self, item: dict[str, Any]) -> None:
        whole = item["kind"] in {"report", "service_request"}
        gone = [key for key in self.things if key == f"{item['about']}/{item['id']}"]
        gone += [key for key in self.things if whole and key.startswith(item["about"])]
        for key in set(gone):
            del self.things[key]

    async def catch_up(self, limit: int = 100) -> list[dict[str, Any]]:
        """Everything new, page by page."""
        items: list[dict[str, Any]] = []
        while True:
            answer = await self.page(limit)
            assert answer.status_code == 200, answer.text
            items += self.take(answer.json())
            if not answer.json()["more"]:
                return items

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What it holds of a kind, in the order in which it came."""
        return sorted((one for one in self.things.values() if one["kind"] == kind), key=lambda one: one["number"])


def visits(node: dict[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Table, kind of node, and rows looked at, of everything in a plan that read a table."""
    if "Relation Name" in node and node["Actual Loops"]:
        dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield node["Relation Name"], node["Node Type"], (node["Actual Rows"] + dropped) * node["Actual Loops"]
    for below in node.get("Plans", ()):
        yield from visits(below)
