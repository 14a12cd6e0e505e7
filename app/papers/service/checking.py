"""Whether a paper is genuine: asked by anyone, who learns nothing of the person it is about."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from app.db.engine import Database
from app.identity.domain import Keyring
from app.kit import signing
from app.kit.ids import TenantId
from app.papers import domain, repository
from app.papers.terms import Checked, Copied, Matched, Paper

from .rendering import pdf_of
from .sealing import opened, shown
from .turns import Turns

log = logging.getLogger("lienthong.papers")
_NOBODYS = ("g", "g")  # no checksum lies here: what is misspelt is looked for as what is unknown


class Desk:
    """Draws papers, and compares files with them: work for anyone who asks, so that there is only so much at once."""

    def __init__(self, keys: Keyring, *, at_once: int = 2, waiting: int = 32) -> None:
        """`keys` open whom a paper is about; `waiting` may queue, further ones are sent away."""
        self._keys = keys
        self._turns = Turns(at_once, waiting)

    async def draw(self, paper: Paper) -> bytes:
        """The paper as a file. Raises: DeskBusy."""
        async with self._turns.one():
            return await pdf_of(shown(self._keys, paper))

    async def hand_out(self, db: Database, paper: Paper, now: datetime) -> bytes:
        """The same for whoever it was issued to: the file, and those of a result it names, are known again by anyone.

        One statement. Raises: DeskBusy.
        """
        pdf = await self.draw(paper)
        drawn, named = hashlib.sha256(pdf).digest(), domain.result_files(opened(self._keys, paper).facts)
        await repository.note_files(db, paper, {drawn: Matched.PAPER_FILE, **named}, now)
        return pdf

    async def compare(self, db: Database, tenant_id: TenantId, pdf: bytes) -> tuple[Checked | None, Copied]:
        """The paper that the file says it is or belongs to, and whether it is that file to the byte. Two statements.

        Raises: DeskBusy.
        """
        _, known = await _find(db, self._keys, tenant_id, hashlib.sha256(pdf).hexdigest())
        if known is not None and known.matched is not Matched.CODE:
            return known, Copied.SAME
        paper, checked = await _find(db, self._keys, tenant_id, domain.checksum_named_in(pdf) or "")
        if paper is not None and not opened(self._keys, paper).whole:
            return checked, Copied.GONE
        same = paper is not None and signing.same(await self.draw(paper), pdf)
        return checked, Copied.SAME if same else Copied.OTHER


async def check(db: Database, keys: Keyring, tenant_id: TenantId, typed: str) -> Checked | None:
    """What is told of the paper with this checksum or short code, or that has a file of this SHA-256; None: nothing.

    One statement either way.

    Nobody is opened for it, but in papers of the first release, whose checksum is of the names themselves.
    """
    _, checked = await _find(db, keys, tenant_id, typed)
    return checked


async def _find(db: Database, keys: Keyring, tenant_id: TenantId, typed: str) -> tuple[Paper | None, Checked | None]:
    first, last = domain.checksums_beginning(typed) or _NOBODYS
    found = await repository.find_named(db, tenant_id, first, last, domain.file_named(typed))
    if found is None:
        return None, None
    paper, superseded, matched = found
    if not domain.is_intact(paper if paper.bonds is not None else opened(keys, paper)):
        log.error("paper %s states other facts than it was issued with", paper.id)
        return None, None
    return paper, Checked(paper.kind, paper.facts.agency, paper.facts.issued_at, superseded, matched)
