"""The icon of the application in any colour, drawn as PNG for phones that put it on their screen."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

COLOUR: Final = "#0b4f6c"
SIZES: Final = (180, 192, 512)
_UNITS: Final = 32  # the drawing's own side, as in icon.svg
_FINER: Final = 4  # drawn larger and brought down, so that its edges are smooth
_CORNER: Final = 7
_LINE: Final = ((7, 22), (16, 9), (25, 22))
_DOT_RADIUS: Final = 3.5
_TOP_COLOUR: Final = "#ffc845"
_SAFE: Final = 0.72  # a mask may cut all but the inner 80 % of a side (W3C manifest, "maskable")


@lru_cache(maxsize=64)
def icon_png(colour: str, side: int, *, maskable: bool = False) -> bytes:
    """The icon on a ground of `colour` (`#rrggbb`), `side` pixels wide; `maskable` fills the corners too."""
    whole = side * _FINER
    image = Image.new("RGBA", (whole, whole), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    unit = whole / _UNITS
    if maskable:
        draw.rectangle((0, 0, whole, whole), fill=colour)
    else:
        draw.rounded_rectangle((0, 0, whole - 1, whole - 1), radius=_CORNER * unit, fill=colour)
    scale = unit * (_SAFE if maskable else 1)
    points = [(whole / 2 + (x - 16) * scale, whole / 2 + (y - 16) * scale) for x, y in _LINE]
    draw.line(points, fill="#ffffff", width=round(2.5 * scale), joint="curve")
    for place, (x, y) in enumerate(points):
        radius = _DOT_RADIUS * scale
        fill = _TOP_COLOUR if place == 1 else "#ffffff"
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
    small = image.resize((side, side), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()
