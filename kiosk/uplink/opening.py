"""Opens the uplink of the kiosk whose data are in a folder, in whichever name it may send."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kiosk.settings import Settings, SettingsRefused
from kiosk.spool.spool import Spool
from kiosk.uplink.allowance import Allowance
from kiosk.uplink.authorizer import Authorizer, DemoAuthorizer, KioskKeyAuthorizer
from kiosk.uplink.backoff import Backoff
from kiosk.uplink.courier import Courier
from kiosk.uplink.sending import Sending
from kiosk.uplink.server import Server, open_http
from kiosk.uplink.trust import Trust

IDENTITY_FILE, KEY_FILE = "kiosk.json", "kiosk.key"


class Identity(msgspec.Struct, frozen=True, rename="camel"):
    """Who the server knows this kiosk as, since an administrator said yes."""

    kiosk_id: UUID


def open_authorizer(folder: Path, settings: Settings) -> Authorizer:
    """The demo's person if one is named, else the kiosk's own key (PEM, Ed25519); SettingsRefused without either."""
    if settings.demo_person:
        return DemoAuthorizer(settings.demo_person)
    try:
        identity = msgspec.json.decode((folder / IDENTITY_FILE).read_bytes(), type=Identity)
        key = load_pem_private_key((folder / KEY_FILE).read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise SettingsRefused(f"{folder}: this kiosk has no key of its own yet: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsRefused(f"{folder / KEY_FILE} is not an Ed25519 key")
    return KioskKeyAuthorizer(str(identity.kiosk_id), key)


@asynccontextmanager
async def open_sending(folder: Path, settings: Settings, spool: Spool) -> AsyncGenerator[Sending]:
    async with open_http(settings.server_url) as http:
        server, trust = Server(http, open_authorizer(folder, settings)), Trust(folder)
        courier = Courier(spool, server, trust, Allowance(spool, settings.link, settings.zone))
        yield Sending(folder, courier, server, trust, Backoff())
