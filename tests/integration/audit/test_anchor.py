"""What is cut off the trail is seen by the machine that sealed it, whatever proof is put back with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.audit import service as audit
from app.audit.terms import Action, Fault
from app.db.engine import Database
from app.db.work import write_work
from app.identity.terms import system_actor
from app.kit.clock import FixedClock
from app.process import Process, keyring_of
from app.worker.trail import Trail, anchors_of
from tests.builders import HAIDUONG


async def _entries(db: Database, clock: FixedClock, subject: str, count: int) -> None:
    for number in range(count):
        async with write_work(db, clock, HAIDUONG) as work:
            audit.record(work, system_actor(HAIDUONG), Action.ACCOUNT_CHANGED, subject=f"{subject}-{number}")


async def test_an_older_head_put_back_with_its_proof_is_no_head(
    process: Process, db: Database, clock: FixedClock, tmp_path: Path
) -> None:
    here = replace(process, settings=process.settings.model_copy(update={"data_dir": tmp_path}))
    key, anchors = keyring_of(process.settings).audit, anchors_of(here.settings)
    assert anchors.read(HAIDUONG) is None
    async with Trail(here) as trail:
        await _entries(db, clock, "before", 3)
        await trail.seal()
        old = await db.lane.fetchrow("SELECT position, hash, proof FROM audit_heads WHERE tenant_id = 1")
        assert old is not None
        await _entries(db, clock, "crime", 5)
        await trail.seal()
        sealed = anchors.read(HAIDUONG)
        assert sealed is not None
        assert sealed[0] == old["position"] + 5
        assert (await audit.check(db, HAIDUONG, key, noted=sealed)).finding is None
        await db.lane.fetch("DELETE FROM audit_entries WHERE position > $1", old["position"])
        await db.lane.fetch("UPDATE audit_heads SET position = $1, hash = $2, proof = $3 WHERE tenant_id = 1", *old)
        assert (await audit.check(db, HAIDUONG, key)).finding is None, "the database alone cannot tell"
        for count in (0, 2):
            await _entries(db, clock, "later", count)
            await trail.seal()
            found = (await audit.check(db, HAIDUONG, key, noted=anchors.read(HAIDUONG))).finding
            assert found is not None
            assert found.fault is Fault.OTHER
        assert anchors.read(HAIDUONG) == sealed, "a shorter trail never takes the place of a longer one"
        anchors.drop(HAIDUONG)
        await _entries(db, clock, "restored", 1)
        await trail.seal()
        assert (await audit.check(db, HAIDUONG, key, noted=anchors.read(HAIDUONG))).finding is None
