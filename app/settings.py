"""Settings of one process: read once by the composition roots, passed down as values, never read at import."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccessLog(StrEnum):
    """Which answers a web process writes a line about."""

    ALL = "all"
    PROBLEMS = "problems"
    NONE = "none"


class PhoneCodes(StrEnum):
    """How one-time codes reach phones."""

    SMS = "sms"
    LOG = "log"


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
    offline_pages: bool = Field(
        True,  # noqa: FBT003 - the default of a setting
        description="Whether pages for people can be installed and work offline; false takes the service worker back.",
    )
    map_tiles: str | None = Field(
        None,
        pattern=r"^https?://[^/{}?#\s]+/[^\s]*\{z\}[^\s]*\{x\}[^\s]*\{y\}[^\s]*$|^https?://[^/{}?#\s]+/[^\s]*\{z\}[^\s]*\{y\}[^\s]*\{x\}[^\s]*$",
        description="https://tiles.example/{z}/{x}/{y}.png; absent: squares with the boundaries that are loaded.",
    )
    map_credit: str | None = Field(None, description="Whose map the tiles are, shown in its corner.")
    secret_key: SecretStr | None = Field(
        None,
        description="At least 32 characters; absent: made once and kept in DATA_DIR. Losing it loses identities.",
    )
    vault_secrets: SecretStr | None = Field(
        None,
        description="Secrets that seal identities in SECRET_KEY's place, newest first, parted by commas or spaces; "
        "absent: the file vault-secrets in DATA_DIR, which `lienthong key rotate` writes.",
    )
    default_tenant: str = Field("haiduong", description="Tenant of requests whose host names none.")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body except uploads.")
    upload_max_bytes: int = Field(52_428_800, ge=1024, description="Largest file that may be uploaded.")
    upload_reserve_bytes: int = Field(
        1_073_741_824,
        ge=0,
        description="Bytes of the disk of DATA_DIR that are kept free: with fewer left no more of any file is taken.",
    )
    s3_bucket: str | None = Field(
        None,
        min_length=3,
        description="Bucket for photos and files, of this installation alone; absent: the folder uploads in DATA_DIR.",
    )
    s3_endpoint: str | None = Field(
        None, pattern="^https?://", description="Address of an S3 server of your own, without the bucket; absent: AWS."
    )
    s3_region: str = Field("us-east-1", description="Region of the bucket; servers of your own mostly have no other.")
    s3_access_key_id: str | None = Field(
        None, description="Whom the S3 server knows us as; absent: as whom the machine is known there."
    )
    s3_secret_access_key: SecretStr | None = Field(None, description="The secret of that key.")
    clamd_url: str | None = Field(
        None,
        pattern=r"^(/.+|[^/]+:[0-9]{1,5})$",
        description="host:port or /path of ClamAV's daemon, asked about every file; absent: none is.",
    )
    key_environment: str = Field(
        "live",
        pattern=r"^[a-z]{2,8}$",
        description="Second word of API keys, lt_live_…: name a trial test, so that nobody uses its keys in earnest.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1,::1",
        description="Addresses and networks (10.0.0.0/8) of proxies whose X-Forwarded-For and -Proto are believed.",
    )
    head_wait_s: float = Field(
        15.0, gt=0, le=300, description="How long a connection may take to send a request's head, from its beginning."
    )
    body_wait_s: float = Field(
        20.0, gt=0, description="How long a body may take, and a second more for each KiB of it that has come."
    )
    session_hours: int = Field(12, ge=1, le=168, description="How long an officer stays signed in.")
    second_factor_roles: str = Field(
        "approver tenant_admin auditor",
        description="Roles that need a second step where a province has decided nothing, parted by spaces.",
    )
    reference_poll_s: float = Field(2.0, gt=0, description="How often a process looks for changed reference data.")
    relay_poll_s: float = Field(0.2, gt=0, description="How often the worker looks for messages while no signals come.")
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
    smtp_url: SecretStr | None = Field(
        None, description="smtp://, smtp+starttls:// or smtps://user:password@host:port; absent: no mail is sent."
    )
    mail_from: str = Field("lienthong@localhost", description="Address that mail is from.")
    smtp_timeout_s: float = Field(15.0, gt=0, le=60, description="Longest wait for each answer of the mail server.")
    sms_url: str | None = Field(None, description="Address of the SMS gateway; absent: no SMS is sent.")
    sms_template: str = Field(
        '{"to": "{to}", "text": "{text}", "reference": "{reference}"}',
        description="JSON that the gateway is sent, with {to}, {text} and {reference} filled in.",
    )
    sms_authorization: SecretStr | None = Field(None, description="Authorization header for the gateway.")
    sms_timeout_s: float = Field(15.0, gt=0, le=60, description="Longest time the gateway may take to answer.")
    phone_codes: PhoneCodes = Field(
        PhoneCodes.SMS,
        description="How sign-in codes leave: sms, by SMS_URL; log, in a trial only.",
    )
    codes_per_phone_hour: int = Field(5, ge=1, le=100, description="Sign-in codes sent to one phone within an hour.")
    codes_per_address_hour: int = Field(
        60, ge=1, le=100_000, description="Sign-in codes asked for from one address within an hour: a carrier is one."
    )
    oidc_issuer: str | None = Field(
        None, description="https:// address of the provider that vouches for citizens (OpenID Connect); absent: none."
    )
    oidc_name: str = Field("VNeID", description="What people call that provider.")
    oidc_client_id: str | None = Field(None, description="How this installation is known there.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its secret there; absent: a public client.")
    oidc_scopes: str = Field("openid", description="Scopes that are asked for, parted by spaces.")
    oidc_redirects: str | None = Field(
        None,
        description="Addresses people may come back to, of apps and pages, parted by spaces; the first is the usual.",
    )
    oidc_assurance: str | None = Field(
        None, description="What acr means, pairs parted by spaces: urn:example:loa2=level_2; absent: nothing is known."
    )
    staff_oidc_issuer: str | None = Field(
        None, description="https:// address of the provider that vouches for officers (OpenID Connect); absent: none."
    )
    staff_oidc_name: str = Field("SSO", description="What officers call that provider.")
    staff_oidc_client_id: str | None = Field(None, description="How this installation is known there.")
    staff_oidc_client_secret: SecretStr | None = Field(None, description="Its secret there; absent: a public client.")
    staff_oidc_scopes: str = Field("openid email", description="Scopes that are asked for, parted by spaces.")
    staff_oidc_redirects: str | None = Field(
        None, description="Addresses officers may come back to, parted by spaces: …/console/oidc of each host."
    )
    staff_oidc_assurance: str | None = Field(
        None, description="What acr means there, pairs parted by spaces: urn:example:loa2=level_2; absent: nothing."
    )
    reads_per_address_minute: int = Field(
        6000,
        ge=0,
        description="Anonymous reads of one address within a minute in one web process; 0: any number.",
    )
    open311_anonymous: str | None = Field(
        None,
        description="Slugs of provinces where Open311 takes posts without a key, parted by spaces; absent: none.",
    )
    push_contact: str | None = Field(
        None, description="mailto: or https: address for push services; absent: no push messages."
    )
    audit_syslog_url: str | None = Field(
        None, description="udp://, tcp:// or tls://host:port of a SOC's syslog for the audit trail; absent: none."
    )
    audit_file: Path | None = Field(None, description="File that the audit trail is appended to as JSON lines.")
    signature_roots_dir: Path | None = Field(
        None,
        description="Folder of certificates (.pem, .crt, .cer, .der) of authorities whose signatures in results are "
        "trusted; absent: none is.",
    )
    notice_poll_s: float = Field(2.0, gt=0, description="How often the worker looks for notices that are due.")
    notice_keep_days: int = Field(90, ge=1, le=3650, description="How long the log of notices is kept.")
    national_url: str | None = Field(
        None, description="Address of the national portal's API, below which are /login and /g; absent: nobody is told."
    )
    national_account: str | None = Field(None, description="Our account at the national portal.")
    national_secret: SecretStr | None = Field(None, description="Its password there.")
    national_timeout_s: float = Field(15.0, gt=0, le=60, description="Longest time the portal may take to answer.")
    national_poll_s: float = Field(2.0, gt=0, description="How often the worker looks for pushes to the portal.")
    national_in_flight: int = Field(4, ge=1, le=64, description="Pushes of one province at once, over all processes.")
    partner_timeout_s: float = Field(15.0, gt=0, le=60, description="Longest time an Open311 partner may take.")
    partner_poll_s: float = Field(2.0, gt=0, description="How often the worker looks for what partners are told.")
    federation_timeout_s: float = Field(15.0, gt=0, le=60, description="Longest time another installation may take.")
    federation_poll_s: float = Field(2.0, gt=0, description="How often the worker looks for what neighbours are told.")
    partner_follow_s: float = Field(300.0, gt=0, description="How often each partner is asked how its requests stand.")
    payment_poll_s: float = Field(
        5.0, gt=0, description="How often the worker looks for payments that a provider is to be asked about."
    )
    payment_timeout_s: float = Field(15.0, gt=0, le=30, description="Longest time a payment provider may take.")
    sweep_poll_s: float = Field(15.0, gt=0, description="How often the worker looks for passed deadlines.")
    bus: bool = Field(
        True,  # noqa: FBT003 - the default of a setting
        description="Whether processes wake each other: by LISTEN/NOTIFY, or NATS where NATS_URL is set.",
    )
    bus_net_s: float = Field(
        2.0, gt=0, le=60, description="How often whoever is woken by signals looks all the same, lest one was lost."
    )
    bus_database_url: str | None = Field(
        None, description="Straight to the writable PostgreSQL when a transaction pooler stands in DATABASE_URL."
    )
    nats_url: SecretStr | None = Field(
        None, description="nats://user:password@host:4222, tls://…: fan-out over several hosts; absent: LISTEN/NOTIFY."
    )
    nats_credentials_file: Path | None = Field(None, description="A .creds file (JWT and seed) for NATS; absent: none.")
    nats_prefix: str = Field(
        "lienthong",
        pattern=r"^[A-Za-z0-9_-]+$",
        description="First word of our subjects; the stream is named after it.",
    )
    nats_replicas: int = Field(1, ge=1, le=5, description="Servers that keep the stream; 3 in a cluster of three.")
    access_log: AccessLog = Field(
        AccessLog.ALL, description="Which answers get a line in the log: all, problems (status 400 and up) or none."
    )
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port of /metrics of a worker process, on HOST; absent: none."
    )
    stream_poll_s: float = Field(
        0.1, gt=0, description="How often a web process looks for new events while no signals come."
    )
    stream_check_s: float = Field(
        10.0, gt=0, le=300, description="How often private streams are checked: longest life after a session's end."
    )
    streams_max: int = Field(12_000, ge=1, description="Streams of one web process; further ones are told to wait.")
    streams_per_address_max: int = Field(
        500, ge=1, description="Streams of one web process from one address: a school or a mobile carrier is one."
    )
    streams_per_account_max: int = Field(10, ge=1, description="Private streams of one account, or of one report.")

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, given: str) -> str:
        """Addresses and networks, and never everybody: whoever is believed says where a request comes from."""
        try:
            everybody = any(ip_network(one.strip()).prefixlen == 0 for one in given.split(",") if one.strip())
        except ValueError:
            everybody = True
        if everybody:
            raise PydanticCustomError("proxies", "addresses and networks of proxies, and never everybody")
        return given

    @property
    def pages(self) -> str:
        """Where people reach the pages, port included: PUBLIC_URL, else the address that is listened on."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "localhost" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - not bound here, but named
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def sends_codes(self) -> bool:
        """Whether one-time codes reach phones."""
        return self.phone_codes is PhoneCodes.LOG or self.sms_url is not None
