"""Tables of citizens' phones. Of no tenant: a citizen has one account in every province (scale rule 7).

A phone is looked up before anybody knows whose it is: these are spread by it, and point at nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class PhoneCode(Base):
    """The one code that is good for a phone now; the code itself is not kept."""

    __tablename__ = "phone_codes"
    __table_args__ = (Index("ix_phone_codes_expiry", "expires_at"),)

    phone_key: Mapped[bytes] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes]
    expires_at: Mapped[datetime]
    tries: Mapped[int]


class CodeLimit(Base):
    """How often codes were asked for, as the release before counts it while both run; app/limits has it now."""

    __tablename__ = "code_limits"
    __table_args__ = (Index("ix_code_limits_since", "since"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    count: Mapped[int]


class PhoneAccount(Base):
    """Whose account a phone proves. `sealed`: the number, for its owner's eyes."""

    __tablename__ = "phone_accounts"
    __table_args__ = (Index("ix_phone_accounts_citizen", "citizen_id"),)

    phone_key: Mapped[bytes] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID]
    sealed: Mapped[bytes]
    verified_at: Mapped[datetime]
