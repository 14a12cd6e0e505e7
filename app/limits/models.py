"""Tables of limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, TenantRow, one_of
from app.kit.gcra import Rate

from .terms import Blocked, BlockView, Limited, Per


class LimitMark(Base):
    """Until when something that was counted is remembered.

    Of no tenant: found by a keyed hash of whatever it counts, before anybody knows whose it is. No index on what
    changes, so that a row is written in its place.
    """

    __tablename__ = "limit_marks"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    kept_at: Mapped[datetime]
    span: Mapped[timedelta]  # the window it was counted in last


class LimitPolicy(TenantRow, Base):
    """How many there may be in a tenant, where it has decided."""

    __tablename__ = "limit_policies"
    __table_args__ = (
        one_of("what", Limited),
        one_of("per", Per),
        CheckConstraint("most >= 1 AND window_s BETWEEN 1 AND 604800", name="rate"),
    )

    what: Mapped[str] = mapped_column(primary_key=True)
    per: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int]
    window_s: Mapped[int]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]

    def rate(self) -> Rate:
        """The same as the program knows it."""
        return Rate(self.most, timedelta(seconds=self.window_s))


class BlockedProof(TenantRow, Base):
    """What proved an account that was erased while it was blocked: whoever it proves next takes the block over.

    Nothing of phone or identity can be read from `proof_key`; forgotten when the block is over.
    """

    __tablename__ = "blocked_proofs"
    __table_args__ = (Index("ix_blocked_proofs_proof", "proof_key"), Index("ix_blocked_proofs_until", "until_at"))

    proof_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    block_id: Mapped[UUID] = mapped_column(primary_key=True)
    until_at: Mapped[datetime]


class SenderBlock(TenantRow, Base):
    """Whose reports are not taken until when; kept after its end, with who decided it."""

    __tablename__ = "sender_blocks"
    __table_args__ = (one_of("what", Blocked), Index("ix_sender_blocks_key", "tenant_id", "key", "until_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    what: Mapped[str]
    report_code: Mapped[str]
    reason: Mapped[str]
    until_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]

    def read(self) -> BlockView:
        """The block as administrators see it."""
        return BlockView(
            id=self.id,
            what=Blocked(self.what),
            report=self.report_code,
            reason=self.reason,
            until=self.until_at,
            created_at=self.created_at,
            created_by=self.created_by,
            lifted_at=self.lifted_at,
        )
