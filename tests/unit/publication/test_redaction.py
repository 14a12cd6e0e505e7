"""What is masked in a text and what is left alone, sentence by sentence."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest

from app.publication.domain import redact
from app.publication.terms import Personal

REAL = Path(__file__).parents[4] / "shared" / "data"

MASKED = [
    ("Gọi 0912345678 nhé", "Gọi [số điện thoại] nhé"),
    ("sđt 0912.345.678", "sđt [số điện thoại]"),
    ("0912 345 678 1 người", "[số điện thoại] 1 người"),
    ("tôi tên là Hoa, +84 912 345 678", "tôi tên là [tên], [số điện thoại]"),
    ("(+84) 0912-345-678", "[số điện thoại]"),
    ("gọi +843.00000000", "gọi [số điện thoại]"),  # not a coordinate
    ("84912345678", "[số điện thoại]"),
    ("o912 345 678", "[số điện thoại]"),
    ("0 9 1 2 3 4 5 6 7 8", "[số điện thoại]"),
    ("03000-1.0000", "[số điện thoại]"),
    ("０９１２３４５６７８", "[số điện thoại]"),
    ("091\u200b2345\u200b678", "[số điện thoại]"),
    ("máy bàn 0220.3838.383", "máy bàn [số điện thoại]"),
    ("ĐT: 3838 383", "ĐT: [số điện thoại]"),
    ("CCCD 001099012345", "CCCD [số giấy tờ]"),
    ("cháu 030099012345", "cháu [số giấy tờ]"),
    ("ông Nam, sinh năm 1985, CMND 142345678", "ông [tên], sinh năm [ngày sinh], CMND [số giấy tờ]"),
    ("mã khách hàng PA04HD0012345", "mã khách hàng [dãy số]"),
    ("viết cho a.b+c@gmail.com nhé", "viết cho [thư điện tử] nhé"),
    ("xem facebook.com/lananh.99", "xem [liên kết]"),
    ("https://zalo.me/0912345678", "[liên kết]"),
    ("theo dõi @lan.anh99", "theo dõi [liên kết]"),
    ("xe 34A-123.45 đỗ sai", "xe [biển số] đỗ sai"),
    ("29-H1 234.56", "[biển số]"),
    ("xe 29h1 23456", "xe [biển số]"),
    ("30F12345 vượt đèn đỏ", "[biển số] vượt đèn đỏ"),
    ("BKS 34c 1234", "BKS [biển số]"),
    ("STK 19036789012345 Techcombank", "STK [số tài khoản] Techcombank"),
    ("Vietcombank 0123 4567 89 chủ tài khoản Nguyen Van B", "Vietcombank [số tài khoản] chủ tài khoản [tên]"),
    ("Nhà ông Nguyễn Văn A ở số 12 ngõ 5 đổ rác", "Nhà ông [tên] ở số [số nhà] ngõ 5 đổ rác"),
    ("nhà số 15 bà Hoa", "nhà số [số nhà] bà [tên]"),
    ("ÔNG NGUYỄN VĂN A XẢ RÁC", "ÔNG [tên] XẢ RÁC"),
    ("ông nguyễn văn tèo hay đổ rác", "ông [tên] hay đổ rác"),
    ("hộ Trần Thị B lấn vỉa hè", "hộ [tên] lấn vỉa hè"),
    ("gia đình bà Hoa", "gia đình bà [tên]"),
    ("bà Triệu Thị Hoa", "bà [tên]"),
    ("Bà Triệu Thị Hoa", "Bà [tên]"),
    ("nhà bà Triệu xả rác", "nhà bà [tên] xả rác"),
    ("ông/bà Lê Thị C", "ông/bà [tên]"),
    ("Kính gửi Ông Chủ tịch Nguyễn Văn B", "Kính gửi Ông Chủ tịch [tên]"),
    ("anh Trường đánh bà Lan Phường Tân Bình", "anh [tên] đánh bà [tên] Phường Tân Bình"),
    ("Anh Đỗ Xuân Thành phố Hải Dương", "Anh [tên] Thành phố Hải Dương"),
    ("Trân trọng cảm ơn!\nTrần Văn Bình", "Trân trọng cảm ơn!\n[tên]"),
    ("anh Minh. Đường ngập", "anh [tên]. Đường ngập"),
    ("Gọi Nguyễn Thị Hoa ở cuối ngõ", "Gọi [tên] ở cuối ngõ"),
    ("quán của Trần Văn Ba mở karaoke", "quán của [tên] mở karaoke"),
    ("Nguyễn Văn Tèo", "[tên]"),
    ("Nguyễn Văn Tèo đổ rác ra đường Nguyễn Trãi", "[tên] đổ rác ra đường Nguyễn Trãi"),
    ("đường Nguyễn Trãi, Nguyễn Văn Tèo đổ rác", "đường Nguyễn Trãi, [tên] đổ rác"),
    ("Lê Quốc Khánh và Phạm Thị Mơ đánh nhau", "[tên] và [tên] đánh nhau"),
    ("Nguyễn Minh Anh xả nước", "[tên] xả nước"),
    ("theo Hồ Ngọc Bích thì", "theo [tên] thì"),
    ("NGUYỄN VĂN TÈO XẢ RÁC", "[tên] XẢ RÁC"),
    ("Đề nghị gặp NGUYỄN MINH ANH nhé", "Đề nghị gặp [tên] nhé"),
    ("Nguyen Van Teo do rac", "[tên] do rac"),
    ("nguyen thi hoa 0912345678 bao den hong", "[tên] [số điện thoại] bao den hong"),
    ("nguyen thi thu hoa, 0912345678", "[tên], [số điện thoại]"),
    ("bui thi hoa 0912345678", "[tên] [số điện thoại]"),
    ("tran van ba do rac", "[tên] do rac"),
    ("thuê của trần thị hoa", "thuê của [tên]"),
]

LEFT_ALONE = [
    "đường Ông Ích Khiêm ngập",
    "phố ông Ích Khiêm",
    "tại Bà Triệu có ổ gà",
    "đường bà Triệu",
    "số 12 Bà Triệu, phường Lê Thanh Nghị",
    "ngã tư Bà Triệu - Trần Hưng Đạo",
    "Bà Rịa - Vũng Tàu",
    "phố Hai Bà Trưng",
    "cầu Ông Lãnh, chợ bà Hoa, đền Bà Chúa Kho",
    "đảo Cô Tô",
    "trường Nguyễn Thị Minh Khai, đường Nguyễn Văn Linh",
    "ngã tư Tăng Bạt Hổ và Đinh Tiên Hoàng",
    "tượng đài Chủ tịch Hồ Chí Minh",
    "Trường Quốc tế Việt Anh Hải Dương dạy tiếng Anh",
    "các anh Công an, anh em bà con và chị Sở Xây dựng",
    "anh bảo vệ và cô giáo",
    "ngày 01.01.2024 10h30, từ 05/01/2024 08/01/2024",
    "lúc 20h 2026, ngày 2026-11-22 08:30",
    "phạt 15.000.000 đồng, dự án 84.300.000.000 đồng, lương 150000000 đồng",
    "dài 50m 2000 người, 75m2 12500 đồng, sâu 0,5m",
    "vụ H23-261122-0042 chưa xong",
    "tọa độ 20.9373411, 106.3145542",
    "gọi 113, 1022, hotline 1900 1234",
    "ĐT 391 km 12+300, Tỉnh lộ 11B, QL5, Quyết định 960/QĐ-UBND",
    "số nhà 75 Dạ Lê, kiệt 15/15 Đống Đa",
    "phố Trần Hưng Đạo, trường THPT Nguyễn Du, trường tiểu học Lê Văn Bé",
    "ngã tư Lê Thanh Tùng - Nguyễn Văn Hạ và Trần Duy Anh",
    "công ty TNHH Nguyễn Hoàng Nam, bệnh viện Đa khoa Lê Hữu Trác",
    "số 12 Trần Khánh Hòa, ngõ 5 Nguyễn Văn Bình",
    "từ Lê Lợi đến Nguyễn Huệ, ở Hà Nội về Cao Bằng qua Lý Thái Tổ",
    "Duong Nguyen Trai ngap, cho Le Loi ban, truong Nguyen Van Be",
    "duong van ngap, nuoc tran van chua rut, vi pham van tiep dien, do thi moi",
    "mai thị trường mở cửa, mai văn phòng đóng cửa, phường nguyễn văn cừ",
    "Lý do: Cao điểm, Đoàn Thanh Niên dọn Hồ Gươm",
    "nhà bà [tên] ở xóm 6",
    "Xe mang BKS [biển số] cơi nới",
    "",
]


@pytest.mark.parametrize(("written", "shown"), MASKED)
def test_personal_data_is_masked(written: str, shown: str) -> None:
    assert redact(written).text == shown


@pytest.mark.parametrize("written", LEFT_ALONE)
def test_places_amounts_and_dates_are_left_alone(written: str) -> None:
    assert redact(written).findings == ()
    assert redact(written).text == written


def test_findings_name_what_was_masked() -> None:
    found = redact("ông Nam, 0912345678, xe 34A-123.45").findings
    assert {(one.kind, one.found) for one in found} == {
        (Personal.NAME, "Nam"),
        (Personal.PHONE, "0912345678"),
        (Personal.PLATE, "34A-123.45"),
    }


def test_no_name_of_an_area_is_taken_for_a_persons() -> None:
    listed = REAL / "units_legacy.csv"
    if not listed.exists():
        # The list travels with the working material; a few that look like people stand in for it.
        names = ["Thị xã Bà Rịa", "Huyện Cô Tô", "Phường Bà Triệu", "Xã Nguyễn Văn Thảnh", "Xã Lý Văn Lâm"]
    else:
        with listed.open(encoding="utf-8") as lines:
            names = sorted({row["name"] for row in csv.DictReader(lines)})
    masked = [name for name in names if redact(f"Tại {name} mất điện, {name} cúp nước").findings]
    assert masked == []


def test_no_area_named_without_its_kind_is_taken_for_a_person_by_its_surname() -> None:
    listed = REAL / "units_legacy.csv"
    kinds = ("Tỉnh ", "Thành phố ", "Thị xã ", "Thị trấn ", "Quận ", "Huyện ", "Xã ", "Phường ")
    addressed = ("Anh ", "Bà ", "Bác ", "Cô ", "Ông ")  # these read as a person's: an officer sees them first
    names = ["Xã Hà Nội", "Xã Cao Bằng", "Xã Nguyễn Huệ", "Xã Lý Thái Tổ"]
    if listed.exists():
        with listed.open(encoding="utf-8") as lines:
            names = sorted({" ".join(row["name"].split()) for row in csv.DictReader(lines)})
    bare = {name.removeprefix(kind) for name in names for kind in kinds if name.startswith(kind)}
    masked = [name for name in sorted(bare) if not name.startswith(addressed) and redact(f"{name} mất điện").findings]
    assert masked == []


def test_real_texts_that_hold_no_personal_data_stay_as_they_are() -> None:
    listed = REAL / "reports_vi_hues.jsonl"
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    masked = [case["id"] for line in lines if redact((case := json.loads(line))["text"]).findings]
    assert masked == []


@pytest.mark.parametrize("bit", ["-a", "a.", "-a.", "a-."])
def test_a_hostile_run_of_signs_is_read_in_one_go(bit: str) -> None:
    begun = time.process_time()
    assert redact(bit * 20_000).findings == ()
    assert time.process_time() - begun < 3.0


def test_a_link_is_masked_whatever_stands_before_its_host() -> None:
    assert redact("xem -www.facebook.com/abc và https://m.facebook.com/x.y").text == "xem [liên kết] và [liên kết]"


def test_a_text_made_to_be_looked_at_for_ever_is_masked_to_its_end() -> None:
    assert redact("@stk" * 500).text.endswith("[liên kết][đã che]")


def test_names_in_a_row_are_found_by_one_look_at_them_all() -> None:
    assert redact("Lê Trần Hưng Đạo - " * 200).text == "[tên] - " * 200
