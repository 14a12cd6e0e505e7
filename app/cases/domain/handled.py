"""What became of the cases that one unit answers for, of one month: counted, and not yet put together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple
from uuid import UUID

FIRST_DAY: Final = date(1970, 1, 1)
SPAN: Final = 100_000  # days that a span's two halves are apart


class Handled(NamedTuple):
    """Cases received in one month by the unit they count for. The first six parts are all of `received`."""

    unit_id: UUID
    month: date  # its first day
    received: int
    on_time: int  # the answer that stands was given by the first due date
    after_due: int  # it was given afterwards
    unanswered: int  # the first due date has passed, and no answer stands
    not_due: int  # no answer stands, and the first due date is to come
    diverted: int  # another law governs them
    withdrawn: int  # by their senders, before they were due
    reopened: int
    reopenings: int
    referrals: int
    spans: list[int]  # from receipt to the first answer, of those that have one: days since FIRST_DAY, SPAN * from + to

    def days(self) -> Iterator[tuple[date, date]]:
        """The spans as days."""
        for span in self.spans:
            received_on, answered_on = divmod(span, SPAN)
            yield FIRST_DAY + timedelta(days=received_on), FIRST_DAY + timedelta(days=answered_on)
