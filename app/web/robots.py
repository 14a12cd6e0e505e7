"""What search engines may show of an installation: pages that are the same for everybody, and nothing else.

Source: RFC 9309 (robots.txt). What is not to be found says so on each answer as well: of an address that a crawler only
may not read it still tells whoever links to it.
"""

from __future__ import annotations

from typing import Final

_SHOWN: Final = frozenset(
    ("", "cases", "deadlines", "docs", "map", "portal", "privacy", "problems", "procedures", "static")
)
_ITSELF: Final = frozenset(("report", "verify"))  # below are what somebody writes, and papers of somebody's
_OF_CRAWLERS: Final = ("/robots.txt", "/sitemap.xml", "/sitemaps/", "/icon-", "/manifest.webmanifest")
_ASIDE: Final = (
    *(
        "/account",
        "/api/",
        "/apply/",
        "/calendars/",
        "/console",
        "/data",
        "/erasure",
        "/follow",
        "/notices",
        "/offline",
    ),
    *("/oidc", "/open311/", "/provider", "/report/", "/sent", "/service-requests", "/sign-in", "/verify/"),
    # The same again in as many ways as there are filters. Another language is a page of its own: `?lang=` may be read.
    *(f"/cases?{name}=" for name in ("area", "category", "cursor", "overdue", "q", "state")),
    *(f"/procedures?{name}=" for name in ("area", "life_event", "q")),
)
HIDDEN: Final = (b"x-robots-tag", b"noindex, nofollow")


def is_shown(path: str) -> bool:
    """Whether a search engine may show what is at this address."""
    first, _, rest = path[1:].partition("/")
    if first in _SHOWN:
        return not path.endswith("/widget")  # a frame of other sites' pages
    return (first in _ITSELF and not rest) or path.startswith(_OF_CRAWLERS)


def robots(host: str) -> bytes:
    """The file for crawlers: what they are asked not to read, and where all the rest is listed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _ASIDE), "", f"Sitemap: {host}/sitemap.xml", ""]
    return "\n".join(lines).encode()
