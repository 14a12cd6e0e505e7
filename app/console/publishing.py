"""What pages share on which administrators publish rules: their forms as shapes have them, their words, their names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from app.catalogue.terms import PhotoPolicy, Priority, PublicationPolicy
from app.directory.terms import Tier, UnitKind
from app.kit.clock import local_day
from app.kit.text import Text
from app.web.pages import FieldErrors, Form, whole_number

from .deps import Desk, day_begins
from .views import Group

STALE: Final = Text(
    "Đã có người ban hành bản mới hơn; bản ấy ghi ngay dưới đây. Điều bạn nhập vẫn còn: hãy xem lại rồi làm tiếp.",
    "Somebody has published a newer version; it stands below. What you typed is still here: look again, then go on.",
)
_BASIS: Final = Text("Hãy ghi căn cứ pháp lý, bằng cả hai thứ tiếng.", "Name the legal basis, in both languages.")
ASKS: Final = {
    "legal_basis": _BASIS,
    "legal_basis.vi": _BASIS,
    "legal_basis.en": _BASIS,
    "note": Text("Hãy ghi thay đổi gì, vì sao.", "Say what changes, and why."),
    "valid_from": Text("Hãy chọn ngày có hiệu lực.", "Choose from which day it holds."),
}
_IN_BOTH: Final = frozenset({"name", "intro", "legal_basis", "reason", "guidance", "photos_basis"})
_NAME: Final = Text("Hãy đặt tên, bằng cả hai thứ tiếng.", "Name it, in both languages.")
CATEGORY_ASKS: Final = {"name": _NAME, "name.vi": _NAME, "name.en": _NAME}
PUBLICATION: Final = {
    PublicationPolicy.AUTOMATIC: Text("Công khai ngay, đã che thông tin cá nhân", "At once, personal data masked"),
    PublicationPolicy.CONFIRM: Text("Công khai sau khi cán bộ xem", "After an officer has looked at it"),
    PublicationPolicy.NEVER: Text("Không bao giờ công khai", "Never"),
}
PHOTOS: Final = {
    PhotoPolicy.DECIDED: Text("Cán bộ quyết định từng ảnh", "An officer decides on each"),
    PhotoPolicy.NEVER: Text("Không bao giờ công khai", "Never"),
}
TIERS: Final = {
    Tier.PROVINCE: Text("Cấp tỉnh", "Province"),
    Tier.DISTRICT: Text("Cấp huyện", "District"),
    Tier.COMMUNE: Text("Cấp xã", "Commune"),
}
UNIT_KINDS: Final = {
    UnitKind.PEOPLE_COMMITTEE: Text("Uỷ ban nhân dân", "People's Committee"),
    UnitKind.DEPARTMENT: Text("Sở, ngành của tỉnh", "Department of the province"),
    UnitKind.OFFICE: Text("Phòng của huyện", "Office of a district"),
    UnitKind.ONE_STOP: Text("Bộ phận một cửa", "One-stop desk"),
    UnitKind.RECEPTION: Text("Đầu mối tiếp nhận", "Reception"),
    UnitKind.UTILITY: Text("Điện, nước, viễn thông", "Utility"),
}


def at_fields(errors: FieldErrors) -> FieldErrors:
    """What is wrong with both languages of something, at the field of the first."""
    return {f"{name}.vi" if name in _IN_BOTH else name: error for name, error in errors.items()}


def names_of(desk: Desk, codes: Iterable[str]) -> list[str]:
    """What categories are called, those the province does not have by their code."""
    found = [(code, desk.books.catalogue.find(desk.tenant.id, code)) for code in codes]
    return [one.name(desk.lang) if one is not None else code for code, one in found]


def all_categories(desk: Desk) -> list[Group]:
    """Groups with their categories, a group itself being all of it."""
    lang, every = desk.lang, Text("cả nhóm", "all of it")
    return [
        Group(
            branch.group.name(lang),
            (
                (branch.group.code, f"{branch.group.name(lang)} ({every(lang)})"),
                *((each.code, each.name(lang)) for each in branch.leaves),
            ),
        )
        for branch in desk.books.catalogue.tree(desk.tenant.id)
    ]


def priorities(desk: Desk) -> list[tuple[str, str]]:
    """Priorities to choose from."""
    return [(one.value, one.label(desk.lang)) for one in Priority]


def numbers(form: Form, *names: str) -> dict[str, Any]:
    """The fields of these names that are not empty, as whole numbers; what is none is left for the shape to refuse."""
    return {name: whole_number(form.text(name)) for name in names if form.text(name)}


def begins(desk: Desk, form: Form) -> dict[str, Any]:
    """From which instant the form's rule is to hold: nothing for today, which means at once."""
    typed = form.text("valid_from")
    if not typed or typed == local_day(desk.now, desk.tenant.time_zone).isoformat():
        return {}
    begun: datetime | str = day_begins(typed, desk.tenant.time_zone) or typed
    return {"valid_from": begun}
