"""Videos as telephones make them, by ffmpeg: with the place, the telephone and a journey in them."""

from __future__ import annotations

import struct
import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg

PLACE, PHONE = "+20.9467+106.3134/", "Nguyen Van A's SM-G991B"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")


def ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What the program says."""
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-y", *arguments]
    return subprocess.run(program, capture_output=True, check=True)


@lru_cache
def film(ending: str, *codecs: str, journey: bool = False) -> bytes:
    """A second of pictures and sound; with a `journey`, a track that tells of it as well."""
    with TemporaryDirectory() as folder:
        made, told = Path(folder, f"film.{ending}"), Path(folder, "journey.srt")
        told.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{PLACE}\n", encoding="utf-8")
        ffmpeg(
            *("-f", "lavfi", "-i", "testsrc=size=176x144:rate=15:duration=1"),
            *("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=1"),
            *(("-i", str(told), "-c:s", "mov_text", "-map", "0", "-map", "1", "-map", "2") if journey else ()),
            *codecs,
            *("-metadata", f"location={PLACE}", "-metadata", f"com.apple.quicktime.location.ISO6709={PLACE}"),
            *("-metadata", f"com.apple.quicktime.model={PHONE}", "-metadata", f"title={PHONE}"),
            *("-metadata", f"comment={PHONE}", "-metadata", "creation_time=2026-11-20T03:00:00Z"),
            *("-metadata:s:v", f"handler_name={PHONE}", "-metadata:s:v", f"title={PHONE}"),
            str(made),
        )  # fmt: skip
        return made.read_bytes()


def box(name: bytes, *parts: bytes) -> bytes:
    """A box of ISO 14496-12."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def seen(content: bytes, ending: str) -> tuple[str, str]:
    """Checksums of the pictures and the sound as they are played, and what ffmpeg tells of the file."""
    with TemporaryDirectory() as folder:
        file = Path(folder, f"film.{ending}")
        file.write_bytes(content)
        played = ffmpeg("-v", "error", "-i", str(file), "-map", "0:v", "-map", "0:a", "-f", "streamhash", "-")
        told = ffmpeg("-i", str(file), "-f", "null", "-")
        return played.stdout.decode() + played.stderr.decode(), told.stderr.decode()


MP4 = film("mp4", *H264)
