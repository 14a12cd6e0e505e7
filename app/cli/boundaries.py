"""What a check of boundaries found, as sentences."""

from __future__ import annotations

from collections.abc import Iterator

from app.directory.domain import BoundaryReport, Fit
from app.directory.service import first_of
from app.kit.text import Text


def described(report: BoundaryReport) -> Iterator[Text]:
    """What the file holds, how it fits the map, and what could not be checked and why."""
    counts = ", ".join(f"{tier.value} {count}" for tier, count in report.counts.items())
    yield Text(
        "{edition}: {counts}; thay thế {replaced}; chồng lấn {overlap:.1f} km²",
        "{edition}: {counts}; {replaced} replaced; {overlap:.1f} km² overlap",
    ).fill(edition=report.edition, counts=counts, replaced=report.replaced, overlap=report.overlap_km2)
    yield from first_of([_fit(fit) for fit in report.fits])
    if report.undrawn_parents:
        more = len(report.undrawn_parents) - 3
        names = ", ".join(report.undrawn_parents[:3]) + (f" (+{more})" if more > 0 else "")
        yield Text(
            "Không kiểm tra được khoảng trống: chưa có ranh giới của {names}. Hãy nạp cả cấp trên.",
            "Gaps could not be checked: there is no boundary of {names} itself. Import the tier above too.",
        ).fill(names=names)
    yield from first_of(
        [
            Text(
                "Hãy xem lại {code} {name}: ranh giới cách tâm đã biết {km} km. Có nhầm mã không?",
                "Look at {code} {name} again: its boundary is {km} km from its known centre. Is the code right?",
            ).fill(code=stray.code, name=stray.name, km=stray.km)
            for stray in report.strays
        ]
    )


def _fit(fit: Fit) -> Text:
    said = {"code": fit.code, "name": fit.name, "gap": fit.gap_km2, "out": fit.outside_km2}
    if fit.children_without_boundary:
        return Text(
            "{code} {name}: cấp dưới vượt ra ngoài {out:.1f} km²; chưa kiểm tra được khoảng trống vì {n} đơn vị "
            "cấp dưới chưa có ranh giới",
            "{code} {name}: {out:.1f} km² of its parts lie outside; gaps could not be checked, because {n} parts "
            "have no boundary yet",
        ).fill(**said, n=fit.children_without_boundary)
    return Text(
        "{code} {name}: cấp dưới để trống {gap:.1f} km², vượt ra ngoài {out:.1f} km²",
        "{code} {name}: its parts leave {gap:.1f} km² empty, {out:.1f} km² of them lie outside",
    ).fill(**said)
