"""One service request, or one payment, that cannot be worked on keeps nobody else waiting, and is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.cli.doctor.requests import examine_requests
from app.condition import read_condition
from app.db.engine import Database
from app.kit.clock import FixedClock
from app.process import Process
from app.service_requests.service import sweeping
from app.worker import sweeps
from app.worker.payments import Payments
from tests.applicants import MARITAL, MARRIED, Life, Offices, an_applicant
from tests.builders import CAM_THUONG, HAIDUONG
from tests.treasury import a_payment, a_subject

BROKEN = 2**31 - 1  # no version comes after it


async def test_what_cannot_be_swept_keeps_the_others_from_nothing_and_is_seen(
    life: Life,
    at_work: Offices,
    process: Process,
    db: Database,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    lives = [life, *[Life(life.client, await an_applicant(life.client)) for _ in range(3)]]
    for at, one in enumerate(lives):
        answers = {**MARRIED, "copies": at + 1}
        assert (await one.file(procedure=MARITAL, answers=answers)).status_code == 201
        assert (await one.do(at_work.commune, "accept")).status_code == 200
        await a_payment(process, a_subject(process, CAM_THUONG))
    bad = [one.code for one in lives[:2]]
    await db.lane.fetch("UPDATE service_requests SET version = $1 WHERE code = ANY ($2)", BROKEN, bad)
    await db.lane.fetch(
        "UPDATE payment_requests SET version = $1 WHERE id = (SELECT id FROM payment_requests ORDER BY due_at LIMIT 1)",
        BROKEN,
    )
    monkeypatch.setattr(sweeping, "BATCH", 2)  # the broken ones are a batch of their own
    clock.at += timedelta(days=40)

    assert await sweeps.sweep_requests(process) == 4, "two appointments, two steps"
    assert await sweeps.sweep_requests(process) == 0
    late = await db.lane.fetch("SELECT code, overdue_at FROM service_requests ORDER BY id")
    assert [row["code"] for row in late if row["overdue_at"] is None] == bad
    assert caplog.text.count("cannot be swept") == 4, "each is tried again, and named"
    async with Payments(process) as payments:
        assert await payments.expire() == 3
        assert await payments.expire() == 0
    assert "payment request" in caplog.text
    counted = process.metrics.registry.get_sample_value
    for loop, times in (("requests", 4), ("payments.expire", 2)):
        assert counted("lienthong_worker_passed_over_total", {"loop": loop}) == times

    tenant = process.books.directory.tenant(HAIDUONG)
    (condition,) = await read_condition(db, [tenant], clock.now())
    assert (condition.requests[1:], condition.payments.unended) == ((2, 2), 1)
    told = "\n".join(one.sentence.en for one in examine_requests(condition, clock.now()))
    assert "2 late service requests are not marked so, 2 late steps" in told
    assert "1 payment requests are past their date" in told
