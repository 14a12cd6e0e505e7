"""Settings of one process: read once by the composition roots, passed down as values, never read at import."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccessLog(StrEnum):
    """Which answers a web process writes a line about."""

    ALL = "all"
    PROBLEMS = "problems"
    NONE = "none"


class Settings(BaseSettings):
    """Every setting has the prefix `LIENTHONG_`; units are in the names. `.env.example` lists them all."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(Path(".data"), description="Where the trial keeps its database, key and accounts.")
    database_url: str | None = Field(
        None,
        description="postgresql://user:password@host/database; absent: the embedded PostgreSQL in DATA_DIR.",
    )
    database_ro_url: str | None = Field(None, description="A replica for reads; absent: the same database.")
    database_pool_size: int = Field(8, ge=1, le=200, description="Connections per process for officers' verbs.")
    lane_pool_size: int = Field(8, ge=1, le=200, description="Connections per process for the hot paths.")
    statement_cache_size: int = Field(
        512, ge=0, description="Prepared statements kept per connection; 0 behind an old transaction pooler."
    )
    database_wait_s: float = Field(1.0, gt=0, description="Longest wait for a connection or a lock before a 503.")
    statement_timeout_s: float = Field(3.0, gt=0, description="Longest time of one statement before a 503.")
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the web process listens on; 0 picks a free one.")
    public_url: str | None = Field(None, description="How people reach this installation; used in links.")
    secret_key: SecretStr | None = Field(
        None,
        description="At least 32 characters; absent: made once and kept in DATA_DIR. Losing it loses identities.",
    )
    default_tenant: str = Field("haiduong", description="Tenant of requests whose host names none.")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body except uploads.")
    session_hours: int = Field(12, ge=1, le=168, description="How long an officer stays signed in.")
    reference_poll_s: float = Field(2.0, gt=0, description="How often a process looks for changed reference data.")
    relay_poll_s: float = Field(0.2, gt=0, description="How often the worker looks for new messages.")
    outbox_keep_days: int = Field(
        90, ge=1, le=36_500, description="How long messages that every consumer has handled are kept for replay."
    )
    delivery_poll_s: float = Field(0.5, gt=0, description="How often the worker looks for webhooks that are due.")
    webhook_timeout_s: float = Field(15.0, gt=0, le=30, description="Longest time an endpoint may take to answer.")
    webhook_keep_days: int = Field(
        30, ge=1, le=36_500, description="How long the log of what was delivered is kept, at most OUTBOX_KEEP_DAYS."
    )
    webhook_authorities_file: Path | None = Field(
        None,
        description="PEM file of authorities that endpoints' certificates may be signed by, beside the usual ones.",
    )
    webhook_private_addresses: bool = Field(
        False,  # noqa: FBT003 - the default of a setting
        description="Whether webhooks may go to private addresses and by plain http: for an intranet of your own.",
    )
    sweep_poll_s: float = Field(15.0, gt=0, description="How often the worker looks for passed deadlines.")
    access_log: AccessLog = Field(
        AccessLog.ALL, description="Which answers get a line in the log: all, problems (status 400 and up) or none."
    )
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port of /metrics of a worker process, on HOST; absent: none."
    )
    stream_poll_s: float = Field(0.1, gt=0, description="How often a web process looks for new public events.")
