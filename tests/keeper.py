"""Forks the program, imported once, for tests/nursery.py: `python -m tests.keeper SOCKET`.

A message is what to run and its environment, with the file descriptors that are to be its 0, 1 and 2 and one on which
its process number and, in the end, its exit status are told. Children die with the keeper, the keeper with its test
process.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
import traceback
from typing import NoReturn

import tests.conftest  # noqa: F401 - what the workers of tests/crash and tests/faults import
from app.cli.main import run
from app.main import routes
from tests.nursery import MESSAGE_BYTES, NUMBER, PROGRAM

_PR_SET_PDEATHSIG = 1


def keep(orders: socket.socket) -> None:
    """Fork for each message until the other side is gone."""
    signal.signal(signal.SIGCHLD, lambda *_: None)
    noticed, note = socket.socketpair()
    note.setblocking(False)
    signal.set_wakeup_fd(note.fileno())
    waiting: dict[int, socket.socket] = {}
    routes()  # else each of them would look through all of them
    gc.freeze()  # pages that the collector does not touch stay shared
    with selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(noticed, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if noticed in ready:
                noticed.recv(4096)
                _tell_ends(waiting)
            if orders in ready:
                message, numbers, _, _ = socket.recv_fds(orders, MESSAGE_BYTES, 4)
                if not message:
                    return
                *streams, told = numbers
                teller = socket.socket(fileno=told)
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    selector.close()
                    for other in (orders, noticed, note, teller, *waiting.values()):
                        other.close()
                    _live(message, streams)
                for number in streams:
                    os.close(number)
                waiting[pid] = teller
                teller.send(NUMBER.pack(pid))


def _tell_ends(waiting: dict[int, socket.socket]) -> None:
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with waiting.pop(pid) as teller, contextlib.suppress(BrokenPipeError):
            teller.send(NUMBER.pack(status))


def _live(message: bytes, streams: list[int]) -> NoReturn:
    """Be the process that was asked for, from its first line to its last."""
    keeper = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:
        os._exit(1)
    for place, number in enumerate(streams):
        os.dup2(number, place)
    for number in streams:
        os.close(number)
    what, _, environment = message.partition(b"\0")
    name, *arguments = json.loads(what)
    os.environ.clear()  # noqa: TID251 - as exec would do
    os.environ.update(json.loads(environment))  # noqa: TID251
    sys.argv = [name, *arguments]
    code = 1
    try:
        code = _run(name)
        threading._shutdown()  # type: ignore[attr-defined] # what the interpreter does at its end
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _run(name: str) -> int:
    try:
        if name == PROGRAM:
            run()
        else:
            runpy.run_module(name, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the interpreter would print it and end
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    keep(socket.socket(fileno=int(sys.argv[1])))
