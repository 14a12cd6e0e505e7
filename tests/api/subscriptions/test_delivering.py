"""Events on the wire: signed, in order, at least once, and no endpoint in the way of another."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.cases import service as cases
from app.cases.terms import CaseState
from app.cli.doctor.deliveries import examine_deliveries
from app.condition import read_condition
from tests.api.subscriptions.conftest import PUBLIC, Desk
from tests.builders import CAM_THUONG, CITY, HAIDUONG, THANH_MIEN, a_case, acting, someone
from tests.receivers import Arrival, Manner, receiving
from tests.statements import Statements


async def test_a_subscriber_can_check_who_sent_it_and_read_it_by_the_standards(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url, ["case.opened", "publication.published"])
        filed = await a_case(desk.process, CaseState.RESOLVED)
        await desk.work_off()
    assert [arrival.event["type"] for arrival in receiver.arrivals] == ["case.opened", "publication.published"]
    for arrival in receiver.arrivals:
        told = Webhook(made["secret"]).verify(arrival.body, arrival.headers)
        event = arrival.parsed()
        assert event.get_id() == arrival.id == told["id"]
        assert event.get_specversion() == "1.0"
        assert event.get_source() == "urn:lienthong:haiduong"
        assert event.get_subject() == filed.code
        assert event.get_datacontenttype() == "application/json"
        assert event.get_time() == desk.clock.now()
        assert arrival.headers["content-type"].startswith("application/cloudevents+json")
        assert arrival.headers["host"] == f"127.0.0.1:{receiver.port}"
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(arrival.body + b" ", arrival.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(made["secret"]).verify(arrival.body, {**arrival.headers, "webhook-id": "another"})
    opened, published = (arrival.event for arrival in receiver.arrivals)
    assert set(opened["data"]) == {"code", "state", "unit_id", "unit", "actor_kind", "due_at"}
    assert opened["data"]["unit"] == CAM_THUONG
    assert opened["data"]["due_at"].endswith("Z")
    assert published["data"]["state"] == "resolved"
    assert opened["sequence"] < published["sequence"]
    assert [one["state"] for one in await desk.log(made)] == ["delivered", "delivered"]


async def test_both_secrets_sign_while_they_overlap(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        rotated = (await desk.ask("POST", f"/{made['id']}/secret", {"overlap_hours": 2})).json()
        assert rotated["secret"] != made["secret"]
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        (arrival,) = receiver.arrivals
        assert len(arrival.headers["webhook-signature"].split(" ")) == 2
        for secret in (made["secret"], rotated["secret"]):
            assert Webhook(secret).verify(arrival.body, arrival.headers)
        refused = await desk.ask("POST", f"/{made['id']}/secret", {"overlap_hours": 1})
        until, problem = rotated["previous_secret_until_at"], refused.json()
        assert (refused.status_code, problem["type"]) == (409, "/problems/secrets-overlap")
        assert problem["previous_secret_until_at"] == until
        assert until in problem["detail"]
        assert "overlap_hours: 0" in problem["detail"]
        assert (await desk.get(made))["previous_secret_until_at"] == until
        desk.clock.at += timedelta(hours=2, seconds=1)
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        assert len(receiver.arrivals[1].headers["webhook-signature"].split(" ")) == 1
        between = (await desk.ask("POST", f"/{made['id']}/secret", {"overlap_hours": 2})).json()
        assert (await desk.ask("POST", f"/{made['id']}/secret", {"overlap_hours": 0})).status_code == 200
        await desk.note((desk.subject(), 1))
        await desk.work_off()
    for leaked in (rotated, between):
        with pytest.raises(WebhookVerificationError):
            Webhook(leaked["secret"]).verify(receiver.arrivals[2].body, receiver.arrivals[2].headers)


BAD = {
    Manner.BROKEN: ("refused", 500),
    Manner.HANGING: ("timeout", None),
    Manner.DRIPPING: ("timeout", None),
    Manner.HALFWAY: ("unreachable", None),
    Manner.MUTE: ("unreachable", None),
    Manner.NOISE: ("unreachable", None),
    Manner.REDIRECTING: ("refused", 307),
}


@pytest.mark.parametrize("manner", BAD, ids=str)
async def test_an_endpoint_that_behaves_badly_is_tried_again_with_the_same_id(desk: Desk, manner: Manner) -> None:
    async with receiving() as elsewhere, receiving(manner) as receiver:
        receiver.location = elsewhere.url
        made = await desk.subscribe(receiver.url)
        await desk.note((desk.subject(), 1))
        begin = time.monotonic()
        await desk.work_off()
        assert time.monotonic() - begin < 5
        (delivery,) = await desk.log(made)
        outcome, status = BAD[manner]
        assert (delivery["state"], delivery["last_outcome"], delivery["last_status"]) == ("waiting", outcome, status)
        assert desk.clock.now() < desk.clock.now().fromisoformat(delivery["next_at"])
        await desk.work_off()
        assert len(receiver.arrivals) == 1, "it waits before it tries again"
        receiver.manner = lambda _: Manner.GOOD
        desk.clock.at += timedelta(seconds=6)
        await desk.work_off()
        (delivery,) = await desk.log(made)
        assert (delivery["state"], delivery["attempts"]) == ("delivered", 2)
        assert len({arrival.id for arrival in receiver.arrivals}) == 1
        assert elsewhere.arrivals == [], "redirects are not followed"


async def test_of_a_huge_answer_only_the_beginning_is_read(desk: Desk) -> None:
    async with receiving(Manner.HUGE) as receiver:
        made = await desk.subscribe(receiver.url)
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        (delivery,) = await desk.log(made)
        assert (delivery["state"], delivery["last_excerpt"]) == ("delivered", "x" * 500)
        await asyncio.sleep(0.1)
        assert receiver.sent_bytes < 16_000_000, "what the sockets of both sides hold, and no more"


async def test_a_case_is_told_of_in_order_and_others_do_not_wait_for_it(desk: Desk) -> None:
    stuck, free = desk.subject(), desk.subject()

    def manner(arrival: Arrival) -> Manner:
        first = arrival.event["subject"].endswith(stuck.hex[-6:]) and arrival.event["subjectversion"] == 1
        return Manner.BROKEN if first and not mended else Manner.GOOD

    mended = False
    async with receiving(manner) as receiver:
        await desk.subscribe(receiver.url)
        for number in range(1, 6):
            await desk.note((stuck, number), (free, number))
        await desk.work_off()
        told = [(one.event["subject"][-6:], one.event["subjectversion"]) for one in receiver.arrivals]
        assert [number for subject, number in told if subject == free.hex[-6:]] == [1, 2, 3, 4, 5]
        assert [number for subject, number in told if subject == stuck.hex[-6:]] == [1]
        mended = True
        desk.clock.at += timedelta(seconds=6)
        await desk.work_off()
        told = [(one.event["subject"][-6:], one.event["subjectversion"]) for one in receiver.arrivals]
        assert [number for subject, number in told if subject == stuck.hex[-6:]] == [1, 1, 2, 3, 4, 5]


async def test_an_endpoint_that_hangs_delays_no_other_and_is_asked_little(desk: Desk) -> None:
    async with receiving(Manner.HANGING) as hanging, receiving(Manner.SLOW) as slow, receiving() as healthy:
        for receiver in (hanging, slow, healthy):
            await desk.subscribe(receiver.url)
        subjects = [desk.subject() for _ in range(20)]
        await desk.note(*((subject, 1) for subject in subjects))
        await desk.number()
        begin = time.monotonic()
        delivering = asyncio.create_task(desk.deliveries.settle())
        async with asyncio.timeout(10):
            while len(healthy.arrivals) < 20:
                await asyncio.sleep(0.005)
        quick = time.monotonic() - begin
        await delivering
        # a hanging request takes half a second, and twenty of them would take 2.5 s four at a time
        assert healthy.arrivals[-1].at - begin < 2
        assert quick < 2
        assert slow.most_open == hanging.most_open == 4
        assert len(slow.arrivals) == 20
        assert len(hanging.arrivals) < 20, "after a few failures in a row the endpoint is left alone for a while"


async def test_a_dead_endpoint_is_paused_and_nothing_is_lost(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async with receiving(Manner.BROKEN) as receiver:
        made = await desk.subscribe(receiver.url)
        subjects = [desk.subject() for _ in range(3)]
        for number in (1, 2):
            await desk.note(*((subject, number) for subject in subjects))
        begin = desk.clock.now()
        while (stands := await desk.get(made))["state"] == "active":
            await desk.work_off()
            desk.clock.at += timedelta(hours=2)
            assert desk.clock.now() - begin < timedelta(days=5)
        assert timedelta(days=3) <= desk.clock.now() - begin < timedelta(days=4)
        assert stands["pause_reason"] == "unreachable"
        assert "is paused: unreachable" in caplog.text
        told = await desk.process.db.lane.fetch(
            "SELECT subject_id, payload::text AS said FROM outbox_messages WHERE type = 'subscription.paused'"
        )
        assert [str(row["subject_id"]) for row in told] == [made["id"]]
        assert all('"unreachable"' in row["said"] for row in told)
        assert len(receiver.arrivals) < 150
        tried = len(receiver.arrivals)
        await desk.note((subjects[0], 3))
        desk.clock.at += timedelta(days=1)
        await desk.work_off()
        assert len(receiver.arrivals) == tried, "a paused subscription is left alone"
        metrics = (await desk.client.get("/metrics")).text
        assert 'lienthong_subscriptions_paused{tenant="haiduong"} 1.0' in metrics
        assert 'lienthong_deliveries_held{tenant="haiduong"} 7.0' in metrics
        tenant = desk.process.directory.current.tenant(HAIDUONG)
        (condition,) = await read_condition(desk.process.db, [tenant], desk.clock.now())
        assert [found.sentence.en[:30] for found in examine_deliveries(condition, desk.clock.now())] == [
            "haiduong: 1 subscriptions are "
        ]
        receiver.manner = lambda _: Manner.GOOD
        receiver.arrivals.clear()
        assert (await desk.ask("POST", f"/{made['id']}/resume")).json()["state"] == "active"
        await desk.work_off()
    versions = {
        subject: [one.event["subjectversion"] for one in receiver.arrivals if one.event["subject"] == subject]
        for subject in receiver.by_subject()
    }
    assert sorted(versions.values()) == [[1, 2], [1, 2], [1, 2, 3]]


async def test_one_event_that_is_never_accepted_dies_alone(desk: Desk) -> None:
    poison = desk.subject()
    async with receiving(
        lambda one: Manner.BROKEN if one.event["subject"].endswith(poison.hex[-6:]) else Manner.GOOD
    ) as receiver:
        made = await desk.subscribe(receiver.url)
        await desk.note((poison, 1), (poison, 2))
        for _ in range(8 * 4):
            await desk.note((desk.subject(), 1))
            await desk.work_off()
            desk.clock.at += timedelta(hours=3)
        assert (await desk.get(made))["state"] == "active"
        dead = await desk.log(made, state="dead")
        assert [(one["type"], one["last_outcome"]) for one in dead] == [("case.noted", "refused")]
        receiver.manner = lambda _: Manner.GOOD
        again = await desk.ask("POST", f"/{made['id']}/deliveries/{dead[0]['id']}/redeliver")
        assert again.status_code == 202
        await desk.work_off()
        assert receiver.arrivals[-1].id == dead[0]["id"] or dead[0]["id"] in {one.id for one in receiver.arrivals[-2:]}
        assert await desk.log(made, state="dead") == []


async def test_an_endpoint_that_is_gone_is_paused_at_once(desk: Desk) -> None:
    async with receiving(Manner.GONE) as receiver:
        made = await desk.subscribe(receiver.url)
        await desk.note((desk.subject(), 1))
        await desk.work_off()
        stands = await desk.get(made)
        assert (stands["state"], stands["pause_reason"]) == ("paused", "gone")


async def test_what_is_withdrawn_before_it_was_delivered_is_never_told(desk: Desk) -> None:
    async with receiving(Manner.BROKEN) as receiver:
        await desk.subscribe(receiver.url, PUBLIC, area="10507")
        filed = await a_case(desk.process, CaseState.RESOLVED)
        await desk.work_off()
        assert "data" in receiver.arrivals[0].event
        assert receiver.arrivals[0].event["data"]["title"]
        dispatcher = someone(desk.process, filed.unit)
        await acting(
            desk.process, cases.withhold_case, dispatcher, code=filed.code, seen=filed.version, comment="Lộ tên"
        )
        receiver.manner = lambda _: Manner.GOOD
        receiver.arrivals.clear()
        desk.clock.at += timedelta(minutes=1)
        await desk.work_off()
        await desk.work_off()
    told = [(one.event["type"], one.event["data"]) for one in receiver.arrivals]
    assert told == [
        ("publication.published", {"code": filed.code}),
        ("publication.withdrawn", {"code": filed.code}),
    ]
    assert receiver.arrivals[0].event["superseded"] is True


async def test_filters_are_by_area_category_and_unit_with_all_below_them(desk: Desk) -> None:
    async with receiving() as inside, receiving() as outside:
        for given in (
            {"area": "288"},  # the city, as the case lies in a ward of it
            {"category": "lighting"},
            {"unit": CITY},
            {"area": "10507", "category": "lighting.street_lamp", "unit": CAM_THUONG},
        ):
            await desk.subscribe(inside.url, ["case.opened"], **given, name=f"inside {given}")
        for given in ({"area": "10510"}, {"category": "roads"}, {"unit": THANH_MIEN}):
            await desk.subscribe(outside.url, ["case.opened"], **given, name=f"outside {given}")
        await a_case(desk.process)
        await desk.work_off()
        assert (len(inside.arrivals), len(outside.arrivals)) == (4, 0)


async def test_a_trial_shows_whether_an_endpoint_answers_even_while_paused(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        await desk.ask("POST", f"/{made['id']}/pause")
        await desk.note((desk.subject(), 1))
        trial = (await desk.ask("POST", f"/{made['id']}/trial")).json()
        await desk.work_off()
        (arrival,) = receiver.arrivals
        assert (arrival.id, arrival.event["type"]) == (trial["id"], "subscription.trial")
        assert Webhook(made["secret"]).verify(arrival.body, arrival.headers)
        receiver.manner = lambda _: Manner.BROKEN
        await desk.ask("POST", f"/{made['id']}/trial")
        await desk.work_off()
        desk.clock.at += timedelta(days=1)
        await desk.work_off()
        log = await desk.log(made)
        assert [(one["type"], one["state"]) for one in log] == [
            ("case.noted", "waiting"),
            ("subscription.trial", "delivered"),
            ("subscription.trial", "dead"),
        ]
        assert (await desk.get(made))["failures"] == 0
        tenant = desk.process.directory.current.tenant(HAIDUONG)
        (condition,) = await read_condition(desk.process.db, [tenant], desk.clock.now())
        told = [found.sentence.en for found in examine_deliveries(condition, desk.clock.now())]
        assert any("1 deliveries were given up" in one and "the one attempt of a trial failed" in one for one in told)


async def test_a_clock_set_back_neither_stalls_what_waits_nor_has_it_sent_again_and_again(desk: Desk) -> None:
    async with receiving() as healthy, receiving(Manner.BROKEN) as broken:
        for receiver in (healthy, broken):
            await desk.subscribe(receiver.url)
        subjects = [desk.subject() for _ in range(4)]
        await desk.deliveries.settle()  # the worker has seen the clock as it was
        await desk.note(*((subject, 1) for subject in subjects))
        await desk.number()
        desk.clock.at -= timedelta(hours=1)
        await desk.work_off()
        assert len(healthy.arrivals) == 4, "what was written an hour ahead does not wait for an hour"
        tried = len(broken.arrivals)
        assert tried == 4
        for _ in range(3):
            await desk.work_off()
        assert len(broken.arrivals) == tried, "what has failed rests as ever"
        broken.manner = lambda _: Manner.GOOD
        desk.clock.at += timedelta(seconds=6)
        await desk.work_off()
        assert len(broken.arrivals) == tried + 4


async def test_what_happens_to_a_case_in_one_go_is_told_in_one_round_over_kept_connections(desk: Desk) -> None:
    async with receiving() as receiver:
        made = await desk.subscribe(receiver.url)
        subjects = [desk.subject() for _ in range(6)]
        for number in range(1, 9):
            await desk.note(*((subject, number) for subject in subjects))
        await desk.work_off()
        assert len(receiver.arrivals) == 48
        told = receiver.by_subject()
        assert [len(ids) for ids in told.values()] == [8] * 6
        for subject in told:
            versions = [one.event["subjectversion"] for one in receiver.arrivals if one.event["subject"] == subject]
            assert versions == list(range(1, 9)), "in order, and each once"
        log = await desk.log(made, limit=100)
        assert {(one["state"], one["attempts"], one["last_status"]) for one in log} == {("delivered", 1, 204)}


async def test_claims_grow_while_all_is_accepted(desk: Desk, statements: Statements) -> None:
    async with receiving() as receiver:
        await desk.subscribe(receiver.url)
        await desk.note(*((desk.subject(), 1) for _ in range(80)))
        await desk.number()
        statements.clear()
        await desk.deliveries.settle()
        assert len(receiver.arrivals) == 80
        claims = [text for text in statements.texts if text.lstrip().startswith("WITH listens")]
        assert len(claims) == 4, "4, 16 and the other 60; the last finds nothing"
        single = [text for text in statements.texts if "FOR UPDATE" in text and text not in claims]
        assert single == [], "what was accepted is not settled one by one"
