"""Whom a paper is about: sealed in its row, opened to draw it for whoever may read it."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import orjson

from app.identity.domain import Keyring, open_papers, seal_papers
from app.identity.errors import IdentityUnreadable
from app.kit.ids import TenantId
from app.papers import domain
from app.papers.terms import GONE, Paper

log = logging.getLogger("lienthong.papers")
_WHAT: Final = "paper"
_SALT_BYTES: Final = 16


def salts_for(personal: Mapping[str, str]) -> dict[str, str]:
    """A salt for each of the facts, in hexadecimal: drawn once, when the paper is issued."""
    return {name: secrets.token_hex(_SALT_BYTES) for name in personal}


def bonds_of(personal: Mapping[str, str], salts: Mapping[str, str]) -> dict[str, str]:
    """What binds the checksum to each of the facts."""
    return {name: domain.bond_of(bytes.fromhex(salts[name]), value) for name, value in personal.items()}


def sealed(
    keys: Keyring,
    tenant_id: TenantId,
    paper_id: UUID,
    personal: Mapping[str, str],
    salts: Mapping[str, str],
    gone: Collection[str] = (),
) -> bytes:
    """The facts as the row keeps them. `gone`: those that are kept no more."""
    content = {"facts": dict(personal), "salts": dict(salts), "gone": sorted(gone)}
    return seal_papers(keys, tenant_id, paper_id, _WHAT, orjson.dumps(content))


def opened(keys: Keyring, paper: Paper) -> Paper:
    """The paper with whom it is about, as far as that is kept and a key is here."""
    if not paper.sealed:
        return paper
    try:
        found = orjson.loads(open_papers(keys, paper.tenant_id, paper.id, _WHAT, paper.sealed))
    except IdentityUnreadable:
        log.warning("paper %s was sealed by a key that is not here", paper.id)
        return paper
    personal, salts = found["facts"], found["salts"]
    if paper.bonds is not None and any(
        bond != paper.bonds.get(name) for name, bond in bonds_of(personal, salts).items()
    ):
        log.error("paper %s is about somebody else than it was issued to", paper.id)
        return paper
    return dataclasses.replace(paper, facts=domain.with_personal(paper.facts, personal), whole=not found["gone"])


def without(keys: Keyring, paper: Paper, names: Collection[str]) -> bytes | None:
    """The paper as it is sealed once these facts are kept no more; None: nothing of it changes, or can be read."""
    if not paper.sealed:
        return None
    try:
        found = orjson.loads(open_papers(keys, paper.tenant_id, paper.id, _WHAT, paper.sealed))
    except IdentityUnreadable:
        return None
    gone = [name for name in names if found["facts"].pop(name, None)]
    salts = {name: salt for name, salt in found["salts"].items() if name not in gone}
    if not gone:
        return None
    return sealed(keys, paper.tenant_id, paper.id, found["facts"], salts, [*found["gone"], *gone])


def again(keys: Keyring, tenant_id: TenantId, paper_id: UUID, content: bytes) -> bytes:
    """The same, sealed by the newest key. Raises: IdentityUnreadable."""
    return seal_papers(keys, tenant_id, paper_id, _WHAT, open_papers(keys, tenant_id, paper_id, _WHAT, content))


def shown(keys: Keyring, paper: Paper) -> Paper:
    """The paper as it is drawn: with a word in the applicant's place when nobody knows any more."""
    found = opened(keys, paper)
    facts = found.facts
    return found if facts.applicant else dataclasses.replace(found, facts=dataclasses.replace(facts, applicant=GONE))
