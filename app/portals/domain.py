"""Decisions on portals: whether colours can be read (WCAG 2.2, 1.4.3), who may frame, what is wrong. Pure."""

from __future__ import annotations

import re
from typing import Final

from app.directory.snapshot import Unit
from app.kit.text import Text

from .terms import BRAND, LINK, MOST_FRAMERS, Portal, Wanted

LEAST_CONTRAST: Final = 4.5  # WCAG 2.2, success criterion 1.4.3 (AA) for text of any size
WHITE: Final = "#ffffff"
PAPER: Final = "#f4f7f8"  # the ground of every page, darker than the panels on it
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_FRAMER: Final = re.compile(
    r"https://(\*\.)?[a-z0-9]([a-z0-9-]{0,62}\.)*[a-z0-9-]{0,62}[a-z0-9](:[0-9]{1,5})?"
    r"|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)
_NOT_A_COLOUR: Final = Text("Màu cần dạng #rrggbb, ví dụ #0b4f6c.", "A colour is #rrggbb, such as #0b4f6c.")
_FAINT: Final = Text(
    "Tương phản {ratio}:1, cần ít nhất 4.5:1 (WCAG AA). Gần nhất đạt: {near}.",
    "The contrast is {ratio}:1, at least 4.5:1 is needed (WCAG AA). The nearest that does: {near}.",
)
_NOT_A_FRAMER: Final = Text(
    "Cần dạng https://trang.vn, không có đường dẫn.", "Must be like https://site.vn, without a path."
)
_TOO_MANY: Final = Text("Nhiều nhất 20 trang.", "20 sites at most.")


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours `#rrggbb` by WCAG 2.2: 1 (the same) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def darker(colour: str, part: float = 0.75) -> str:
    """The colour with `part` of its light."""
    return "#" + "".join(f"{int(int(colour[at : at + 2], 16) * part):02x}" for at in (1, 3, 5))


def nearest_readable(colour: str, ground: str) -> str:
    """The colour, darkened as little as makes it readable on the light `ground`."""
    for step in range(100, -1, -1):
        tried = darker(colour, step / 100)
        if contrast(tried, ground) >= LEAST_CONTRAST:
            return tried
    return "#000000"


def mistakes(wanted: Wanted) -> list[dict[str, object]]:
    """What is wrong with how the portal is to look, each with its pointer; nothing when it can be so."""
    found: list[dict[str, object]] = []
    for pointer, colour, ground in (("/brand", wanted.brand, WHITE), ("/link", wanted.link, PAPER)):
        if not _COLOUR.fullmatch(colour):
            found.append({"pointer": pointer, "detail": _NOT_A_COLOUR})
        elif (ratio := contrast(colour, ground)) < LEAST_CONTRAST:
            near = nearest_readable(colour, ground)
            shown = f"{int(ratio * 10) / 10:.1f}"  # never rounded up to what is needed
            found.append({"pointer": pointer, "detail": _FAINT.fill(ratio=shown, near=near)})
    if len(wanted.frame_ancestors) > MOST_FRAMERS:
        found.append({"pointer": "/frame_ancestors", "detail": _TOO_MANY})
    found += [
        {"pointer": f"/frame_ancestors/{place}", "detail": _NOT_A_FRAMER}
        for place, framer in enumerate(wanted.frame_ancestors)
        if not _FRAMER.fullmatch(framer)
    ]
    return found


def plain_portal(unit: Unit) -> Portal:
    """The portal of a unit that has not set it up: in its own name, in the province's colours, framed by nobody."""
    intro = Text(
        "Phản ánh, kiến nghị do {unit} và các đơn vị trực thuộc xử lý, công khai từng bước.",
        "Reports handled by {unit} and the units below it, every step in public.",
    )
    names = Text(unit.name, unit.name_en)
    look = Wanted(
        names, Text(intro.vi.format(unit=names.vi), intro.en.format(unit=names.en)), BRAND, LINK, frame_ancestors=()
    )
    return Portal(unit, look)


def theme(look: Wanted) -> str:
    """The style sheet that puts the portal's colours over the site's."""
    return (
        f":root{{--brand:{look.brand};--brand-dark:{darker(look.brand)};--link:{look.link}}}\n"
        ".brand small{color:#fff}\n.btn.plain:hover{background:#fff;text-decoration:underline}\n"
    )
