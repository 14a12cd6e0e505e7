"""Whatever fails in a batch: the rest is handled once, each case in order up to its first failure."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given, strategies as st

from app.outbox.domain import MAX_ATTEMPTS, PAUSES
from app.outbox.service.handling import BRAKE, ConsumerBroken, separate
from app.outbox.terms import Message

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def message(position: int, case: int) -> Message:
    return Message(1, position, UUID(int=position), "case.noted", 1, UUID(int=case), position, AT, False, {})


batches = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), max_size=60)  # (case, 0 fails)


@given(batches, st.integers(0, 60))
def test_each_case_is_handled_once_in_order_up_to_its_first_failure(rows: list[tuple[int, int]], cut: int) -> None:
    messages = [message(number, case) for number, (case, _) in enumerate(rows)]
    poison = {number for number, (_, luck) in enumerate(rows) if luck == 0}
    handled: dict[UUID, list[int]] = defaultdict(list)
    attempts = 0

    async def attempt(part: Sequence[Message]) -> None:
        nonlocal attempts
        attempts += 1
        assert part
        if any(one.position in poison for one in part):
            raise LookupError
        for one in part:
            handled[one.subject_id].append(one.position)

    firsts = {case: number for number, (case, _) in reversed(list(enumerate(rows)))}
    if len(firsts) > 1 and poison.issuperset(firsts.values()):
        with pytest.raises(ConsumerBroken):
            asyncio.run(separate([messages[:cut], messages[cut:]], attempt))
        return
    outcome = asyncio.run(separate([messages[:cut], messages[cut:]], attempt))
    for case in {one.subject_id for one in messages}:
        positions = [one.position for one in messages if one.subject_id == case]
        first = next((position for position in positions if position in poison), None)
        wanted = positions if first is None else positions[: positions.index(first)]
        assert handled[case] == wanted
        assert (case in outcome.failed) is (first is not None)
        if first is not None:
            assert outcome.failed[case][0].position == first
    assert outcome.handled == sum(map(len, handled.values()))
    assert attempts <= 2 + 14 * len(outcome.failed)


@given(st.integers(2, 200))
def test_a_consumer_for_which_everything_fails_is_found_out_before_all_is_tried(cases: int) -> None:
    attempts = 0

    async def attempt(part: Sequence[Message]) -> None:
        nonlocal attempts
        attempts += 1
        raise LookupError

    with pytest.raises(ConsumerBroken):
        asyncio.run(separate([[message(number, number) for number in range(cases)]], attempt))
    assert attempts <= 2 * BRAKE + 9


@given(st.integers(BRAKE, 3 * BRAKE), st.lists(st.integers(1, 9), min_size=1, max_size=100))
def test_bad_cases_at_the_front_stop_none_of_those_behind_them(bad: int, behind: list[int]) -> None:
    handled: dict[int, list[int]] = defaultdict(list)

    async def attempt(part: Sequence[Message]) -> None:
        if any(one.position < bad for one in part):
            raise LookupError
        for one in part:
            handled[one.subject_id.int].append(one.position)

    messages = [message(number, 1000 + number) for number in range(bad)]
    messages += [message(number, case) for number, case in enumerate(behind, bad)]
    outcome = asyncio.run(separate([messages], attempt))
    assert (outcome.handled, len(outcome.failed)) == (len(behind), bad)
    assert handled == {case: [bad + at for at, one in enumerate(behind) if one == case] for case in set(behind)}


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_a_pause_grows_to_its_limit_and_is_cut_by_half_at_most(attempts: int, chance: float) -> None:
    pause = PAUSES.after(attempts, chance)
    whole = PAUSES.after(attempts, 0)
    assert timedelta(seconds=1) <= whole / 2 <= pause <= whole <= PAUSES.longest
    assert PAUSES.after(attempts + 1, 0) >= whole


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=MAX_ATTEMPTS - 1, max_size=MAX_ATTEMPTS - 1))
@example([0.0] * (MAX_ATTEMPTS - 1))
@example([0.999] * (MAX_ATTEMPTS - 1))
def test_a_message_is_tried_for_a_night_and_dies_within_a_day_or_so(chances: list[float]) -> None:
    tried_for = sum((PAUSES.after(number, chance) for number, chance in enumerate(chances, 1)), timedelta())
    assert timedelta(hours=12) <= tried_for <= timedelta(hours=24, minutes=15), "as docs/operations.md says"
