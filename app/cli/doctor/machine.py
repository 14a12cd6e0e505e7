"""Checks that need no database: key, data folder, port."""

from __future__ import annotations

import os
import re
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx

from app.cli.installation import find_key, key_file, listen
from app.cli.terminal import CommandError
from app.settings import Settings

from .findings import Finding, broken, ok, warning

FREE_LITTLE, FREE_TOO_LITTLE = 2_000_000_000, 300_000_000  # bytes
FEW_FILES = 16_384
_KEY_VARIETY = 10  # different characters


def examine_machine(settings: Settings) -> Iterator[Finding]:
    """Findings about this machine, one by one."""
    yield _key(settings)
    yield from _folder(settings)
    port, ours = _port(settings)
    yield port
    yield _proxies(settings, _unbelieved(settings) if ours else 0)
    yield _files()


def _key(settings: Settings) -> Finding:
    file = key_file(settings)
    if settings.secret_key is None and file.exists() and (others := _readable_by_others(file)):
        return broken(
            f"Người khác trên máy đọc được khoá {file} ({others}). Chạy: chmod 600 {file}",
            f"Others on this machine can read the key {file} ({others}). Run: chmod 600 {file}",
        )
    try:
        key = find_key(settings)
    except CommandError as refused:
        return broken(refused.sentence.vi, refused.sentence.en)
    if key is None:
        return warning(
            f"Chưa có khoá; lần chạy đầu sẽ sinh ra {file}. Nhiều máy thì đặt chung LIENTHONG_SECRET_KEY.",
            f"There is no key yet; the first start makes {file}. Several machines share LIENTHONG_SECRET_KEY.",
        )
    if len(set(key.get_secret_value())) < _KEY_VARIETY:
        return broken(
            "Khoá quá yếu: cần ít nhất 32 ký tự ngẫu nhiên. Trước khi có dữ liệu thật: openssl rand -base64 48",
            "The key is too weak: at least 32 random characters. Before there is real data: openssl rand -base64 48",
        )
    return ok(
        "Khoá đủ mạnh. Cất một bản sao ở nơi khác.", "The key is strong enough. Keep a copy of it somewhere else."
    )


def _readable_by_others(file: Path) -> str:
    """The file's mode when anyone but its owner may read or write it, else nothing."""
    mode = stat.S_IMODE(file.stat().st_mode)
    return f"{mode:o}" if mode & 0o077 else ""


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir.resolve()
    if not folder.exists():
        yield warning(
            f"Chưa có thư mục dữ liệu {folder}; lần chạy đầu sẽ tạo.",
            f"There is no data folder {folder} yet; the first start makes it.",
        )
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield broken(
            f"Không ghi được vào thư mục dữ liệu {folder}. Đổi chủ thư mục, hoặc LIENTHONG_DATA_DIR.",
            f"The data folder {folder} cannot be written. Change its owner, or LIENTHONG_DATA_DIR.",
        )
    for name in ("postgres", ""):
        place = (folder / name).resolve()
        if place.exists():
            yield _space(place)
            return


def _space(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    if free < FREE_LITTLE:
        found = broken if free < FREE_TOO_LITTLE else warning
        return found(
            f"Chỉ còn trống {free // 1_000_000} MB ở {place}. Dọn đĩa hoặc chuyển thư mục dữ liệu.",
            f"Only {free // 1_000_000} MB are free at {place}. Make room, or move the data folder.",
        )
    return ok(
        f"Còn trống {free / 1e9:.0f} GB ở {place}.",
        f"{free / 1e9:.0f} GB are free at {place}.",
    )


def _port(settings: Settings) -> tuple[Finding, bool]:
    """What is at our address, and whether it is our own program."""
    address = f"{settings.host}:{settings.port}"
    try:
        listen(settings).close()
    except CommandError as refused:
        if _is_ours(address):
            return ok(f"Liên Thông đang phục vụ tại {address}.", f"Liên Thông serves at {address}."), True
        return broken(refused.sentence.vi, refused.sentence.en), False
    return ok(f"{address} còn trống.", f"{address} is free."), False


def _proxies(settings: Settings, unbelieved: float) -> Finding:
    """Whether requests come from where people are, as far as the settings and the running program tell."""
    trusted = settings.trusted_proxies.strip(", ")
    if unbelieved:
        return warning(
            f"{unbelieved:.0f} yêu cầu qua một proxy không được tin (X-Forwarded-For): mọi người sau nó bị đếm chung "
            "một địa chỉ. Nhật ký web nêu địa chỉ của nó; thêm vào LIENTHONG_TRUSTED_PROXIES nếu đó là proxy của bạn.",
            f"{unbelieved:.0f} requests came by a proxy that is not believed (X-Forwarded-For): all behind it are "
            "counted as one address. The web's log names it; add it to LIENTHONG_TRUSTED_PROXIES if it is yours.",
        )
    if (settings.public_url or "").startswith("https:") and not trusted:
        return warning(
            "LIENTHONG_PUBLIC_URL là https nhưng không proxy nào được tin: mọi người dân chung một địa chỉ. Đặt "
            "LIENTHONG_TRUSTED_PROXIES là địa chỉ của proxy.",
            "LIENTHONG_PUBLIC_URL is https and no proxy is believed: all people share one address. Set "
            "LIENTHONG_TRUSTED_PROXIES to the proxy's address.",
        )
    return ok(
        f"Proxy được tin: {trusted or 'không có'}.",
        f"Proxies that are believed: {trusted or 'none'}.",
    )


def _unbelieved(settings: Settings) -> float:
    """How many requests the program that runs here has had from proxies that it does not believe."""
    try:
        answer = httpx.get(f"http://{settings.host}:{settings.port}/metrics", timeout=5)
    except httpx.HTTPError:
        return 0
    told = re.search(r"^lienthong_unbelieved_forwards_total (\S+)$", answer.text, re.MULTILINE)
    return float(told[1]) if told is not None else 0


def _files() -> Finding:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FEW_FILES:
        return warning(
            f"Một tiến trình chỉ được mở {most} kết nối; luồng công khai giữ mỗi người một kết nối. Đặt "
            "LimitNOFILE=65536 (systemd) hoặc ulimit -Hn 65536.",
            f"A process may open {most} connections only; a live stream holds one for each listener. Set "
            "LimitNOFILE=65536 (systemd) or ulimit -Hn 65536.",
        )
    return ok(f"Một tiến trình được mở {most:,} kết nối.", f"A process may open {most:,} connections.")


def _is_ours(address: str) -> bool:
    """Whether what listens there answers as we do."""
    try:
        answer = httpx.get(f"http://{address}/health/live", timeout=3)
        return bool(answer.json() == {"status": "ok"})
    except (httpx.HTTPError, ValueError):
        return False
