"""Which versions of apps a province takes."""

from __future__ import annotations

from collections.abc import Sequence

from app.audit import service as audit
from app.audit.terms import Action
from app.db.reference import touch
from app.db.work import ReadWork, Work
from app.identity.terms import Actor
from app.mobile import repository
from app.web.versions import AppVersion


async def list_versions(work: ReadWork, actor: Actor) -> Sequence[AppVersion]:
    """What the actor's province says of apps, by their names. One statement."""
    return await repository.list_versions(work, actor.tenant_id)


async def set_version(work: Work, actor: Actor, rule: AppVersion) -> AppVersion:
    """The rule, in force as soon as each process has loaded it. Two statements."""
    await repository.put_version(work, actor.tenant_id, rule)
    details = {"least": rule.least, "advised": rule.advised}
    audit.record(work, actor, Action.APP_VERSION_SET, subject=rule.app, details=details)
    await touch(work, "app_versions")
    return rule
