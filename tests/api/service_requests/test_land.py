"""The land procedure from an applicant through commune, district and province and back, by the API alone."""

from __future__ import annotations

from datetime import timedelta

from app.db.engine import Database
from app.kit.clock import FixedClock
from app.media import service as media
from app.media.store import FolderStore
from app.process import Process
from app.worker import sweeps
from tests.api.service_requests.conftest import Upload
from tests.applicants import Life, Offices
from tests.builders import an_officer


async def documents(upload: Upload) -> list[dict[str, str]]:
    return [{"document": name, "upload": await upload(), "name": name} for name in ("certificate", "contract")]


async def test_land_travels_through_three_tiers_with_a_supplement_and_a_lateness(
    life: Life,
    at_work: Offices,
    upload: Upload,
    store: FolderStore,
    process: Process,
    db: Database,
    clock: FixedClock,
) -> None:
    filed = await life.file(documents=await documents(upload))
    assert filed.status_code == 201, filed.text
    assert life.code.startswith("H23.21.01-261120-")
    assert filed.json()["national_code"] == 1
    one = await life.own()
    assert one["state_label"]["vi"] == "Mới đăng ký"
    assert [(step["code"], step["unit"]["code"], step["state"]) for step in one["steps"]] == [
        ("receive", "H23.21.01", "open"),
        ("verify_origin", "H23.21.01", "waiting"),
        ("map_extract", "H23.21.83", "waiting"),
        ("obligations", "H23.21", "waiting"),
        ("decide", "H23.03", "waiting"),
        ("return", "H23.21.01", "waiting"),
    ]
    assert one["answers"]["full_name"] == "Nguyễn Thị Hoa", "what the form asks of the applicant is known already"
    assert one["fee"] == "128000"
    assert (await life.seen_by(at_work.department)).status_code == 404, "it is not the province's turn"
    assert (await life.seen_by(at_work.neighbour)).status_code == 404

    missing = [{"about": "contract", "reason": "Trang 2 mờ, không đọc được số thửa."}]
    asked = await life.do(at_work.commune, "ask-supplement", missing=missing, text="Xin chụp lại.")
    assert (asked.status_code, asked.json()["national_code"]) == (200, 5), asked.text
    told = await life.own()
    assert told["missing"]["items"] == missing
    assert told["verbs"] == ["supply", "ask-withdrawal"]
    supplied = await life.ask(
        "supplement", documents=[{"document": "contract", "upload": await upload(), "name": "Trang 2"}]
    )
    assert (supplied.status_code, supplied.json()["state"]) == (200, "submitted"), supplied.text
    again = await life.do(at_work.commune, "ask-supplement", missing=missing)
    assert again.status_code == 409, "the law lets an office ask once"
    assert again.json()["type"].endswith("supplement-asked-already")

    accepted = await life.do(at_work.commune, "accept")
    assert (accepted.status_code, accepted.json()["national_code"]) == (200, 2), accepted.text
    assert accepted.json()["due_at"][:10] == "2026-12-21", "20 working days after Friday 20 November; one is off"
    assert (await life.do(at_work.commune, "complete", step="receive")).json()["national_code"] == 4
    assert (await life.do(at_work.environment, "complete", step="map_extract")).status_code == 404
    done = await life.do(at_work.commune, "complete", step="verify_origin", opinion="Đất ở ổn định từ 1993.")
    assert done.status_code == 200, done.text
    both = await life.own()
    assert [step["code"] for step in both["steps"] if step["state"] == "open"] == ["map_extract", "obligations"]
    assert "Đất ở ổn định" not in str(both), "an opinion is for offices"
    refused = await life.do(at_work.commune, "complete", step="map_extract")
    assert refused.status_code == 403

    asked = await life.do(
        at_work.environment, "consult", step="map_extract", unit="H23.21.82", question="Có quy hoạch đường không?"
    )
    assert asked.status_code == 200, asked.text
    assert (
        (await life.do(at_work.environment, "complete", step="map_extract"))
        .json()["type"]
        .endswith("consultation-pending")
    )
    assert (await life.do(at_work.city, "complete", step="obligations")).status_code == 200

    asked_unit = await life.client.get("/api/v1/staff/service-requests?view=inbox", headers=at_work.environment.headers)
    assert [(line["code"], line["step"]) for line in asked_unit.json()["items"]] == [(life.code, "map_extract")]
    planner = await an_officer(process, unit="H23.21.82")
    given = await life.do(planner, "give-opinion", step="opinion-1", opinion="Không vướng quy hoạch.")
    assert given.status_code == 200, given.text
    assert (await life.do(at_work.environment, "complete", step="map_extract")).status_code == 200

    assert (await life.ask("complaint")).json()["type"].endswith("not-overdue")
    clock.at += timedelta(days=40)
    assert await sweeps.sweep_requests(process) == 2, "the appointment, and the step of the province"
    assert await sweeps.sweep_requests(process) == 0
    life.version += 2
    late = await life.own()
    assert (late["overdue"], late["responsible_unit"]["code"]) == (True, "H23.03")
    complained = await life.ask("complaint", text="Trễ 10 ngày rồi.")
    assert complained.status_code == 200, complained.text
    assert (await life.ask("complaint")).status_code == 409, "once for each date"
    extended = await life.do(at_work.director, "extend", due_on="2027-01-08", reason="Cần đối chiếu bản đồ gốc.")
    assert (extended.status_code, extended.json()["due_at"][:10]) == (200, "2027-01-08"), extended.text

    handed_out = await life.client.get(f"/api/v1/service-requests/{life.code}/papers", headers=life.mine)
    real = await life.client.get(handed_out.json()["items"][0]["url"], headers=life.mine)
    result = [{"upload": await upload(real.content), "name": "Giấy chứng nhận"}]
    drafted = await life.do(at_work.department, "decide", outcome="granted", text="Đủ điều kiện.", results=result)
    assert drafted.status_code == 200, drafted.text
    assert not [file for file in (await life.own())["files"] if file["role"] == "result"]
    assert (await life.do(at_work.department, "sign")).status_code == 403
    assert (await life.do(at_work.director, "sign")).json()["type"].endswith("result-not-cleared")
    await media.clear(db, clock, store)
    signed = await life.do(at_work.director, "sign")
    assert (signed.status_code, signed.json()["national_code"]) == (200, 9), signed.text
    returned = await life.do(at_work.commune, "hand-over")
    assert (returned.status_code, returned.json()["national_code"]) == (200, 10), returned.text
    ended = await life.own()
    (file,) = [file for file in ended["files"] if file["role"] == "result"]
    assert file["url"], "the result can be fetched"
    assert (ended["outcome"], ended["original_due_at"][:10], ended["due_at"][:10]) == (
        "granted",
        "2026-12-21",
        "2027-01-08",
    )
    assert (await life.ask("rating", stars=4)).status_code == 200
    assert [entry["type"].partition(".")[2] for entry in (await life.own())["timeline"]] == [
        "submitted", "supplement_asked", "supplied", "accepted", "step_completed", "step_completed", "consulted",
        "step_completed", "opinion_given", "step_completed", "overdue", "complained", "extended", "decided",
        "handed_over", "rated",
    ]  # fmt: skip
    listed = await life.client.get(f"/api/v1/service-requests/{life.code}/papers", headers=life.mine)
    kinds = {paper["kind"] for paper in listed.json()["items"]}
    assert kinds == {"supplement_request", "receipt", "apology", "result_cover"}
    for paper in listed.json()["items"]:
        drawn = await life.client.get(paper["url"], headers=life.mine)
        assert drawn.content.startswith(b"%PDF-1.7"), paper
        checked = await life.client.get(f"/api/v1/verify/{paper['checksum']}")
        assert checked.json()["genuine"] is True
    unsigned = await life.client.get(
        f"/api/v1/service-requests/{life.code}/files/{file['id']}/signatures", headers=life.mine
    )
    assert unsigned.json() == {"items": []}
    sent = await db.lane.fetch("SELECT type, payload FROM outbox_messages ORDER BY id")
    assert "Hoa" not in str([dict(row) for row in sent]), "machines are told codes, not names"
    assert "mờ" not in str([row["payload"] for row in sent])
