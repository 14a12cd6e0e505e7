"""What the national portal reads of one fact: the fields it asks for, and of people the applicant's name alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.kit.clock import zone
from app.national.terms import SAID, STANDING, Push
from app.procedures.terms import Procedure
from app.service_requests.events import EventType
from app.service_requests.terms import FileRole, RequestView

_HANDED_IN = frozenset({FileRole.DOCUMENT, FileRole.SUPPLEMENT})


def record(push: Push, view: RequestView, *, unit_name: str, zone_name: str) -> dict[str, Any]:
    """The record of the push: the same whenever it is made, however far the request has come since.

    Times are the province's own, `yyyyMMddHHmmss`; empty where there is none yet. Documents are named as the procedure
    names them: what people call their files may tell who they are.
    """

    def said(at: datetime | None) -> str:
        return at.astimezone(zone(zone_name)).strftime("%Y%m%d%H%M%S") if at is not None else ""

    accepted_at = view.row["accepted_at"]
    return {
        "MaHoSo": push.code,
        "PhienBan": push.version,
        "MaTTHC": view.procedure.code,
        "ChuHoSo": view.papers.applicant.name,
        "NgayTiepNhan": said(accepted_at if accepted_at is not None and accepted_at <= push.occurred_at else None),
        "NgayHenTra": said(push.due_at),
        "TrangThai": push.state_code,
        "ThoiDiemXuLy": said(push.occurred_at),
        "NoiDungXuLy": f"{SAID.get(push.type, STANDING)} ({unit_name})",
        "TaiLieuNop": list(_documents(push, view)),
        "DanhSachHoSoBoSung": [
            {**one, "NgayBoSung": said(one["NgayBoSung"]), "NgayTiepNhanBoSung": said(one["NgayTiepNhanBoSung"])}
            for one in _supplements(push, view)
        ],
    }


def _documents(push: Push, view: RequestView) -> Iterator[dict[str, str]]:
    for file in view.files:
        if FileRole(file["role"]) in _HANDED_IN and file["added_at"] <= push.occurred_at:
            code = file["document"] or ""
            yield {"MaThanhPhanHoSo": code, "TenTepDinhKem": _called(view.procedure, code) if code else "Giấy tờ khác"}


def _supplements(push: Push, view: RequestView) -> list[dict[str, Any]]:
    """Every time more was asked for until the fact, with when it came."""
    found: list[dict[str, Any]] = []
    for entry in view.entries:
        if entry.at > push.occurred_at:
            break
        if entry.type == EventType.SUPPLEMENT_ASKED:
            found.append(
                {
                    "HoSoBoSungId": f"{push.code}-{len(found) + 1}",
                    "NoiDungBoSung": "; ".join(_called(view.procedure, about) for about in _missing(entry.data)),
                    "NgayBoSung": entry.at,
                    "NgayTiepNhanBoSung": None,
                    "TrangThaiBoSung": 0,
                }
            )
        elif entry.type == EventType.SUPPLIED and found:
            found[-1] |= {"NgayTiepNhanBoSung": entry.at, "TrangThaiBoSung": 1}
    return found


def _missing(data: Mapping[str, Any]) -> Iterator[str]:
    """What each item was about; the reasons are an officer's own words and stay here."""
    for one in data.get("missing", ()):
        yield one["about"] if isinstance(one, Mapping) else str(one)


def _called(procedure: Procedure, about: str) -> str:
    """What people call a document of the procedure, or an answer of its form."""
    named = next((document.name.vi for document in procedure.documents if document.code == about), None)
    return named or f"Mục {about} của tờ khai"
