"""Devices as their owners call them."""

from __future__ import annotations

from app.kit.text import Text

# What a browser says of itself, the first word that fits: each also claims to be those below it.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung Internet"),
             ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device_name(user_agent: str) -> Text:
    """A device as its owner would call it, from what its browser or app says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return Text(f"{browser} trên {system}", f"{browser} on {system}")
    told = browser or system or user_agent[:60]
    return Text(told, told) if told else Text("Máy không nêu tên", "A device without a name")
