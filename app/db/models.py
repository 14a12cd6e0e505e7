"""Tables of the floor itself: versions of reference data, which workers are alive, and where the database lives."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, one_of


class ReferenceVersion(Base):
    """Version of one body of reference data (`directory`, `catalogue` …); processes reload what has moved on."""

    __tablename__ = "reference_versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    changed_at: Mapped[datetime]


class Command(StrEnum):
    """The command of `lienthong` that a working process was started with."""

    UP = "up"
    WORKER = "worker"


class WorkerBeat(Base):
    """One process that works, and when it last said so.

    Of the installation, not of a tenant: a worker works for all of them. Not reference data either: it is written
    all the time, joined with nothing, and stays where the installation's own rows are when tenants are spread.
    """

    __tablename__ = "worker_beats"
    __table_args__ = (one_of("command", Command),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    command: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    version: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class DatabaseMark(Base):
    """Where the database was when the program last worked on it: one row, which a copy of the database carries along.

    Of the installation; what it says and what is seen differ once a copy was put back (app/db/marks.py).
    """

    __tablename__ = "database_marks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str]
    noted_at: Mapped[datetime]
