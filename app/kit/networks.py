"""Where a request comes from, as it is counted: one subscriber, and the network around."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

_SUBSCRIBER_V6, _NETWORK_V4, _NETWORK_V6 = 64, 24, 48


class Whence(NamedTuple):
    """An address as it is counted, and the network around it.

    `telling`: it is one of the open internet. Others are those of a machine, a proxy that does not pass on who asks, or
    a building: many people, or all of them.
    """

    address: str
    network: str
    telling: bool


@lru_cache(maxsize=8192)
def whence(host: str) -> Whence:
    """Where `host` is: IPv4 for itself and in its /24; IPv6 by its /64, which is one line, and its /48."""
    try:
        found = ip_address(host)
    except ValueError:
        return Whence(host, host, telling=False)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return Whence(str(found), str(ip_network((found, _NETWORK_V4), strict=False)), telling=found.is_global)
    line, around = (str(ip_network((found, bits), strict=False)) for bits in (_SUBSCRIBER_V6, _NETWORK_V6))
    return Whence(line, around, telling=found.is_global)
