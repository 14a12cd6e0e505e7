"""Python's collector of cycles, spared what stays for as long as the process lives.

Importing the program and reading the map make more than a million objects and leave next to nothing behind; the
collector would walk all of them again and again meanwhile, for a fifth of the time that a start takes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sparing() -> Iterator[None]:
    """Nothing is collected meanwhile, and what is there afterwards is never walked: for what is made at a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
