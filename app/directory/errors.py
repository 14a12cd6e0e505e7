"""Refusals of the directory; each says what to do about it."""

from __future__ import annotations

from app.kit.geo import Point
from app.kit.problems import Conflict, Invalid, NotFound
from app.kit.text import Text


class UnknownArea(NotFound):
    """No area has this code in this edition of the map."""

    slug = "unknown-area"
    title = Text("Không có đơn vị hành chính này", "No such area")

    def __init__(self, code: str, edition: str) -> None:
        super().__init__(
            Text(
                "Không có đơn vị hành chính mang mã “{code}” trên bản đồ {edition}. Hãy tra mã tại /api/v1/areas.",
                "No area has the code “{code}” on the map {edition}. Look codes up at /api/v1/areas.",
            ).fill(code=code, edition=edition),
            code=code,
            edition=edition,
        )


class UnknownEdition(NotFound):
    """No edition of the map has this code, or none was in force on this day."""

    slug = "unknown-edition"
    title = Text("Không có bản đồ hành chính này", "No such map edition")

    def __init__(self, edition: str) -> None:
        super().__init__(
            Text(
                "Không có bản đồ hành chính “{edition}”. Hiện có: vn-63 (đến 30/6/2025), vn-34 (từ 1/7/2025).",
                "There is no map edition “{edition}”. There are vn-63 (until 2025-06-30) and vn-34 (from 2025-07-01).",
            ).fill(edition=edition),
            edition=edition,
        )


class UnknownUnit(NotFound):
    """No unit of this tenant has this code."""

    slug = "unknown-unit"
    title = Text("Không có cơ quan, đơn vị này", "No such unit")

    def __init__(self, code: str) -> None:
        super().__init__(
            Text(
                "Không có cơ quan, đơn vị mang mã “{code}” trong tỉnh này.",
                "No unit of this province has the code “{code}”.",
            ).fill(code=code),
            code=code,
        )


class UnknownTenant(NotFound):
    """No province of this installation answers to this name."""

    slug = "unknown-tenant"
    title = Text("Tỉnh này chưa dùng hệ thống", "This province is not served here")

    def __init__(self, name: str) -> None:
        super().__init__(
            Text(
                "Hệ thống này không phục vụ tỉnh “{name}”.",
                "This installation does not serve the province “{name}”.",
            ).fill(name=name),
            tenant=name,
        )


class BadPoint(Invalid):
    """A point that cannot be a place of ours."""

    slug = "bad-point"
    title = Text("Vị trí chưa hợp lệ", "The place is not valid")


class PointNotFinite(BadPoint):
    """A coordinate is not a number, is infinite, or is no degree."""

    slug = "point-not-finite"
    title = Text("Toạ độ không phải là số hợp lệ", "A coordinate is not a usable number")

    @classmethod
    def default_detail(cls) -> Text:
        """Say which numbers are usable."""
        return Text(
            "Vĩ độ phải là số từ -90 đến 90 và kinh độ từ -180 đến 180. Hãy bật định vị hoặc ghim lại vị trí.",
            "Latitude must be a number from -90 to 90 and longitude from -180 to 180. Turn positioning on or pin it.",
        )


class PointSwapped(BadPoint):
    """Outside Vietnam, but inside with latitude and longitude exchanged."""

    slug = "point-swapped"
    title = Text("Có thể vĩ độ và kinh độ bị đổi chỗ", "Latitude and longitude seem exchanged")

    def __init__(self, point: Point) -> None:
        super().__init__(
            Text(
                "Điểm này ở ngoài Việt Nam. Có phải bạn muốn gửi vĩ độ {lon}, kinh độ {lat}?",
                "This point is outside Vietnam. Did you mean latitude {lon}, longitude {lat}?",
            ).fill(lat=point.lat, lon=point.lon),
            suggestion={"lat": point.lon, "lon": point.lat},
        )


class PointZero(BadPoint):
    """0,0: what a device sends that does not know where it is."""

    slug = "point-zero"
    title = Text("Thiết bị chưa xác định được vị trí", "The device did not know its place")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Toạ độ 0, 0 nghĩa là thiết bị chưa định vị được. Hãy ghim vị trí trên bản đồ hoặc chọn xã, phường.",
            "0, 0 means that the device has no position. Pin the place on the map or choose the commune.",
        )


class PointOutsideVietnam(BadPoint):
    """On the earth, but not in Vietnam."""

    slug = "point-outside-vietnam"
    title = Text("Vị trí ở ngoài Việt Nam", "The place is outside Vietnam")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do."""
        return Text(
            "Điểm này nằm ngoài lãnh thổ Việt Nam. Hãy ghim lại vị trí hoặc chọn xã, phường.",
            "This point is outside Vietnam. Pin the place again or choose the commune.",
        )


class PointInNoArea(BadPoint):
    """In the box around Vietnam, but in no area that is drawn, and near none."""

    slug = "point-in-no-area"
    title = Text("Chưa xác định được xã, phường, đặc khu của vị trí này", "The commune of this place is not known")

    @classmethod
    def default_detail(cls) -> Text:
        """Say what to do; whose sea or land it is, is not ours to say."""
        return Text(
            "Điểm này không nằm trong xã, phường, đặc khu nào trên bản đồ của hệ thống, và không gần nơi nào. "
            "Hãy ghim lại vị trí, hoặc chọn xã, phường, đặc khu.",
            "This point is in no commune, ward or special zone on the map of this system, and near none. "
            "Pin the place again, or choose the commune, ward or special zone.",
        )


class PointOutsideTenant(BadPoint):
    """In Vietnam, but not in the province that was asked."""

    slug = "point-outside-tenant"
    title = Text("Vị trí không thuộc tỉnh này", "The place is not in this province")

    def __init__(self, *, area: str, province: str, tenant: str) -> None:
        super().__init__(
            Text(
                "Vị trí này thuộc {area}, {province}, không thuộc {tenant}. Hãy gửi tới tỉnh đó hoặc ghim lại.",
                "This place is in {area}, {province}, not in {tenant}. Send it to that province or pin again.",
            ).fill(area=area, province=province, tenant=tenant),
            area=area,
            province=province,
        )


class AreaOutsideTenant(Invalid):
    """An area of another province, or of an edition the tenant does not use."""

    slug = "area-outside-tenant"
    title = Text("Đơn vị hành chính không thuộc tỉnh này", "The area is not in this province")

    def __init__(self, *, code: str, tenant: str) -> None:
        super().__init__(
            Text(
                "Mã “{code}” không phải là đơn vị hành chính của {tenant}. Hãy tra mã tại /api/v1/areas.",
                "The code “{code}” is not an area of {tenant}. Look codes up at /api/v1/areas.",
            ).fill(code=code, tenant=tenant),
            code=code,
        )


class BoundariesRefused(Invalid):
    """A file of boundaries that may not be used as it is; the report lists why."""

    slug = "boundaries-refused"
    title = Text("Chưa thể dùng tệp ranh giới này", "The boundary file cannot be used")


class BoundaryFileUnreadable(BoundariesRefused):
    """Not GeoJSON, or not a collection of areas."""

    slug = "boundary-file-unreadable"
    title = Text("Không đọc được tệp ranh giới", "The boundary file cannot be read")


class DirectoryNotSeeded(Conflict):
    """The maps are not loaded yet."""

    slug = "directory-not-seeded"
    title = Text("Chưa nạp danh mục hành chính", "The directory is not loaded yet")

    @classmethod
    def default_detail(cls) -> Text:
        """Say how to load it."""
        return Text(
            "Chưa có bản đồ hành chính nào. Hãy chạy lienthong migrate rồi làm lại.",
            "There is no map edition yet. Run lienthong migrate, then try again.",
        )


class AreaMismatch(Invalid):
    """The area named is neither the one at the point nor a neighbour of it."""

    slug = "area-mismatch"
    title = Text("Vị trí và xã/phường không khớp", "The point and the area do not match")

    def __init__(self, named: str, code: str, possible: list[dict[str, str]]) -> None:
        super().__init__(
            Text(
                "Vị trí đã chấm không nằm trong {named}. Hãy chọn một trong các nơi ở possible, hoặc chấm lại.",
                "The pin does not lie in {named}. Choose one of possible, or move the pin.",
            ).fill(named=named),
            area=code,
            possible=possible,
        )


class UnusableContact(Invalid):
    """A mail box or an address of the web that cannot be one, or letters nobody can type."""

    slug = "unusable-contact"
    title = Text("Cách liên hệ chưa đúng", "Nobody could be reached so")
