"""Where requests may go: never to this machine, its network, or the services a cloud hides beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from app.kit.text import Text

LONGEST_URL = 2000
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
Part = Literal["url", "scheme", "host", "userinfo", "fragment"]

_REFUSALS: Mapping[Part, Text] = MappingProxyType(
    {
        "url": Text("Địa chỉ không đọc được.", "Not a URL."),
        "scheme": Text("Địa chỉ cần bắt đầu bằng https://.", "The URL must begin with https://."),
        "host": Text(
            "Không gửi đến địa chỉ nội bộ hoặc dành riêng.", "Nothing is sent to private or reserved addresses."
        ),
        "userinfo": Text("Địa chỉ không được chứa tên và mật khẩu.", "The URL must not hold a name or a password."),
        "fragment": Text("Địa chỉ không được chứa dấu #.", "The URL must not hold a fragment."),
    }
)

_CLOSED: tuple[IPv4Network | IPv6Network, ...] = (
    # What `is_global` has not told alike in all releases of Python, and what a cloud answers metadata on.
    *map(IPv4Network, ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4")),
    IPv4Network("168.63.129.16/32"),
    *map(IPv6Network, ("fc00::/7", "fe80::/10", "fec0::/10", "2001::/23", "2001:db8::/32", "100::/64", "5f00::/16")),
    # Ways through which an IPv4 address may be reached that stands elsewhere in the six, or that lead nowhere public.
    *map(IPv6Network, ("64:ff9b:1::/48", "::ffff:0:0:0/96", "3fff::/20")),
)
_NAT64 = IPv6Network("64:ff9b::/96")
_PUBLIC = IPv6Network("2000::/3")  # all that is given out so far (IANA)


def is_forbidden(address: str) -> bool:
    """Whether an IP address (as text, perhaps with a zone) is anything but a public unicast host.

    IPv6 addresses that only carry an IPv4 address (mapped, compatible, NAT64, 6to4) are judged by that one, and those
    that hide where they lead (Teredo) are forbidden.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = _carried(found)
        if inner is not None:
            found = inner
        elif found not in _PUBLIC:
            return True
    closed = any(found.version == network.version and found in network for network in _CLOSED)
    return closed or found.is_multicast or not found.is_global


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for, None when it stands for itself."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def refused_part(url: str, *, private: bool) -> Part | None:
    """What of a URL no subscription may have, None when it may be asked.

    Args:
        url: absolute, as an administrator typed it.
        private: whether this installation sends to private addresses and without TLS.
    A host that is an address is judged here already; a name is judged whenever it is resolved.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "url"
    if len(url) > LONGEST_URL or not url.isascii() or any(mark <= " " or mark == "\x7f" for mark in url) or not host:
        return "url"
    wrong: tuple[tuple[Part, bool], ...] = (
        ("scheme", parts.scheme not in ({"https", "http"} if private else {"https"})),
        ("userinfo", parts.username is not None or parts.password is not None),
        ("fragment", "#" in url),
        ("host", not private and _is_local(host)),
    )
    return next((part for part, is_wrong in wrong if is_wrong), None)


def _is_local(host: str) -> bool:
    """Whether the host is a forbidden address, or a name that only a local network can know.

    What ends in a number is no name: resolvers read `0x7f.1` and `127.1` as addresses (WHATWG URL, "ends in a number").
    """
    try:
        return is_forbidden(host)
    except ValueError:
        *above, last = host.rstrip(".").split(".")
        return not above or _NUMBER.fullmatch(last) is not None


def refusal_of(url: str, *, private: bool) -> Text | None:
    """What is wrong with it, for the administrator who typed it; None when it may be asked."""
    part = refused_part(url, private=private)
    return _REFUSALS[part] if part is not None else None
