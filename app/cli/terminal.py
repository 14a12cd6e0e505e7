"""What the command line says: sentences in both languages, and never a traceback for what a person can mend."""

from __future__ import annotations

import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from app.kit.text import Text

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandError(Exception):
    """The command cannot do what it was asked; `sentence` says why and what to do."""

    def __init__(self, sentence: Text) -> None:
        self.sentence = sentence
        super().__init__(sentence.en)


_REASONS = {
    errno.EADDRINUSE: Text("cổng đã có chương trình khác dùng", "another program uses the port"),
    errno.EADDRNOTAVAIL: Text("máy này không có địa chỉ đó", "this machine has no such address"),
    errno.EACCES: Text("không có quyền", "not permitted"),
    errno.EPERM: Text("không có quyền", "not permitted"),
    errno.ENOENT: Text("không có ở đó", "it is not there"),
    errno.ENOSPC: Text("đĩa đã đầy", "the disk is full"),
    errno.EROFS: Text("đĩa chỉ cho đọc", "the disk is read-only"),
    errno.ECONNREFUSED: Text("máy đó từ chối kết nối", "the connection was refused"),
    errno.EHOSTUNREACH: Text("không có đường tới máy đó", "there is no way to that machine"),
    errno.ENETUNREACH: Text("không có đường tới máy đó", "there is no way to that machine"),
}


def reason(error: OSError) -> Text:
    """Why the system refused; what it calls it itself when we have no words for it."""
    if isinstance(error, socket.gaierror):
        return Text("không tìm thấy máy nào tên như vậy", "no machine of that name is found")
    if isinstance(error, TimeoutError):
        return Text("không trả lời", "no answer")
    known = _REASONS.get(error.errno) if error.errno is not None else None
    plain = error.strerror or type(error).__name__
    return known or Text(plain, plain)


def say(sentence: Text) -> None:
    """Print one line, Vietnamese first."""
    print(f"{sentence.vi} · {sentence.en}" if sentence.vi != sentence.en else sentence.vi, flush=True)


def complain(sentence: Text) -> None:
    """Print a sentence to standard error, one language a line."""
    print(f"{sentence.vi}\n{sentence.en}" if sentence.vi != sentence.en else sentence.vi, file=sys.stderr, flush=True)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Inside, a signal to end becomes SystemExit, so that everything opened is closed on the way out."""
    before = {number: signal.signal(number, _leave) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def not_to_be_cut_short() -> Iterator[None]:
    """Inside, signals to end are ignored: what is being closed already is closed wholly."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
