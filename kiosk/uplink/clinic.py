"""What the screen asks the server while somebody waits: places of workers at this kiosk, and whom they may find."""

import asyncio
import hashlib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec

from kiosk.settings import Settings, SettingsRefused
from kiosk.uplink.authorizer import Authorizer, NotLetIn
from kiosk.uplink.opening import open_authorizer
from kiosk.uplink.server import NoLink, Refused, Server, open_http
from server.contract.fleet import PLACES_PATH, WORKER_HEADER, PlaceAnswer, PlaceAsked, PlaceWanted
from server.contract.registration import KNOWN_PATH, KnownPatient

JSON = {"Content-Type": "application/json"}


class Listing(StrEnum):
    """Why a worker finds whom they find."""

    ASKING = "asking"
    LISTED = "listed"
    NO_LINK = "no-link"
    NO_PLACE = "no-place"
    """The worker has no account that stands for them: new registrations only."""
    REFUSED = "refused"
    """The place has ended, or the worker's role."""


class Listed(NamedTuple):
    how: Listing
    patients: Sequence[KnownPatient] = ()


class Clinic:
    """Each call waits for the server, a minute at most."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings
        self._own: Authorizer | None = None
        """With the kiosk's own key, kept for its token."""

    def list_patients(self, proof: str) -> Listed:
        """As the server lists them for whose `worker_proof` it is; the demonstration's person needs none."""
        if not proof and not self._settings.demo_person:
            return Listed(Listing.NO_PLACE)
        try:
            answer = self._ask("GET", KNOWN_PATH, headers={WORKER_HEADER: proof} if proof else {})
        except (NoLink, NotLetIn, SettingsRefused):
            return Listed(Listing.NO_LINK)
        except Refused:
            return Listed(Listing.REFUSED)
        return Listed(Listing.LISTED, msgspec.json.decode(answer.content, type=list[KnownPatient]))

    def ask_place(self, key: bytes) -> PlaceAsked:
        """A code to show; NoLink, NotLetIn, Refused, and SettingsRefused where this kiosk has no key of its own."""
        content = msgspec.json.encode(PlaceWanted(key_hash=hashlib.sha256(key).hexdigest()))
        answer = self._ask("POST", PLACES_PATH, headers=JSON, content=content)
        return msgspec.json.decode(answer.content, type=PlaceAsked)

    def look_at_place(self, place_id: UUID) -> PlaceAnswer:
        """Whether somebody has taken it; NoLink, NotLetIn or Refused."""
        return msgspec.json.decode(self._ask("GET", f"{PLACES_PATH}/{place_id}").content, type=PlaceAnswer)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with open_http(self._settings.server_url) as http:
                return await Server(http, self._authorizer()).ask(method, path, **options)

        try:
            return asyncio.run(ask())
        except NotLetIn:
            self._own = None
            raise

    def _authorizer(self) -> Authorizer:
        """The demonstration's session is its connection's, and begins anew."""
        if self._own is None or self._settings.demo_person:
            self._own = open_authorizer(self._folder, self._settings)
        return self._own
