"""The tables of the paths: ours beside the limit, and how each path grows with the number of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .drive import Sample
from .paths import HotPath
from .targets import AT_MOST, Target, Verdicts

GROWTH = Target(1.3, 1.1, AT_MOST, " times slower")


@dataclass(frozen=True, slots=True)
class Row:
    """One path at one size: ours and the limit."""

    path: HotPath
    size: int
    ours: Sample
    limit: Sample

    @property
    def name(self) -> str:
        """The path's, without its place in a table."""
        return self.path.name.strip()

    @property
    def ratio(self) -> float:
        """Our rate as a share of the limit's."""
        return self.ours.rate / self.limit.rate

    @property
    def targets(self) -> list[tuple[str, float, Target]]:
        """What is to be reached here: its name, our figure, the target."""
        path = self.path
        found = (
            ("share", self.ratio, path.share), ("p50", self.ours.p50, path.p50), ("p99", self.ours.p99, path.p99),
        )  # fmt: skip
        return [(name, value, target) for name, value, target in found if target is not None]


def print_table(size: int, rows: Sequence[Row], trips: dict[str, int], verdicts: Verdicts) -> None:
    """All paths at one size."""
    print(f"\n{size:,} cases, one web process; limit in brackets; CPU in ms per request (web + PostgreSQL)\n")
    print(
        "| path | c | req/s | (limit) | share | p50 / p95 / p99 ms | KiB | trips | CPU | (limit) | must / aim | met |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        ours, limit, path = row.ours, row.limit, row.path
        targets = "; ".join(f"{name} {target}" for name, _, target in row.targets)
        print(
            f"| {path.name} | {path.connections} | {ours.rate:,.0f} | ({path.limit_name} {limit.rate:,.0f}) "
            f"| {row.ratio:.2f} | {ours.p50:.1f} / {ours.p95:.1f} / {ours.p99:.1f} | {ours.kib:.1f} "
            f"| {trips.get(path.name, 0)} | {ours.app_ms:.2f} + {ours.pg_ms:.2f} "
            f"| ({limit.app_ms:.2f} + {limit.pg_ms:.2f}) | {targets or '–'} | {_met(row, verdicts)} |"
        )


def _met(row: Row, verdicts: Verdicts) -> str:
    where = f"{row.name}, {row.size:,} cases"
    if row.ours.wrong:
        return verdicts.wrong(f"{where}: {row.ours.wrong} wrong answers")
    if row.limit.wrong:
        return verdicts.wrong(f"{where}: {row.limit.wrong} wrong answers of the limit; the share means nothing")
    met = (f"{name} {verdicts.on(f'{where}: {name}', value, target)}" for name, value, target in row.targets)
    return "; ".join(met) or "–"


def print_growth(sizes: Sequence[int], rows: Sequence[Row], verdicts: Verdicts) -> None:
    """How much slower each path is with more cases, against the smallest size of the same run."""
    if len(sizes) < 2:
        return
    found = {(row.path.name, row.size): row for row in rows}
    larger = sizes[1:]
    print(
        f"\nGrowth against {sizes[0]:,} cases: times slower (times the CPU, times the p99); "
        f"must {GROWTH.must:g}, aim {GROWTH.aim:g} for the paths that have a target\n"
    )
    print("| path | " + " | ".join(f"{size:,}" for size in larger) + " |")
    print("|---|" + "---|" * len(larger))
    for path in dict.fromkeys(row.path.name for row in rows):
        small = found.get((path, sizes[0]))
        if small is not None:
            cells = (_growth(small, found[path, size], verdicts) for size in larger)
            print(f"| {path} | " + " | ".join(cells) + " |")


def _growth(small: Row, large: Row, verdicts: Verdicts) -> str:
    slower = small.ours.rate / large.ours.rate
    cpu = (large.ours.app_ms + large.ours.pg_ms) / (small.ours.app_ms + small.ours.pg_ms)
    told = f"{slower:.2f} ({cpu:.2f}, {large.ours.p99 / small.ours.p99:.2f})"
    if not large.targets:
        return told
    return f"{told} {verdicts.on(f'{large.name}, {large.size:,} cases against {small.size:,}', slower, GROWTH)}"
