"""Clocks of a service request: one for the whole from acceptance on, one for each step. 5, 6 and 8 stop them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.deadlines import service as deadlines_service
from app.deadlines.errors import ExtensionTooShort
from app.deadlines.terms import Clock, PauseCause, Timing
from app.kit.ids import StaffId, TenantId, UnitId
from app.service_requests.models import RequestStep, ServiceRequest
from app.service_requests.terms import HELD, RequestBooks, RequestState, StepState

CAUSES: Final = {
    RequestState.SUPPLEMENT_REQUESTED: PauseCause.SUPPLEMENT,
    RequestState.PAYMENT_REQUESTED: PauseCause.PAYMENT,
    RequestState.STOPPED: PauseCause.STOPPED,
}


def start(books: RequestBooks, tenant_id: TenantId, unit_id: UnitId, working_days: int, at: datetime) -> Timing:
    """A clock of the unit's calendar."""
    area = books.directory.unit(tenant_id, unit_id).area_code
    return deadlines_service.start_statutory(
        books.calendars, tenant_id, working_days=working_days, at=at, unit_id=unit_id, area=area
    )


def appointment(books: RequestBooks, request: ServiceRequest, at: datetime) -> Timing:
    """The clock of the whole as it would run from `at` on; its end is the appointment."""
    return start(books, TenantId(request.tenant_id), UnitId(request.receiver_id), request.working_days, at)


def appoint(books: RequestBooks, request: ServiceRequest, timing: Timing, at: datetime) -> None:
    """The request with its first appointment, which stays what figures count by."""
    put_whole(books, request, timing, at)
    request.original_due_at = timing.due_at


def put_whole(books: RequestBooks, request: ServiceRequest, timing: Timing, at: datetime) -> None:
    """The request as its clock says; figures may count by the same clock without what offices have added to it."""
    stands = timing.clock.paused
    request.clock = deadlines_service.clock_values(timing.clock)
    request.due_at = request.lawful_due_at = timing.due_at
    if timing.clock.extensions:
        plain = replace(timing.clock, extensions=())
        request.lawful_due_at = deadlines_service.recount_clock(
            books.calendars, TenantId(request.tenant_id), plain, at=at
        ).due_at
    request.paused_at = stands.since if stands else None
    if timing.due_at > at:
        request.overdue_at = None  # the new date may be missed again, and is told again


def closing(books: RequestBooks, request: ServiceRequest, at: datetime) -> datetime:
    """When the office closes on the day of `at`: an appointment is kept at a counter, not at midnight."""
    assert request.clock is not None, "there is an appointment"
    clock = deadlines_service.clock_from(request.clock)
    return deadlines_service.office_closes(books.calendars, TenantId(request.tenant_id), clock, at)


def put_step(step: RequestStep, timing: Timing, at: datetime) -> None:
    """The step as its clock says."""
    step.clock = deadlines_service.clock_values(timing.clock)
    step.due_at = timing.due_at
    if timing.due_at > at:
        step.reminded_at = step.overdue_at = None


def start_opened(books: RequestBooks, tenant_id: TenantId, steps: Sequence[RequestStep], at: datetime) -> None:
    """Every step that is at work and has no clock gets one."""
    for step in steps:
        if step.state == StepState.OPEN and step.clock is None:
            put_step(step, start(books, tenant_id, UnitId(step.unit_id), step.working_days, at), at)


def follow(
    books: RequestBooks,
    request: ServiceRequest,
    steps: Sequence[RequestStep],
    *,
    before: RequestState,
    at: datetime,
) -> None:
    """Stop and start the clocks as the state has changed; what is over stays as it was."""
    after = RequestState(request.state)
    if before is after or request.closed_at is not None:
        return
    tenant_id, cause = TenantId(request.tenant_id), CAUSES.get(after)

    def changed(clock: Clock) -> Timing:
        timing = Timing(clock, at)
        if clock.paused is not None:
            timing = deadlines_service.resume_clock(books.calendars, tenant_id, clock, at=at)
        if cause is not None:
            timing = deadlines_service.pause_clock(books.calendars, tenant_id, timing.clock, cause=cause, at=at)
        return timing

    if before not in HELD and cause is None:
        return
    if request.clock is not None:
        put_whole(books, request, changed(deadlines_service.clock_from(request.clock)), at)
    for step in steps:
        if step.state == StepState.OPEN and step.clock is not None:
            put_step(step, changed(deadlines_service.clock_from(step.clock)), at)


def give_time(
    books: RequestBooks,
    request: ServiceRequest,
    steps: Sequence[RequestStep],
    *,
    to: date,
    reason: str,
    by: StaffId | None,
    at: datetime,
) -> Timing:
    """The whole due at the end of `to`, and the steps that are open with it. Raises: as `extend_clock`."""
    assert request.clock is not None
    clock = deadlines_service.clock_from(request.clock)
    timing = deadlines_service.extend_clock(
        books.calendars, TenantId(request.tenant_id), clock, to=to, reason=reason, by=by, at=at
    )
    put_whole(books, request, timing, at)
    _extend_steps(books, steps, to=to, reason=reason, by=by, at=at)
    return timing


def _extend_steps(
    books: RequestBooks,
    steps: Sequence[RequestStep],
    *,
    to: date,
    reason: str,
    by: StaffId | None,
    at: datetime,
) -> None:
    """The open steps may last as long as the whole; a step that had longer keeps that."""
    for step in steps:
        if step.state != StepState.OPEN or step.clock is None:
            continue
        clock = deadlines_service.clock_from(step.clock)
        try:
            timing = deadlines_service.extend_clock(
                books.calendars, TenantId(step.tenant_id), clock, to=to, reason=reason, by=by, at=at
            )
        except ExtensionTooShort:
            continue
        put_step(step, timing, at)
