"""A province's own words of notices and its quiet hours: read, tried on an example, published."""

from __future__ import annotations

from app.audit import service as audit
from app.audit.terms import Action
from app.db.work import ReadWork, Work
from app.identity.policies import may_act_as
from app.identity.terms import Actor, Role
from app.notices import domain, repository
from app.notices.errors import StaleWording
from app.notices.terms import Occasion, OwnQuiet, OwnWording, QuietHours, Sample, Wording


async def list_wordings(work: ReadWork, actor: Actor) -> list[tuple[Occasion, list[OwnWording]]]:
    """Every occasion in the order of the package, with the tenant's own versions, newest first. Raises: Forbidden."""
    may_act_as(actor).require()
    own = await repository.list_wordings(work, actor.tenant_id)
    return [(one, [each for each in own if each.occasion == one.code]) for one in domain.occasions()]


def preview_wording(actor: Actor, occasion: str, words: Wording) -> Sample:
    """What an example would read like; nothing is written. Raises: Forbidden, NoSuchOccasion, InvalidWording."""
    may_act_as(actor, Role.TENANT_ADMIN).require()
    domain.check_words(domain.occasion_named(occasion), words)
    return domain.sample(words)


async def publish_wording(
    work: Work, actor: Actor, occasion: str, words: Wording, *, note: str, based_on: int | None
) -> OwnWording:
    """The words as the tenant's newest for the occasion; what is told from now on is told so.

    Args:
        based_on: the version it was made from, 0 for the packaged one; None publishes over whatever is there.
    Raises: Forbidden, NoSuchOccasion, InvalidWording with a pointer for each mistake, StaleWording, WordingRace.
    """
    may_act_as(actor, Role.TENANT_ADMIN).require()
    domain.check_words(domain.occasion_named(occasion), words)
    newest = await repository.newest_wording(work, actor.tenant_id, occasion)
    if based_on is not None and based_on != newest:
        raise StaleWording(newest)
    own = OwnWording(occasion, newest + 1, words, note, work.now)
    await repository.add_wording(work, actor, own)
    audit.record(work, actor, Action.WORDING_PUBLISHED, subject=occasion, details={"version": own.version})
    return own


async def get_quiet(work: ReadWork, actor: Actor) -> OwnQuiet:
    """The hours in which nobody of the tenant is woken; version 0: the packaged ones. Raises: Forbidden."""
    may_act_as(actor).require()
    return await repository.find_quiet(work, actor.tenant_id) or domain.packaged_quiet()


async def publish_quiet(work: Work, actor: Actor, hours: QuietHours, *, note: str, based_on: int | None) -> OwnQuiet:
    """The tenant's quiet hours from now on, but for people who have chosen their own.

    Raises: Forbidden, StaleWording, WordingRace.
    """
    may_act_as(actor, Role.TENANT_ADMIN).require()
    before = await repository.find_quiet(work, actor.tenant_id) or domain.packaged_quiet()
    if based_on is not None and based_on != before.version:
        raise StaleWording(before.version)
    own = OwnQuiet(before.version + 1, hours, note, work.now)
    await repository.add_quiet(work, actor, own)
    audit.record(work, actor, Action.QUIET_HOURS_PUBLISHED, details={"version": own.version})
    return own
