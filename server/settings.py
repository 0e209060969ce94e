"""Settings: nested frozen Structs loaded once per process from `CAREFERRY__*` variables and passed down."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

PREFIX = "CAREFERRY__"


class SettingsRefused(Exception):
    """Start-up is refused; the message names the variable or the path that is wrong."""


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Database(Leaf, frozen=True, kw_only=True):
    url: Annotated[str, msgspec.Meta(pattern="^(sqlite:///|postgresql://)")]
    """`sqlite:///path/to/file` or `postgresql://user:password@host:port/name`."""
    owner_url: Annotated[str, msgspec.Meta(pattern="^(postgresql://|$)")] = ""
    """PostgreSQL: the role that owns the tables, for `migrate` alone; `url`'s role must not own them."""
    readers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4


class S3(Leaf, frozen=True, kw_only=True):
    endpoint_url: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"


class Objects(Leaf, frozen=True, kw_only=True):
    folder: Path | None = None
    s3: S3 | None = None

    def __post_init__(self) -> None:
        if (self.folder is None) == (self.s3 is None):
            raise ValueError("give exactly one of `folder` and `s3`")


class Jobs(Leaf, frozen=True, kw_only=True):
    broker: Literal["embedded", "redis", "rabbitmq"] = "embedded"
    url: str = ""
    """Of Redis or RabbitMQ."""
    namespace: str = "careferry"
    """What the broker's queues are named after; two installations on one Redis or RabbitMQ need two."""
    lease_s: Annotated[float, msgspec.Meta(ge=0.5, le=3600)] = 30.0
    poll_s: Annotated[float, msgspec.Meta(gt=0, le=60)] = 0.25
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 4

    def __post_init__(self) -> None:
        if (self.broker == "embedded") != (not self.url):
            raise ValueError("`redis` and `rabbitmq` need a `url`, and `embedded` takes none")


class Keys(Leaf, frozen=True, kw_only=True):
    """Files that hold key material; each is created only by `careferry keys`, never by starting."""

    folder: Path
    """Holds `master-<id>.key` files (32 bytes, base64), `receipts-<id>.key` and `audit-<id>.key` (Ed25519), and
    `sealing-<id>.key` (X25519)."""


class Web(Leaf, frozen=True, kw_only=True):
    public_url: Annotated[str, msgspec.Meta(pattern="^https?://")]
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8080
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose X-Forwarded-For is believed; rate limits see the socket's address otherwise."""

    def __post_init__(self) -> None:
        for proxy in self.trusted_proxies:
            ip_network(proxy, strict=False)  # ValueError here refuses the start; later it would fail every sign-in


class Smtp(Leaf, frozen=True, kw_only=True):
    host: str
    port: int = 587
    username: str = ""
    password: str = ""
    starttls: bool = True
    sender: str


class SmsGateway(Leaf, frozen=True, kw_only=True):
    url: str
    token: str
    replies_token: Annotated[str, msgspec.Meta(pattern="^(.{16,}|)$")] = ""
    """What the gateway shows when it hands on what patients reply; without one no reply is asked for or taken."""


class Messages(Leaf, frozen=True, kw_only=True):
    smtp: Smtp | None = None
    sms: SmsGateway | None = None


class Audit(Leaf, frozen=True, kw_only=True):
    checkpoints: Path
    """Folder outside the database (a different disk or a mounted share) that signed checkpoints are written to."""
    checkpoint_every_s: Annotated[int, msgspec.Meta(ge=1)] = 60


class Limits(Leaf, frozen=True, kw_only=True):
    upload_bytes: Annotated[int, msgspec.Meta(ge=1)] = 256 * 1024 * 1024
    pending_uploads_per_owner: Annotated[int, msgspec.Meta(ge=1)] = 64
    upload_expires_h: Annotated[int, msgspec.Meta(ge=1)] = 24 * 14
    free_disk_bytes: Annotated[int, msgspec.Meta(ge=0)] = 256 * 1024 * 1024
    """Below this much free space new bytes are refused before any is acknowledged."""


class Dicomweb(Leaf, frozen=True, kw_only=True):
    """An archive's DICOMweb root. A password goes over HTTPS only, or stays on this machine."""

    url: Annotated[str, msgspec.Meta(pattern="^https?://")]
    username: str
    password: str
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("`url` must begin https:// unless it is this machine's")


class DicomTls(Leaf, frozen=True, kw_only=True):
    """Both sides show a certificate (PS3.15, B.9); `key_file` belongs to `certificate_file`."""

    ca_file: Path
    certificate_file: Path
    key_file: Path


class Dimse(Leaf, frozen=True, kw_only=True):
    """An archive that takes C-STORE. Without `tls` anyone on the way reads it, so a closed network must be said."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    called_title: Annotated[str, msgspec.Meta(pattern=r"^[!-\[\]-~]{1,16}$")]
    calling_title: Annotated[str, msgspec.Meta(pattern=r"^[!-\[\]-~]{1,16}$")] = "CAREFERRY"
    local_address: str = ""
    """Of this machine, where only one of its networks leads to the archive; empty takes any."""
    tls: DicomTls | None = None
    is_network_closed: bool = False

    def __post_init__(self) -> None:
        if self.tls is None and not self.is_network_closed:
            raise ValueError("give `tls`, or say `is_network_closed=true`")


class Archive(Leaf, frozen=True, kw_only=True):
    """Where the prepared photographs of one organisation are sent as DICOM, over one of two protocols."""

    organisation_id: UUID
    dicomweb: Dicomweb | None = None
    dimse: Dimse | None = None

    def __post_init__(self) -> None:
        if (self.dicomweb is None) == (self.dimse is None):
            raise ValueError("give exactly one of `dicomweb` and `dimse`")


class Fleet(Leaf, frozen=True, kw_only=True):
    updates: Path | None = None
    """The folder that `careferry fleet release` writes; without one no updates are served."""


class Turn(Leaf, frozen=True, kw_only=True):
    """A coturn that shares `secret` with us (`use-auth-secret`): what ends are given holds for `lasts_s`."""

    urls: tuple[Annotated[str, msgspec.Meta(pattern="^turns?:")], ...]
    """Such as `turns:turn.example:443?transport=tcp`; ends take the first that works."""
    secret: Annotated[str, msgspec.Meta(min_length=16)]
    lasts_s: Annotated[int, msgspec.Meta(ge=60, le=600)] = 600


class Settings(Leaf, frozen=True, kw_only=True):
    mode: Literal["production", "demo", "test"] = "production"
    database: Database
    objects: Objects
    keys: Keys
    web: Web
    audit: Audit
    jobs: Jobs = Jobs()
    messages: Messages = Messages()
    limits: Limits = Limits()
    fleet: Fleet = Fleet()
    turn: Turn | None = None
    """Without one, ends of a call reach each other directly or not at all."""
    archives: dict[Annotated[str, msgspec.Meta(max_length=40)], Archive] = {}
    """By the name that administrators see."""

    @property
    def is_demo(self) -> bool:
        return self.mode == "demo"

    @property
    def takes_replies(self) -> bool:
        """Whether an SMS can be replied to: the gateway hands replies on, or the demo's page does."""
        return self.is_demo or (self.messages.sms is not None and bool(self.messages.sms.replies_token))


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from `CAREFERRY__A__B=value` variables; JSON is read where the field is not a string.

    Raises SettingsRefused naming the path for an unknown, missing or malformed setting.
    """
    nested: dict[str, Any] = {}
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX):
            _place(nested, name.removeprefix(PREFIX).lower().split("__"), value, name)
    try:
        return msgspec.convert(nested, Settings, strict=False, dec_hook=_read_path)
    except msgspec.ValidationError as error:
        raise SettingsRefused(f"settings: {error} (variables begin {PREFIX}, levels are joined by __)") from error


def _read_path(kind: type, value: object) -> Path:
    """The one type of a setting that msgspec does not read by itself."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)


def _place(nested: dict[str, Any], path: list[str], value: str, name: str) -> None:
    here = nested
    for step in path[:-1]:
        here = cast("dict[str, Any]", here.setdefault(step, {}))
        if isinstance(here, str):
            raise SettingsRefused(f"settings: {name} contradicts a shorter name before it")
    here[path[-1]] = value.split(",") if path[-1] == "trusted_proxies" else value
