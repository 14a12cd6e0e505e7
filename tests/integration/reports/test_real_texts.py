"""Texts that people really wrote, at real places of Hải Dương, from intake to what everyone can see.

Twenty texts written in the manner of Vietnamese reports are always here. Where the collections of `../shared/data`
are at hand (reports of Huế, several cities of the United States, Konstanz) some of each are taken too.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx
import pytest

from app.cases import service as cases
from app.cases.terms import CaseState, Resolution
from app.catalogue.terms import PublicationPolicy
from app.db.engine import Database
from app.directory.terms import Tier, UnitKind
from app.kit.ids import UnitId
from app.process import Process
from tests.builders import HAIDUONG, PROVINCE, Filed, acting, someone
from tests.server import ROOT

DATA = ROOT.parent / "shared" / "data"
AT_MOST = 30  # of each collection

OURS = {
    "lighting.street_lamp": [
        "Đèn đường từ ngã tư Máy Sứ đến cầu Phú Lương tắt hơn một tuần nay, buổi tối đi lại rất nguy hiểm.",
        "Ngõ 45 có 3 bóng đèn cháy, phụ nữ đi làm ca đêm về rất sợ. Đề nghị thay sớm.",
    ],
    "roads.pothole": [
        "Ổ gà rộng gần 1 mét giữa đường huyện, trời mưa ngập nước không nhìn thấy, hôm qua có người ngã xe máy.",
        "Mặt đường trước cổng trường tiểu học bong tróc, nhiều ổ gà, phụ huynh đưa con đi học rất khổ.",
    ],
    "drainage.flooding": ["Cứ mưa to là khu dân cư ngập nửa mét, nước tràn vào nhà, rác nổi lềnh bềnh!!!"],
    "drainage.manhole_cover": ["Nắp hố ga bị mất đã 4 ngày, người dân phải cắm cành cây để cảnh báo."],
    "waste.uncollected": [
        "Rác thải sinh hoạt không được thu gom 5 ngày nay, bốc mùi hôi thối.",
        "Điểm tập kết rác cạnh chợ quá tải, ruồi nhặng nhiều, đề nghị bố trí thêm xe.",
    ],
    "waste.dumping": ["Có người đổ trộm phế thải xây dựng xuống bờ mương thôn Đông vào ban đêm."],
    "trees.fallen": ["Cây xà cừ đổ sau trận gió đêm qua, chắn ngang đường và đè lên dây điện."],
    "noise.karaoke": ["Nhà hàng xóm hát karaoke loa kéo đến 23 giờ, người già trẻ nhỏ không ngủ được."],
    "environment.burning": ["Đốt rơm rạ sau thu hoạch khói mù mịt cả xã, trẻ con ho suốt."],
    "urban_order.encroachment": ["Vỉa hè bị chiếm để bán hàng, người đi bộ phải xuống lòng đường."],
    "traffic.signal": ["Đèn tín hiệu giao thông ở ngã tư hỏng, giờ cao điểm hỗn loạn."],
    "electricity.power_cut": [
        "Mất điện từ 2 giờ chiều không báo trước, cả thôn nóng 38 độ.",
        "Điện chập chờn, tối nào cũng yếu, máy bơm không chạy nổi.",
    ],
    "water_supply.outage": ["Nước sạch mất ba ngày, gọi tổng đài 19001234 không ai nghe."],
    "telecom.cable": ["Cáp viễn thông sà xuống đường ngang đầu người đi xe máy."],
    "animals.stray": ["Chó thả rông không rọ mõm cắn một cháu bé ở thôn 3."],
    "other.suggestion": ["Kính đề nghị xã lắp thêm ghế đá và dụng cụ thể dục ở nhà văn hóa."],
}


class Written(NamedTuple):
    """One text and the category its writer would have chosen."""

    text: str
    category: str


def _ours() -> Iterator[Written]:
    for category, texts in OURS.items():
        yield from (Written(text, category) for text in texts)


def _of_hue(path: Path) -> Iterator[Written]:
    chosen = {"chieu-sang": "lighting.street_lamp", "moi-truong": "environment.water", "giao-thong": "roads.surface"}
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield Written(f"{row['title']}\n{row['text']}".strip(), chosen.get(row["category_guess"], "other.suggestion"))


def _of_csv(path: Path, column: str) -> Iterator[Written]:
    known = {"light": "lighting.street_lamp", "beleuchtung": "lighting.street_lamp", "pothole": "roads.pothole"}
    known |= {
        "trash": "waste.uncollected",
        "abfall": "waste.dumping",
        "debris": "waste.dumping",
        "tree": "trees.fallen",
    }
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row[column].strip():
                about = f"{row['category']} {row.get('category_parent', '')}".lower()
                category = next((code for word, code in known.items() if word in about), "roads.surface")
                yield Written(row[column], category)


def collections() -> dict[str, list[Written]]:
    """What there is to take in, by where it was found."""
    found = {"ours": list(_ours())}
    others: dict[str, Callable[[Path], Iterator[Written]]] = {
        "reports_vi_hues.jsonl": _of_hue,
        "reports_seeclickfix.csv": lambda path: _of_csv(path, "description"),
        "reports_konstanz_de.csv": lambda path: _of_csv(path, "text"),
    }
    for name, read in others.items():
        if (DATA / name).exists():
            all_of_them = list(read(DATA / name))
            found[name] = Random(name).sample(all_of_them, min(AT_MOST, len(all_of_them)))
    return found


COLLECTIONS = collections()


def test_there_are_always_twenty_texts_to_try() -> None:
    assert len(COLLECTIONS["ours"]) == 20


async def handled(process: Process, filed: Filed, policy: PublicationPolicy) -> None:
    """The case taken up, answered by one officer, approved by another, and shown when that takes a decision."""
    author, approver = someone(process, filed.unit), someone(process, filed.unit)
    triaged = await acting(process, cases.triage_case, author, code=filed.code, seen=filed.version)
    accepted = await acting(process, cases.accept_case, author, code=filed.code, seen=triaged.version)
    answer = {"answer": "Đã cử người kiểm tra và khắc phục.", "resolution": Resolution.FIXED}
    drafted = await acting(process, cases.draft_answer, author, code=filed.code, seen=accepted.version, **answer)
    case = await acting(process, cases.approve_answer, approver, code=filed.code, seen=drafted.version)
    if policy is PublicationPolicy.CONFIRM:
        await acting(process, cases.publish_case, author, code=filed.code, seen=case.version, public_text=None)


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_real_texts_go_from_intake_to_the_public_list(
    client: httpx.AsyncClient,
    process: Process,
    db: Database,
    drain: Callable[[], Awaitable[int]],
    name: str,
) -> None:
    books, random = process.books, Random(name)
    edition = books.directory.tenant(HAIDUONG).edition
    districts = books.directory.children(edition, "30")
    communes = [area for district in districts for area in books.directory.children(edition, district.code)]
    texts: dict[str, str] = {}
    for number, written in enumerate(COLLECTIONS[name]):
        place = random.choice(communes)
        where: dict[str, Any] = (
            {"area_code": place.code}
            if number % 3 == 0
            else {"location": {"lat": place.centroid.lat, "lon": place.centroid.lon}}
        )
        body = {"category": written.category, "description": written.text[:4000], **where}
        sent = await client.post("/api/v1/reports", json=body)
        assert sent.status_code == 201, (sent.text, body)
        answer = sent.json()
        unit = books.directory.unit_by_code(HAIDUONG, answer["responsible_unit"]["code"])
        assert unit.kind in UnitKind
        assert unit.tier in Tier
        assert unit.code != PROVINCE, "the root of all units handles nothing itself"
        held = await db.lane.fetch("SELECT unit_id FROM cases WHERE code = $1", answer["code"])
        assert [UnitId(row["unit_id"]) for row in held] == [unit.id]
        filed = Filed(answer["code"], answer["tracking_secret"], 1, CaseState.RECEIVED, unit.code)
        await handled(process, filed, books.catalogue.category(HAIDUONG, written.category).publication)
        texts[filed.code] = written.text
    await drain()
    shown: dict[str, dict[str, Any]] = {}
    cursor: str | None = None
    while True:
        params = {"limit": "20", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/api/v1/public/cases", params=params)).json()
        shown |= {item["code"]: item for item in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert shown.keys() == texts.keys()
    for item in shown.values():
        assert item["state"] == "resolved"
    for code in random.sample(sorted(texts), 3):
        public = await client.get(f"/api/v1/reports/{code}")
        assert public.status_code == 200
        assert public.json()["timeline"][0]["type"] == "case.opened"
    stored = await db.lane.fetch("SELECT code, description FROM reports")
    assert {row["code"] for row in stored} == texts.keys()
