"""A portal as JSON Feed 1.1, and pages of the installation as sitemaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

import orjson

from app.kit.clock import rfc3339
from app.publication.schemas import Feed, add_element, in_a_sentence, in_words, xml_bytes
from app.publication.terms import Told

_SITEMAP: Final = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def changes(news: Sequence[Told]) -> list[dict[str, Any]]:
    """The changes as both feeds of the province have them: whole cases, and what is shown no longer."""
    return [
        orjson.loads(one.body)
        if one.body is not None
        else {"code": one.code, "withdrawn": True, "updated_at": rfc3339(one.updated_at)}
        for one in news
    ]


def json_feed(feed: Feed, news: Sequence[Told], more: str | None) -> bytes:
    """JSON Feed 1.1; what the portal shows no longer is named in an extension, which readers may pass over."""
    shown = [orjson.loads(one.body) for one in news if one.body is not None]
    gone = [{"id": feed.id_of(one.code), "code": one.code, "date": one.updated_at} for one in news if one.body is None]
    told: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title(feed.lang),
        "description": feed.intro(feed.lang),
        "home_page_url": feed.page,
        "feed_url": feed.own,
        "language": feed.lang.value,
        "items": [
            {
                "id": feed.id_of(case["code"]),
                "url": f"{feed.base}/cases/{case['code']}",
                "title": case["title"],
                "summary": in_a_sentence(case, feed.lang),
                "content_text": in_words(case),
                "date_published": case["opened_at"],
                "date_modified": case["updated_at"],
                "tags": [case["category"]["name"][feed.lang.value]],
            }
            for case in shown
        ],
        "_withdrawn": gone,
    }
    if more:
        told["next_url"] = more
    return orjson.dumps(told, option=orjson.OPT_UTC_Z)


def sitemap(pages: Iterable[tuple[str, datetime | None]]) -> bytes:
    """Pages by their addresses, with when each changed where that is known."""
    return _listed("urlset", "url", pages)


def sitemap_index(maps: Iterable[tuple[str, datetime | None]]) -> bytes:
    """Sitemaps by their addresses, with when each changed where that is known."""
    return _listed("sitemapindex", "sitemap", maps)


def _listed(whole: str, each: str, places: Iterable[tuple[str, datetime | None]]) -> bytes:
    root = ET.Element(whole, dict(_SITEMAP))
    for address, at in places:
        place = add_element(root, each)
        add_element(place, "loc", address)
        if at is not None:
            add_element(place, "lastmod", rfc3339(at))
    return xml_bytes(root)
