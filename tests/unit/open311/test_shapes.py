from __future__ import annotations

from typing import Any

import orjson

from app.directory.snapshot import Tenant
from app.directory.terms import AreaCode, EditionId
from app.kit.ids import TenantId
from app.kit.text import Lang
from app.open311 import shapes
from app.open311.shapes import Reader
from app.publication.schemas import PublicCaseOut
from tests.conftest import NOW

TENANT = Tenant(
    TenantId(1), "haiduong", "Tỉnh Hải Dương", "Hải Dương", AreaCode("30"), EditionId(1), "H23", (), "Asia/Ho_Chi_Minh",
    active=True,
)  # fmt: skip
READER = Reader(TENANT, Lang.EN, "https://haiduong.example")
LAMP = {"vi": "Đèn đường không sáng", "en": "Dark street lamp"}
UNIT = {"code": "H23.21.01", "name": "UBND phường Cẩm Thượng", "tier": "commune"}


def a_body(**given: Any) -> bytes:
    """A public case with a picture and three entries, as publication stores it."""
    entries = [("case.opened", "02"), ("case.resolved", "03"), ("case.resolved", "03")]
    case = {
        "code": "H23-261120-0001",
        "kind": "field_report",
        "state": "closed",
        "resolution": "fixed",
        "title": "Đèn tối.",
        "category": {"code": "lighting.street_lamp", "name": LAMP, "group": {"code": "lighting", "name": LAMP}},
        "area": {
            "edition": 1,
            "province": {"code": "30", "name": "Tỉnh Hải Dương"},
            "district": {"code": "288", "name": "Thành phố Hải Dương"},
            "commune": None,
            "name": "Thành phố Hải Dương, Tỉnh Hải Dương",
        },
        "address": None,
        "location": None,
        "responsible_unit": UNIT,
        "opened_at": "2026-11-20T02:00:00.123456Z",
        "due_at": "2026-11-26T16:59:59Z",
        "original_due_at": "2026-11-26T16:59:59Z",
        "overdue": False,
        "resolved_at": "2026-11-20T03:00:00Z",
        "report_count": 1,
        "reopen_count": 0,
        "merged_into": None,
        "updated_at": "2026-11-20T05:00:00Z",
        "text": "Đèn tối.",
        "answer": "Đã thay bóng.",
        "photos": [
            {
                "url": "/api/v1/public/photos/1/whole",
                "thumbnail_url": "/api/v1/public/photos/1/thumbnail",
                "width": 4,
                "height": 3,
                "sha256": "",
                "thumbnail_sha256": "",
                "blurred": False,
                "alt": LAMP,
            }
        ],
        "timeline": [
            {"at": f"2026-11-20T{hour}:00:00Z", "type": kind, "sentence": LAMP, "text": None, "unit": UNIT}
            for kind, hour in entries
        ],
        "links": {"self": "", "deadline": "", "routing": ""},
        **given,
    }
    PublicCaseOut.model_validate(case)
    return orjson.dumps(case)


def test_a_public_case_is_a_request_in_the_provinces_time() -> None:
    told = shapes.request(a_body(), READER, extended=False)
    assert told["status"] == "closed"
    assert told["status_notes"] == "Closed · Fixed: Đã thay bóng."
    assert told["requested_datetime"] == "2026-11-20T09:00:00+07:00"
    assert told["updated_datetime"] == "2026-11-20T10:00:00+07:00"  # when it was closed, not when a word was masked
    assert told["media_url"] == "https://haiduong.example/api/v1/public/photos/1/whole"
    assert (told["address_id"], told["lat"], told["address"]) == ("288", None, "Thành phố Hải Dương, Tỉnh Hải Dương")
    more: Any = shapes.request(a_body(), READER, extended=True)
    assert more["extended_attributes"]["photos"][0]["title"] == "Dark street lamp"
    assert more["extended_attributes"]["changed_datetime"] == "2026-11-20T12:00:00+07:00"


def test_updates_keep_their_ids_and_no_two_have_the_same() -> None:
    first = shapes.updates([a_body()], READER, since=NOW.replace(hour=0), before=None)
    again = shapes.updates([a_body(answer="Khác.")], READER, since=NOW.replace(hour=3), before=None)
    assert [each["status"] for each in first] == ["OPEN", "CLOSED", "CLOSED"]
    assert len({each["update_id"] for each in first}) == 3
    assert again == first[1:]
