"""Wire shapes of versions of apps."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AnyHttpUrl, BaseModel, Field, StringConstraints, model_validator

from app.kit.text import Text
from app.web.fields import PhraseText, TextOut, WireIn
from app.web.problems import SaidError
from app.web.versions import AppVersion, parse_version

VersionText = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$")]


class VersionReasonIn(WireIn):
    """Why, in both languages."""

    vi: PhraseText
    en: PhraseText


class AppVersionIn(WireIn):
    """What the province says of one app."""

    least: VersionText = Field(description="Cũ hơn thì không nhận. Older ones are refused.", examples=["2.0"])
    advised: VersionText = Field(description="Nên dùng từ bản này. Advised from here on.", examples=["2.3.1"])
    store_url: AnyHttpUrl = Field(description="Nơi cập nhật. Where a newer version is.")
    reason: VersionReasonIn | None = Field(None, description="Vì sao, cho người dùng đọc. Why, for people to read.")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if (parse_version(self.advised) or ()) < (parse_version(self.least) or ()):
            raise SaidError(
                Text(
                    "Bản nên dùng không được cũ hơn bản thấp nhất.", "What is advised is older than the least version."
                )
            )
        return self

    def rule(self, app: str) -> AppVersion:
        """In our own terms."""
        reason = Text(self.reason.vi, self.reason.en) if self.reason else None
        return AppVersion(app, self.least, self.advised, str(self.store_url), reason)


class AppVersionOut(BaseModel):
    """What the province says of one app."""

    app: str
    least: str
    advised: str
    store_url: str
    reason: TextOut | None

    @classmethod
    def of(cls, rule: AppVersion) -> Self:
        """The wire shape."""
        reason = TextOut.of(rule.reason) if rule.reason else None
        return cls(app=rule.app, least=rule.least, advised=rule.advised, store_url=rule.store_url, reason=reason)


class AppVersionListOut(BaseModel):
    """All that the province says something of."""

    items: list[AppVersionOut]
