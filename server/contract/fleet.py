"""What a kiosk and its server say to each other: claims, tokens, heartbeats with their answers, and log lines."""

import base64
import binascii
import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import parse_qs, quote, urlsplit
from uuid import UUID

import msgspec

from server.contract.wire import Code, Sha256, Wire

CLAIMS_PATH = "/api/kiosks/claims"
TOKEN_PATH = "/api/kiosks/token"  # noqa: S105  an address
HEARTBEAT_PATH = "/api/kiosks/heartbeat"
LOGS_PATH = "/api/kiosks/logs"
PLACES_PATH = "/api/kiosks/places"
"""Where a kiosk asks for a worker's place; below it, by its id, the kiosk is told how that stands."""
UPDATES_PATH = "/updates"
"""A TUF repository: `metadata/` and `targets/` below it; a target is `releases/<version>/<file>`."""
RELEASE_SERIAL = "release"
"""In a target's `custom`: a number that grows with every release, whatever the versions are called."""
STICK_FOLDER = "careferry-updates"
"""On a USB stick: the same repository, with one version's targets."""
ROOT_NAME = "1.root.json"
"""The first root's name under `metadata/`: what a kiosk trusts from then on."""

CLAIM_SCHEMA = "careferry.kiosk-claim/1"
CLAIM_LINK = "careferry-kiosk:claim"
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter in it is taken for a digit."""
CODE_CHARS = 8
GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS_AT_MOST_S = 300

MAX_LOG_BYTES = 1024 * 1024
MAX_LOG_UNPACKED_BYTES = 8 * 1024 * 1024
LOG_MEDIA_TYPE = "application/gzip"
COMMAND_HEADER = "Careferry-Command"
WORKER_HEADER = "Careferry-Worker"
"""Beside the kiosk's token: the `worker_proof` of who has signed in there."""
WORKER_KEY_BYTES = 32

PublicKey = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$", description="Ed25519, base64url, no padding")]
Signature = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{86}$", description="Ed25519, base64url, no padding")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
ProgramVersion = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+!-]*$", max_length=40)]

SettingsVersion = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}-[0-9]+$", max_length=20, description="opaque")]


class KioskClaim(Wire, frozen=True, kw_only=True):
    """A kiosk asks to be registered. The signature is over `claim_bytes`: whoever asks holds the private key.

    Sent again with the same key it answers how the claim stands now, also long after the code's time.
    """

    code: Annotated[str, msgspec.Meta(max_length=40)]
    public_key: PublicKey
    signature: Signature
    program_version: ProgramVersion | None = None


class ClaimState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class ClaimAnswer(Wire, frozen=True, kw_only=True):
    """`fingerprint` is what the administrator sees; the kiosk shows its own, never this one.

    `audience` is what assertions are made out to. `server_time` sets a kiosk's clock before it makes its first.
    """

    kiosk_id: UUID
    state: ClaimState
    fingerprint: str
    audience: str
    name: str
    server_time: datetime


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 6749, 5.1: its names are the standard's."""

    access_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  not a secret


class PlaceWanted(Wire, frozen=True, kw_only=True):
    """A kiosk asks for a code with which a worker's own account gives them a place at it.

    `key_hash` is the SHA-256 of the key that it has made for them; the key itself comes with the first sign-in.
    """

    key_hash: Sha256


class PlaceAsked(Wire, frozen=True, kw_only=True):
    """`link` is the page on which the worker takes the place, with the code in it."""

    place_id: UUID
    code: str
    link: str
    lasts_s: int


class PlaceState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    OVER = "over"


class PlaceAnswer(Wire, frozen=True, kw_only=True):
    """Who has taken the place: the screen asks whether that is who stands before it."""

    state: PlaceState
    person_id: UUID | None = None
    name: str = ""


class CameraState(Wire, frozen=True, kw_only=True):
    """`state` is a code: `ready`, `missing`, `black`, `frozen`, `busy`."""

    name: Code
    state: Code


class DeviceState(Wire, frozen=True, kw_only=True):
    kind: Code
    battery_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None


class LinkState(Wire, frozen=True, kw_only=True):
    kind: Code
    up_kbit_per_s: Count | None = None
    is_metered: bool | None = None


class ReportedError(Wire, frozen=True, kw_only=True):
    """A code with how often it came since the last heartbeat; words would carry what a patient said."""

    code: Code
    count: Count


class UpdateOutcome(Wire, frozen=True, kw_only=True):
    """What became of the last update; `reason` is a code, empty where it went well."""

    version: ProgramVersion
    succeeded: bool
    reason: Annotated[str, msgspec.Meta(pattern="^([a-z][a-z0-9-]*)?$", max_length=40)] = ""


class Heartbeat(Wire, frozen=True, kw_only=True):
    """How a kiosk is. What is not sent is unknown, and never taken for normal.

    Ages are told rather than instants: the kiosk's clock may be wrong. `done` names the commands carried out.
    """

    program_version: ProgramVersion | None = None
    settings_version: SettingsVersion | None = None
    uptime_s: Count | None = None
    disk_total_bytes: Bytes | None = None
    disk_free_bytes: Bytes | None = None
    temperature_c: Annotated[float, msgspec.Meta(ge=-100, le=300)] | None = None
    is_throttled: bool | None = None
    cameras: Annotated[tuple[CameraState, ...], msgspec.Meta(max_length=8)] | None = None
    devices: Annotated[tuple[DeviceState, ...], msgspec.Meta(max_length=16)] | None = None
    queue_depth: Count | None = None
    oldest_unsent_s: Count | None = None
    link: LinkState | None = None
    errors: Annotated[tuple[ReportedError, ...], msgspec.Meta(max_length=20)] | None = None
    update: UpdateOutcome | None = None
    done: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=8)] = ()


class KioskSettings(Wire, frozen=True, kw_only=True):
    """What a group wants of its kiosks.

    `program_version` is empty where none is wanted; `data_budget_mb_per_day` is None for a link that costs nothing.
    """

    heartbeat_every_s: Annotated[int, msgspec.Meta(ge=300, le=86_400)] = 1800
    data_budget_mb_per_day: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    idle_wipe_s: Annotated[int, msgspec.Meta(ge=30, le=3600)] = 120
    is_pulse_offered: bool = False
    program_version: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z.+!-]*$", max_length=40)] = ""


class CommandKind(StrEnum):
    SEND_LOGS = "send-logs"
    WIPE = "wipe"


class Command(Wire, frozen=True, kw_only=True):
    """Carried out once for each id: it is sent again until a heartbeat or a log bundle names it."""

    command_id: UUID
    kind: CommandKind


class HeartbeatAnswer(Wire, frozen=True, kw_only=True):
    """`settings` are left out where the kiosk reported this version of them. `next_in_s` is spread at random."""

    server_time: datetime
    next_in_s: int
    settings_version: SettingsVersion
    settings: KioskSettings | None = None
    commands: tuple[Command, ...] = ()


LogName = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_.-]*$", max_length=60)]


class LogLine(Wire, frozen=True, kw_only=True):
    """One line of a log bundle: names of events and numbers. No field of it can hold a sentence.

    A bundle is such lines as JSON, one a line, gzipped: at most MAX_LOG_BYTES, unpacked MAX_LOG_UNPACKED_BYTES.
    """

    at: datetime
    level: Literal["debug", "info", "warning", "error"]
    event: LogName
    module: LogName | None = None
    error: Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_.]*$", max_length=60)] | None = None
    """An exception's class, never its message."""
    numbers: dict[LogName, int | float] = msgspec.field(default_factory=dict[str, int | float])


class LogsKept(Wire, frozen=True, kw_only=True):
    """The server holds the bundle with this SHA-256."""

    log_id: UUID
    sha256: str


def clean_code(typed: str) -> str:
    """The code as it is hashed: capitals without spaces and hyphens; I and L are read as 1, O as 0."""
    letters = "".join(character for character in typed.upper() if character.isalnum())
    return letters.translate(str.maketrans("OIL", "011"))


def grouped_code(code: str) -> str:
    """`7Q2M-X90C`: as people read and type it."""
    return f"{code[:4]}-{code[4:]}"


def claim_bytes(code: str, public_key: str) -> bytes:
    """The bytes under a claim's signature; `code` is cleaned, so that how it was typed does not matter."""
    return f"{CLAIM_SCHEMA}|{clean_code(code)}|{public_key}".encode()


def fingerprint(public_key: str) -> str:
    """Sixteen hex digits in fours, which two people compare.

    64 bits: a second key with the same ones would have to be found within a claim's half hour.
    """
    digits = hashlib.sha256(public_key.encode()).hexdigest()[:16]
    return " ".join(digits[place : place + 4] for place in range(0, 16, 4))


def claim_link(server_url: str, code: str) -> str:
    """What the QR picture holds: where the server is, and the code."""
    return f"{CLAIM_LINK}?server={quote(server_url, safe='')}&code={code}"


def read_claim_link(text: str) -> tuple[str, str]:
    """Server address and code of a scanned picture; ValueError for anything else."""
    parts = urlsplit(text)
    found = parse_qs(parts.query)
    if f"{parts.scheme}:{parts.path}" != CLAIM_LINK or not {"server", "code"} <= found.keys():
        raise ValueError("this is not the picture of a claim code")
    return found["server"][0], clean_code(found["code"][0])


def place_link(server_url: str, code: str) -> str:
    """The page on which a worker takes their place, as the QR picture holds it."""
    return f"{server_url.rstrip('/')}/kiosk-worker?code={grouped_code(code)}"


def worker_proof(place_id: UUID, key: bytes) -> str:
    """What WORKER_HEADER holds."""
    return f"{place_id}.{base64.urlsafe_b64encode(key).decode().rstrip('=')}"


def read_worker_proof(text: str) -> tuple[UUID, bytes]:
    """Place and key; ValueError for anything else."""
    place, _, key = text.partition(".")
    try:
        read = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if len(read) != WORKER_KEY_BYTES:
        raise ValueError("this is no key of a worker")
    return UUID(place), read


def token_audience(server_url: str) -> str:
    """What assertions to this server are made out to (`aud`)."""
    return server_url.rstrip("/") + TOKEN_PATH
