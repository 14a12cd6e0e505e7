"""Videos lose their places, names and times, keep every picture and every sound, and are refused when they cannot."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import pytest

from app.media import domain
from app.media.terms import FileKind, Refusal
from tests.films import H264, PHONE, PLACE, box, film, seen

FAST = ("-movflags", "use_metadata_tags+faststart")
FILMS = {
    "mp4": ("mp4", *H264),
    "tags": ("mp4", *H264, *FAST),
    "mov": ("mov", *H264),
    "mov-tags": ("mov", *H264, *FAST),
    "hevc": ("mov", "-c:v", "libx265", "-x265-params", "log-level=error", "-tag:v", "hvc1", "-c:a", "aac"),
    "3gp": ("3gp", "-c:v", "h263", "-c:a", "aac"),
    "webm": ("webm", "-c:v", "libvpx", "-c:a", "libopus"),
}
PLANTED = (PLACE.encode(), PHONE.encode(), b"20.9467", b"SM-G991B", b"Lavf")
MP4 = FileKind.MP4


def cleaned(content: bytes) -> bytes:
    kind = domain.kind_of(content[:64])
    assert kind is not None
    found = domain.video(kind, content)
    assert isinstance(found, bytes), found
    return found


@pytest.mark.parametrize("name", FILMS)
def test_a_video_keeps_its_pictures_and_its_sound_and_nothing_else(name: str) -> None:
    ending, *codecs = FILMS[name]
    content = film(ending, *codecs)
    assert PHONE.encode() in content
    made = cleaned(content)
    assert len(made) == len(content)
    assert [one for one in PLANTED if one in made] == []
    before, after = seen(content, ending), seen(made, ending)
    assert after[0] == before[0], "every picture and every sound is the same"
    assert "2026-11-20" in before[1]
    for word in ("2026-11-20", PHONE, PLACE, "creation_time"):
        assert word not in after[1]


def test_a_browser_does_not_say_where_a_cluster_ends() -> None:
    content = bytearray(film("webm", "-c:v", "libvpx", "-c:a", "libopus", "-cluster_time_limit", "200"))
    lengths = [found.end() for found in re.finditer(rb"\x18S\x80g|\x1fC\xb6u", content)]  # of the segment, of clusters
    assert len(lengths) > 3
    for at in lengths:
        width = 9 - content[at].bit_length()
        content[at : at + width] = (2 ** (7 * width + 1) - 1).to_bytes(width)
    made = cleaned(bytes(content))
    assert [one for one in PLANTED if one in made] == []
    assert seen(made, "webm")[0] == seen(bytes(content), "webm")[0]


def test_a_journey_that_is_told_beside_the_pictures_is_gone_from_the_data_too() -> None:
    """A track of its own, as action cameras write one; its samples lie among those of the pictures."""
    content = film("mp4", *H264, journey=True)
    assert PLACE.encode() in content
    made = cleaned(content)
    assert PLACE.encode() not in made
    assert seen(made, "mp4")[0] == seen(content, "mp4")[0]
    assert "Subtitle" not in seen(made, "mp4")[1]


def test_boxes_that_nobody_listed_are_blanked_wherever_they_stand() -> None:
    plain = film("mp4", *H264)
    at = plain.index(b"moov") - 4
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), PHONE.encode())
    places = box(b"gps ", PLACE.encode())
    packed = plain[:at] + plain[at:]  # `moov` stands last: nothing before it moves
    (length,) = struct.unpack_from(">I", packed, at)
    held = packed[at : at + length] + box(b"udta", box(b"loci", PLACE.encode())) + box(b"meta", PHONE.encode())
    content = packed[:at] + struct.pack(">I", len(held)) + held[4:] + xmp + places
    assert [one for one in PLANTED if one in cleaned(content)] == []
    assert seen(cleaned(content), "mp4")[0] == seen(plain, "mp4")[0]


def test_sound_that_we_do_not_know_goes_unless_it_is_all_there_is() -> None:
    """Telephones write some twice: as everybody hears it, and as their own makers' players do."""
    twice = film("mp4", *H264, "-map", "0", "-map", "1", "-map", "1")
    first = twice.index(b"mp4a\0")
    one = twice[:first] + b"apac" + twice[first + 4 :]
    assert seen(cleaned(one), "mp4")[1].count("Audio: aac") == 1
    second = one.index(b"mp4a\0")
    assert domain.video(MP4, one[:second] + b"apac" + one[second + 4 :]) is Refusal.UNCLEANABLE


HEAD = box(b"ftyp", b"isom\0\0\2\0isom")
UNCLEAN: dict[str, Callable[[], bytes]] = {
    "cut off": lambda: film("mp4", *H264)[:-40],
    "in fragments": lambda: film("mp4", *H264, "-movflags", "frag_keyframe+empty_moov"),
    "encrypted": lambda: film("mp4", *H264).replace(b"avc1\0", b"encv\0"),
    "nobody says where": lambda: film("mp4", *H264).replace(b"stco\0", b"stcx\0"),
    "no tracks": lambda: HEAD + box(b"mdat", PLACE.encode()),
    "no lengths": lambda: HEAD + b"\0\0\0\0moov" + bytes(200),
    "too much data": lambda: film("mp4", *H264) + box(b"mdat") * 100,
    "too many boxes": lambda: HEAD + box(b"free") * 30_000,
    "cut off, in elements": lambda: film("webm", "-c:v", "libvpx", "-c:a", "libopus")[:-40],
    "a coder's own notes": lambda: film("webm", "-c:v", "libvpx", "-c:a", "libvorbis"),
    "no elements": lambda: b"\x1aE\xdf\xa3" + bytes(100),
}


@pytest.mark.parametrize("why", UNCLEAN)
def test_what_cannot_be_vouched_for_is_refused(why: str) -> None:
    content = UNCLEAN[why]()
    kind = domain.kind_of(content[:64])
    assert kind is not None
    assert domain.video(kind, content) is Refusal.UNCLEANABLE


@pytest.mark.parametrize("name", ["mp4", "webm"])
def test_a_damaged_video_is_cleaned_or_refused_and_nothing_worse(name: str) -> None:
    ending, *codecs = FILMS[name]
    content = film(ending, *codecs)
    kind = domain.kind_of(content[:64])
    assert kind is not None
    for at in range(4, len(content), len(content) // 300):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        assert isinstance(domain.video(kind, bytes(broken)), bytes | Refusal)
