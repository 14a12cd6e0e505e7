"""What the catalogue refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from app.kit.problems import Invalid, NewerPublished, NotFound
from app.kit.text import Text

from .terms import Category


def _offers(categories: Sequence[Category]) -> list[dict[str, object]]:
    return [{"code": category.code, "name": category.name} for category in categories]


class UnknownCategory(Invalid):
    """A report names a category that the tenant does not have; `suggestions` are the nearest it has."""

    slug = "unknown-category"
    title = Text("Không có lĩnh vực này", "There is no such category")

    def __init__(self, code: str, suggestions: Sequence[Category] = ()) -> None:
        detail = Text(
            "Không có lĩnh vực “{code}”. Xin chọn một lĩnh vực trong GET /api/v1/categories{near}",
            "There is no category “{code}”. Choose one of GET /api/v1/categories{near}",
        )
        near = Text(
            "; có phải bạn muốn chọn: " + ", ".join(item.name.vi for item in suggestions) + "?",
            "; did you mean: " + ", ".join(item.name.en for item in suggestions) + "?",
        )
        shown = code if len(code) <= 60 else f"{code[:60]}…"
        super().__init__(
            Text(
                detail.vi.format(code=shown, near=near.vi if suggestions else "."),
                detail.en.format(code=shown, near=near.en if suggestions else "."),
            ),
            suggestions=_offers(suggestions),
            errors=[{"pointer": "/category", "detail": self.title}],
        )


class CategoryNotFound(NotFound):
    """There is no category at this address."""

    slug = "category-not-found"
    title = Text("Không tìm thấy lĩnh vực", "Category not found")

    def __init__(self, suggestions: Sequence[Category] = ()) -> None:
        super().__init__(
            Text(
                "Mã lĩnh vực này không có. Danh sách đầy đủ ở GET /api/v1/categories.",
                "No category has this code. The full list is at GET /api/v1/categories.",
            ),
            suggestions=_offers(suggestions),
        )


class RetiredCategory(Invalid):
    """The category is known but takes no new reports today."""

    slug = "retired-category"
    title = Text("Lĩnh vực này không còn nhận phản ánh", "This category takes no new reports")

    def __init__(self, category: Category, suggestions: Sequence[Category] = ()) -> None:
        super().__init__(
            Text(
                "Lĩnh vực “{name}” hiện không nhận phản ánh mới. Xin chọn lĩnh vực khác trong GET /api/v1/categories.",
                "The category “{name}” takes no new reports now. Choose another of GET /api/v1/categories.",
            ).fill(name=category.name.vi),
            suggestions=_offers(suggestions),
            errors=[{"pointer": "/category", "detail": self.title}],
        )


class InvalidAnswers(Invalid):
    """Answers do not fit the category's questions; `errors` has one entry per answer, with its pointer."""

    slug = "invalid-answers"
    title = Text("Câu trả lời chưa phù hợp", "Some answers do not fit")

    def __init__(self, category: Category, errors: Sequence[dict[str, object]]) -> None:
        super().__init__(
            Text(
                "Có câu trả lời chưa phù hợp với câu hỏi của lĩnh vực “{vi}”; xem từng mục trong errors.",
                "Some answers do not fit the questions of “{en}”; see errors.",
            ).fill(vi=category.name.vi, en=category.name.en),
            errors=list(errors),
        )


class InvalidCategory(Invalid):
    """The category cannot be so; `errors` has a pointer for each mistake."""

    JUST_TAKEN: ClassVar[Text] = Text(
        "Vừa có người thêm lĩnh vực mang mã này.", "Somebody has just added a category with this code."
    )


class StaleCategory(NewerPublished):
    """The version was made from one that is not the newest any more."""

    slug = "stale-category"
    title = Text("Lĩnh vực này đã có phiên bản mới hơn", "A newer version of the category was published")
