"""Decisions about what the public may see."""

from __future__ import annotations

from app.cases.errors import AlreadyDone, NeverPublished
from app.cases.events import CaseFact, EventType
from app.cases.terms import CaseFacts, Changes, Correction, PublicationState, Verb
from app.timeline.terms import Audience

from .transitions import never_published, next_state


def publish(facts: CaseFacts, *, public_text: str | None) -> CaseFact:
    """Shown to everyone, in the officer's own wording when given, otherwise masked by rule."""
    if never_published(facts):
        raise NeverPublished
    next_state(facts, Verb.PUBLISH)
    if facts.publication is PublicationState.PUBLISHED and public_text is None:
        raise AlreadyDone
    changes = Changes(publication=PublicationState.PUBLISHED)
    if public_text is not None:
        changes["public_text"] = public_text
    return CaseFact(EventType.PUBLISHED, Audience.STAFF, changes)


def withhold(facts: CaseFacts, *, comment: str) -> CaseFact:
    """Taken from the public's sight, with the reason for colleagues."""
    next_state(facts, Verb.WITHHOLD)
    if facts.publication is PublicationState.WITHHELD:
        raise AlreadyDone
    return CaseFact(EventType.WITHHELD, Audience.STAFF, Changes(publication=PublicationState.WITHHELD), text=comment)


def redact(facts: CaseFacts, correction: Correction) -> CaseFact:
    """An officer has read what is masked, and corrected it; the history and the trail count, they quote nothing."""
    if never_published(facts):
        raise NeverPublished
    next_state(facts, Verb.REDACT)
    counted = {"shown": len(correction.show), "masked": len(correction.mask)}
    return CaseFact(EventType.REDACTED, Audience.STAFF, Changes(redaction=correction.stored()), data=counted)


def decide_photos(facts: CaseFacts, *, published: int, blurred: int, withheld: int) -> CaseFact:
    """An officer has decided which pictures everyone sees, and how; the history and the trail count."""
    if never_published(facts):
        raise NeverPublished
    next_state(facts, Verb.DECIDE_PHOTOS)
    counted = {"published": published, "blurred": blurred, "withheld": withheld}
    return CaseFact(EventType.PHOTOS_DECIDED, Audience.STAFF, data=counted)
