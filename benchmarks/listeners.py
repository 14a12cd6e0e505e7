"""Thousands of listeners of one live stream in one process that does little else: connect, read, note when.

    python -m benchmarks.listeners HOST:PORT /path COUNT FILE [HEADER]

Speaks with whoever started it: a line {"joined": …} and a pause when a quarter listens, {"ready": …} when all do,
{"position": …} when an event has reached all of them, and after its standard input was closed a line with what went
wrong; FILE then holds the times of arrival, seconds of the monotonic clock, event after event by position.
"""

from __future__ import annotations

import json
import re
import resource
import select
import socket
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_STEP = 200  # connections opened before their first bytes are waited for
_PAUSE_S = 0.5  # after the first quarter, for whoever wants to look at the server then
_EVENT = re.compile(rb"(?:^|\n)id: (\d+)\nevent: ")
_BEGINNING = re.compile(rb"\nid: (\d+)\n\n")
_LONGEST_WAIT_S = 60
_END = (b"\n\n", b"\n\n\r\n")  # of an event, without and with the end of an HTTP chunk


def all_descriptors() -> None:
    """This process and those it starts may hold as many connections as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@dataclass(slots=True)
class _Listener:
    """One connection: the position it has heard up to, and what came of an event that is not whole yet."""

    socket: socket.socket
    heard: int = -1
    rest: bytes = b""


@dataclass(slots=True)
class Crowd:
    """All listeners of one stream."""

    address: tuple[str, int]
    path: str
    tell: Callable[[dict[str, object]], None]
    header: str = ""  # one more line of the request
    poll: select.epoll = field(default_factory=select.epoll)
    listeners: dict[int, _Listener] = field(default_factory=dict)
    arrivals: dict[int, array[float]] = field(default_factory=dict)
    dropped: int = 0
    lost: int = 0
    repeated: int = 0
    _known: dict[bytes, tuple[int, ...]] = field(default_factory=dict)

    def join(self, count: int) -> None:
        """`count` connections listen. Raises: TimeoutError, OSError."""
        more = f"{self.header}\r\n" if self.header else ""
        head = f"GET {self.path} HTTP/1.1\r\nHost: haiduong.localhost\r\nAccept: text/event-stream\r\n{more}\r\n"
        request = head.encode()
        until = time.monotonic() + _LONGEST_WAIT_S
        paused = False
        step = min(_STEP, max(1, count // 4))
        for begun in range(0, count, step):
            if begun >= count // 4 and not paused:
                self.tell({"joined": len(self.listeners)})
                time.sleep(_PAUSE_S)
                paused = True
            fresh = []
            for _ in range(min(step, count - begun)):
                connection = socket.create_connection(self.address, timeout=10)
                connection.sendall(request)
                connection.settimeout(0)
                listener = self.listeners[connection.fileno()] = _Listener(connection)
                self.poll.register(connection.fileno(), select.EPOLLIN)
                fresh.append(listener)
            while any(listener.heard < 0 for listener in fresh):
                if time.monotonic() > until:
                    message = f"{self.dropped} connections were refused, others got no answer"
                    raise TimeoutError(message)
                self.hear(0.1)
            until = time.monotonic() + _LONGEST_WAIT_S

    def hear(self, timeout_s: float) -> bool:
        """Take what has come; False when standard input was closed."""
        for number, _ in self.poll.poll(timeout_s):
            listener = self.listeners.get(number)
            if listener is None:
                return False
            try:
                data = listener.socket.recv(65536)
            except OSError:
                data = b""
            at = time.monotonic()
            if not data:
                self._gone(number, listener)
            elif listener.heard < 0:
                self._begin(listener, data)
            else:
                self._take(listener, data, at)
        return True

    def _gone(self, number: int, listener: _Listener) -> None:
        self.dropped += 1
        self.poll.unregister(number)
        listener.socket.close()
        del self.listeners[number]

    def _begin(self, listener: _Listener, data: bytes) -> None:
        """Note where the stream says that it begins."""
        listener.rest += data
        found = _BEGINNING.search(listener.rest)
        if found:
            listener.heard, listener.rest = int(found[1]), b""

    def _take(self, listener: _Listener, data: bytes, at: float) -> None:
        if listener.rest:
            data, listener.rest = listener.rest + data, b""
        positions = self._known.get(data)
        if positions is None:
            if not data.endswith(_END):
                listener.rest = data
                return
            positions = self._known[data] = tuple(int(one) for one in _EVENT.findall(data))
        for position in positions:
            if position <= listener.heard:
                self.repeated += 1
                continue
            self.lost += position - listener.heard - 1
            listener.heard = position
            arrived = self.arrivals.get(position)
            if arrived is None:
                arrived = self.arrivals[position] = array("d")
            arrived.append(at)
            if len(arrived) == len(self.listeners):
                self.tell({"position": position})

    def told_in_full(self) -> Iterator[tuple[int, array[float]]]:
        """Position and times of arrival of each event, in order."""
        return iter(sorted(self.arrivals.items()))

    def behind(self) -> int:
        """Events that never came to a connection that is still there."""
        last = max(self.arrivals, default=0)
        return sum(last - listener.heard for listener in self.listeners.values() if self.arrivals)


def main() -> None:
    """Listen until standard input is closed."""
    where, path, count, file, *header = sys.argv[1:]
    host, _, port = where.partition(":")
    all_descriptors()

    def tell(said: dict[str, object]) -> None:
        print(json.dumps(said), flush=True)

    crowd = Crowd((host, int(port)), path, tell, *header)
    crowd.join(int(count))
    crowd.poll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
    tell({"ready": len(crowd.listeners)})
    while crowd.hear(1.0):
        pass
    with Path(file).open("wb") as kept:
        for _, arrived in crowd.told_in_full():
            arrived.tofile(kept)
    tell(
        {
            "dropped": crowd.dropped,
            "lost": crowd.lost + crowd.behind(),
            "repeated": crowd.repeated,
            "events": [[position, len(arrived)] for position, arrived in crowd.told_in_full()],
        }
    )


if __name__ == "__main__":
    main()
