"""How somebody wants to be told, as a form of the pages, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.kit.text import Lang, Text
from app.notices.schemas import PreferencesIn
from app.notices.terms import Channel, Notice, Preferences
from app.web.pages import Form

LANGUAGES: Final = ((Lang.VI, "Tiếng Việt"), (Lang.EN, "English"))


@dataclass(frozen=True, slots=True)
class Told:
    """What a page about being told is about: where it leads back to, and what is told whatever is chosen."""

    code: str
    back: str
    named: Text
    always: Text

    @property
    def action(self) -> str:
        """Where the form goes."""
        return f"{self.back}/notices"


def wanted_in(form: Form) -> Preferences:
    """What was chosen, in the shape of the API. Raises: ValidationError."""
    given: dict[str, object] = {
        "language": form.text("language") or Lang.VI.value,
        "channels": form.many("channels"),
        "wanted": bool(form.text("wanted")),
    }
    if form.text("since") or form.text("until"):
        given["quiet_hours"] = {"since": form.text("since")[:5], "until": form.text("until")[:5]}
    return PreferencesIn.model_validate(given).preferences()


def form_of(wanted: Preferences) -> Form:
    """The form as it stands for these preferences."""
    fields = [("language", wanted.lang.value), ("wanted", "1" if wanted.wanted else "")]
    fields += [("channels", channel.value) for channel in sorted(wanted.channels)]
    if wanted.quiet is not None:
        fields += [("since", f"{wanted.quiet.since:%H:%M}"), ("until", f"{wanted.quiet.until:%H:%M}")]
    return Form(fields)


def values(form: Form, told: Sequence[Notice] = ()) -> dict[str, object]:
    """What the form's template is told."""
    return {"form": form, "told": told, "channels": list(Channel), "languages": list(LANGUAGES)}


def summed_up(wanted: Preferences) -> Text:
    """The preferences in a line."""
    ways = [channel.label for channel in Channel if channel in wanted.channels]
    every = wanted.wanted and ways
    more = Text("mọi bước", "every step") if every else Text("chỉ tin bắt buộc", "only what must be told")
    return Text(", ".join([*(one.vi for one in ways), more.vi]), ", ".join([*(one.en for one in ways), more.en]))
