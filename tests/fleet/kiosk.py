"""The kiosk's side of the contract, written from the contract alone: a key, claims, assertions, requests."""

import base64
import time
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar

from server.contract.fleet import (
    ASSERTION_TYPE,
    CLAIMS_PATH,
    GRANT_TYPE,
    HEARTBEAT_PATH,
    LOGS_PATH,
    TOKEN_PATH,
    Heartbeat,
    KioskClaim,
    claim_bytes,
    token_audience,
)
from server.core.access import Actor
from server.core.platform import now
from server.fleet import service as fleet
from server.fleet.service.claims import show_claim
from tests.support.people import PUBLIC_URL

AUDIENCE = token_audience(PUBLIC_URL)


def encoded(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class KioskKey:
    """A kiosk's key pair."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.public = encoded(self._private.public_key().public_bytes_raw())

    def claim(self, code: str) -> KioskClaim:
        signature = encoded(self._private.sign(claim_bytes(code, self.public)))
        return KioskClaim(code=code, public_key=self.public, signature=signature, program_version="1.0")

    def assertion(self, kiosk_id: UUID, **changed: Any) -> str:
        """A JWT of RFC 7523 for now; `alg` and the claims can be changed."""
        at = int(now().timestamp())
        header = {"alg": changed.pop("alg", "Ed25519"), "typ": "JWT"}
        claims = {
            "iss": str(kiosk_id),
            "sub": str(kiosk_id),
            "aud": AUDIENCE,
            "iat": at,
            "exp": at + 120,
            "jti": uuid4().hex,
            **changed,
        }
        signed = ".".join(encoded(msgspec.json.encode(part)) for part in (header, claims))
        return f"{signed}.{encoded(self._private.sign(signed.encode()))}"


class FakeKiosk:
    """A kiosk's requests to an application."""

    def __init__(self, app: Litestar, key: KioskKey, kiosk_id: UUID | None = None) -> None:
        transport = httpx.ASGITransport(cast("Any", app))
        self.client = httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)
        self.key = key
        self.kiosk_id = kiosk_id or uuid4()

    async def claim(self, code: str) -> httpx.Response:
        content = msgspec.json.encode(self.key.claim(code))
        return await self.client.post(CLAIMS_PATH, content=content, headers={"Content-Type": "application/json"})

    async def ask_token(self, assertion: str | None = None) -> httpx.Response:
        form = {
            "grant_type": GRANT_TYPE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.key.assertion(self.kiosk_id),
        }
        return await self.client.post(TOKEN_PATH, data=form)

    async def sign_in(self) -> None:
        answer = await self.ask_token()
        assert answer.status_code == 200, answer.text
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def beat(self, report: Heartbeat | None = None) -> httpx.Response:
        content = msgspec.json.encode(report or Heartbeat())
        return await self.client.post(HEARTBEAT_PATH, content=content, headers={"Content-Type": "application/json"})

    async def send_logs(self, bundle: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
        sent = {"Content-Type": "application/gzip", **(headers or {})}
        return await self.client.post(LOGS_PATH, content=bundle, headers=sent)


async def enrol(administrator: Actor, key: KioskKey, *, name: str = "Room 2", group_id: UUID | None = None) -> UUID:
    """A registered kiosk, by the verbs; its id."""
    group = group_id or await fleet.make_group(administrator, f"Group {time.monotonic_ns()}")
    claim_id = await fleet.make_claim(administrator, name, group)
    card = await show_claim(administrator, claim_id)
    await fleet.claim(key.claim(card.code), f"network of {claim_id}")  # many kiosks come from one otherwise
    await fleet.approve_claim(administrator, claim_id)
    return claim_id
