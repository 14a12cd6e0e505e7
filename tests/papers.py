"""Papers as a desk of Hải Dương would issue them."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from app.identity.domain import Keyring
from app.kit.ids import TenantId, UnitId
from app.papers import domain, service
from app.papers.terms import Document, Paper, PaperFacts, PaperId, PaperKind, ResultFile

HERE = timezone(timedelta(hours=7))
SECRET = "not-a-secret-but-long-enough-for-every-test"  # as the process of the tests has it
KEYS = Keyring.of(SECRET)
SUBJECT, UNIT = UUID(int=7), UnitId(UUID(int=8))
FACTS = PaperFacts(
    agency="Ủy ban nhân dân thành phố Hải Dương",
    parent_agency="Ủy ban nhân dân tỉnh Hải Dương",
    desk="Bộ phận Tiếp nhận và Trả kết quả thành phố Hải Dương",
    seat="Hải Dương",
    code="H23.288-261127-0042",
    procedure="Cấp giấy chứng nhận đăng ký hộ kinh doanh",
    procedure_code="1.001612",
    applicant="Nguyễn Thị Thuỳ Dương",
    address="Số 12 phố Cẩm Thượng, phường Cẩm Thượng, thành phố Hải Dương",
    phone="0912 345 678",
    email="thuyduong@example.vn",
    documents=(
        Document("Giấy đề nghị đăng ký hộ kinh doanh", 1, "Bản chính"),
        Document("Giấy tờ pháp lý của cá nhân đối với chủ hộ kinh doanh", 1, "Bản sao"),
        Document("Hợp đồng thuê địa điểm kinh doanh", 1, "Bản điện tử"),
    ),
    fee_vnd=100_000,
    processing_time="03 ngày làm việc",
    issued_at=datetime(2026, 11, 27, 8, 30, tzinfo=HERE),
    received_at=datetime(2026, 11, 27, 8, 30, tzinfo=HERE),
    appointment_at=datetime(2026, 12, 2, 17, 0, tzinfo=HERE),
    first_appointment_at=datetime(2026, 11, 30, 17, 0, tzinfo=HERE),
    new_appointment_at=datetime(2026, 12, 7, 17, 0, tzinfo=HERE),
    supplement_until=datetime(2026, 12, 11, 17, 0, tzinfo=HERE),
    collected_at="Bộ phận Tiếp nhận và Trả kết quả thành phố Hải Dương",
    requirements=("Nộp bản sao hợp đồng thuê địa điểm có chữ ký của bên cho thuê.", "Ghi đủ số vốn kinh doanh."),
    reasons=(
        "Hợp đồng thuê địa điểm chưa có chữ ký của bên cho thuê (khoản 2 Điều 87 Nghị định 01/2021/NĐ-CP).",
        "Giấy đề nghị chưa ghi số vốn kinh doanh.",
    ),
    results=(
        ResultFile("giay-chung-nhan-ho-kinh-doanh.pdf", "9f" * 32),
        ResultFile("thong-bao-ma-so-thue.pdf", "3c" * 32),
    ),
    officer="Trần Văn Bình",
    contact="Bộ phận Tiếp nhận và Trả kết quả, điện thoại 0220 3 838 383",
    public_url="https://haiduong.example.vn",
    tracking_url="https://haiduong.example.vn/service-requests/H23.288-261127-0042",
)


def a_paper(kind: PaperKind = PaperKind.RECEIPT, **other: Any) -> Paper:
    """A paper that nobody has stored."""
    facts = domain.tidied(dataclasses.replace(FACTS, **other))
    template = service.template_of(service.PRESENT[kind])
    number = domain.number_of(template.mark, facts.code, 1)
    return Paper(
        tenant_id=TenantId(1),
        id=PaperId(UUID(int=9)),
        kind=kind,
        number=number,
        subject_id=SUBJECT,
        unit_id=UNIT,
        facts=facts,
        template=template.name,
        checksum=domain.checksum_of(kind, number, facts, template.name),
        issued_at=facts.issued_at,
        issued_by=None,
        supersedes_id=None,
    )
