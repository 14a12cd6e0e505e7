"""Where requests never go."""

from __future__ import annotations

import pytest

from app.couriers.addresses import is_forbidden, refused_part

FORBIDDEN = [
    *("127.0.0.1", "127.8.9.10", "0.0.0.0", "0.1.2.3", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.88.99.1", "198.18.0.1"),
    *("203.0.113.5", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *(
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "100::1",
    ),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:1"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:c0a8:101::1"),
    *("2001:0:7f00:1::1", "2001::1"),
    # RFC 8215 and RFC 2765 carry an IPv4 address elsewhere; RFC 9637 is for documents; the rest is given to nobody.
    *("64:ff9b:1:a9fe:a9:fe00:808:808", "::ffff:0:127.0.0.1", "3fff::1", "4000::1"),
]
ALLOWED = ["8.8.8.8", "1.1.1.1", "123.30.215.27", "2606:4700:4700::1111", "::ffff:8.8.8.8", "2002:808:808::1"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_private_reserved_and_metadata_addresses_are_forbidden_however_they_are_written(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_public_addresses_are_not(address: str) -> None:
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://example.vn/events?a=b", None),
        ("https://example.vn:8443/", None),
        ("https://[2606:4700:4700::1111]/", None),
        ("http://example.vn/", "scheme"),
        ("ftp://example.vn/", "scheme"),
        ("https://localhost/", "host"),
        ("https://metadata./", "host"),
        ("https://127.0.0.1/", "host"),
        ("https://0x7f.1/", "host"),
        ("https://127.1/", "host"),
        ("https://example.0X7F./", "host"),
        ("https://8.8.8.8/", None),
        ("https://0x7f.example.vn/", None),
        ("https://[::1]/", "host"),
        ("https://[::ffff:10.0.0.1]/", "host"),
        ("https://name:password@example.vn/", "userinfo"),
        ("https://example.vn/#part", "fragment"),
        ("https://example.vn:port/", "url"),
        ("https://exa mple.vn/", "url"),
        ("https:///events", "url"),
        ("https://ví-dụ.vn/", "url"),
        ("example.vn", "url"),
        ("https://example.vn/" + "a" * 2000, "url"),
    ],
)
def test_what_of_a_url_is_refused(url: str, part: str | None) -> None:
    assert refused_part(url, private=False) == part


def test_an_intranet_may_be_told_by_plain_http() -> None:
    assert refused_part("http://10.0.0.7/events", private=True) is None
    assert refused_part("http://hub/events", private=True) is None
    assert refused_part("ftp://hub/events", private=True) == "scheme"
