"""Who listens, and how he is found: officers by the units they see, reporters by the cases of their reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from app.identity.terms import Actor, CitizenToken, StaffToken
from app.kit.ids import CaseId, CitizenId, ReportId, UnitId
from app.reports.terms import Watched
from app.streams.terms import News, OfficerEyes, ReporterEyes
from app.web.live import Listener

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Officer:
    """Who asks for the stream of the cases he may see."""

    actor: Actor
    token: StaffToken


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who asks for the stream of his reports: all of an account's, or the one of `report`."""

    citizen_id: CitizenId | None = None
    token: CitizenToken | None = None
    report: ReportId | None = None

    @property
    def all_of(self) -> CitizenId | None:
        """The account all of whose reports are meant, None for a single report."""
        return self.citizen_id if self.report is None else None


@dataclass(slots=True, eq=False)
class Seat:
    """One listener, what he stands on, and through whose eyes he sees. Not told anything before it is `ready`."""

    who: Officer | Reporter
    eyes: OfficerEyes | ReporterEyes
    listener: Listener | None = None
    ready: bool = False


class Seating:
    """All seats of a feed. Officers who see the same units are one group."""

    def __init__(self) -> None:
        self.all: set[Seat] = set()
        self._groups: dict[OfficerEyes, set[Seat]] = {}
        self._units: dict[UnitId, set[OfficerEyes]] = {}
        self._cases: dict[CaseId, set[Seat]] = {}
        self._citizens: dict[CitizenId, set[Seat]] = {}

    def add(self, seat: Seat) -> None:
        """Somebody sits down."""
        self.all.add(seat)
        self._index(seat)

    def remove(self, seat: Seat) -> None:
        """He stands up; nothing happens when he has."""
        self.all.discard(seat)
        self._unindex(seat)

    def groups(self, news: News) -> Iterator[tuple[OfficerEyes, Collection[Seat]]]:
        """Officers who see the case now or saw it before, those with the same eyes together."""
        found = set(self._units.get(news.unit_id, ()))
        if news.from_unit_id is not None:
            found |= self._units.get(news.from_unit_id, set())
        found |= {eyes for eyes in self._groups if eyes.whole}
        for eyes in found:
            yield eyes, self._groups[eyes]

    def at_case(self, case_id: CaseId) -> Collection[Seat]:
        """Reporters who have a report there."""
        return self._cases.get(case_id, ())

    def of_citizen(self, citizen_id: CitizenId | None) -> list[Seat]:
        """Seats for all reports of the account."""
        return list(self._citizens.get(citizen_id, ())) if citizen_id is not None else []

    @property
    def citizens(self) -> Collection[CitizenId]:
        """Accounts that hear of all their reports."""
        return self._citizens.keys()

    def see(self, seat: Seat, reports: Iterable[Watched]) -> None:
        """The seat's reports are these too, or stand so now."""
        if seat in self.all and isinstance(seat.eyes, ReporterEyes):
            self._unindex(seat)
            seat.eyes = replace(seat.eyes, reports={**seat.eyes.reports, **{one.id: one for one in reports}})
            self._index(seat)

    def _index(self, seat: Seat) -> None:
        match seat.eyes:
            case OfficerEyes(units=units) as eyes:
                self._groups.setdefault(eyes, set()).add(seat)
                for unit_id in units:
                    self._units.setdefault(unit_id, set()).add(eyes)
            case ReporterEyes(reports=reports):
                for case_id in _cases_of(reports.values()):
                    self._cases.setdefault(case_id, set()).add(seat)
                if isinstance(seat.who, Reporter) and seat.who.all_of is not None:
                    self._citizens.setdefault(seat.who.all_of, set()).add(seat)

    def _unindex(self, seat: Seat) -> None:
        match seat.eyes:
            case OfficerEyes(units=units) as eyes:
                if _removed(self._groups, eyes, seat):
                    for unit_id in units:
                        _removed(self._units, unit_id, eyes)
            case ReporterEyes(reports=reports):
                for case_id in _cases_of(reports.values()):
                    _removed(self._cases, case_id, seat)
                if isinstance(seat.who, Reporter) and seat.who.all_of is not None:
                    _removed(self._citizens, seat.who.all_of, seat)


def _removed(index: dict[K, set[V]], key: K, value: V) -> bool:
    """Whether `value` was the last one at `key`, which is gone then."""
    held = index.get(key)
    if held is None:
        return False
    held.discard(value)
    if held:
        return False
    del index[key]
    return True


def _cases_of(reports: Iterable[Watched]) -> set[CaseId]:
    return {case_id for report in reports for case_id in (report.opened_case_id, report.case_id)}
