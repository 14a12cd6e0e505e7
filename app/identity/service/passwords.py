"""Passwords: argon2id in threads."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.identity.domain import generate_password
from app.identity.errors import SignInBusy
from app.kit.networks import whence
from app.kit.text import nfc
from app.web.live import address_of
from app.web.logs import CURRENT

P = ParamSpec("P")
T = TypeVar("T")

# RFC 9106 allows less time for less memory; with 46 MiB two at once stay under 100 MiB and take about 0.1 s each.
ARGON2_MEMORY_KIB = 47_104
ARGON2_PASSES = 2


class Passwords:
    """argon2id in threads, few at once, so that signing in never starves the rest of the process."""

    def __init__(
        self, hasher: PasswordHasher | None = None, *, at_once: int = 2, waiting: int = 32, of_one: int = 8
    ) -> None:
        """`waiting` people may queue, `of_one` of them from one address; further ones are sent away."""
        self._hasher = hasher or PasswordHasher(time_cost=ARGON2_PASSES, memory_cost=ARGON2_MEMORY_KIB, parallelism=1)
        self._turns = asyncio.Semaphore(at_once)
        self._room = at_once + waiting
        self._of_one = of_one
        self._queued: Counter[str] = Counter()
        self._decoy = _decoy(self._hasher.time_cost, self._hasher.memory_cost, self._hasher.parallelism)

    async def hash(self, password: str) -> str:
        """The password's hash in PHC format. Raises: SignInBusy."""
        return await self._in_turn(self._hasher.hash, nfc(password))

    async def check(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one stored; costs the same when nothing is stored. Raises: SignInBusy."""
        return await self._in_turn(self._verify, stored or self._decoy, nfc(password)) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        place = _whence()
        if self._room <= 0 or (place and self._queued[place] >= self._of_one):
            raise SignInBusy
        self._room -= 1
        self._queued[place] += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(call, *args, **kwargs)
        finally:
            self._room += 1
            self._queued[place] -= 1
            if not self._queued[place]:
                del self._queued[place]


@cache
def _decoy(time_cost: int, memory_cost: int, parallelism: int) -> str:
    """A hash of nobody's password, checked for unknown names so that they cost what known ones cost.

    One for a process: it takes as long as a password to make.
    """
    hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)
    return hasher.hash(generate_password())


def _whence() -> str:
    """The address of the request under way; empty for none, and for one that everybody may be behind."""
    scope = CURRENT.get()
    place = whence(address_of(scope) or "") if scope is not None else None
    return place.address if place is not None and place.telling else ""
