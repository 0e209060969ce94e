"""Makes the kiosk's own key, shows it to the server with a code, and waits for an administrator's yes."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kiosk.faults import KioskFault
from kiosk.fleet.health import program_version
from kiosk.signatures import encode
from kiosk.spool.files import write_durable
from kiosk.uplink.opening import IDENTITY_FILE, KEY_FILE, Identity
from server.contract.fleet import CLAIMS_PATH, ClaimAnswer, ClaimState, KioskClaim, claim_bytes, fingerprint

ASK_EVERY_S = 30.0
Tell = Callable[[str], None]


class ClaimRefused(KioskFault):
    code = "claim-refused"
    title = "The server does not take this code"
    kept = "This kiosk has its key and nothing else was changed."
    next_step = "Ask the administrator for a new code: each works once, for half an hour."


async def claim(folder: Path, http: httpx.AsyncClient, code: str, tell: Tell, ask_every_s: float = ASK_EVERY_S) -> None:
    """Register this kiosk: on return its id is durable beside its key. ClaimRefused for a code that is no good.

    A link that is gone is waited for; started again with the same code it goes on where it was.
    """
    key = own_key(folder)
    wanted = _signed(key, code)
    told = ""
    while True:
        answer = await _ask(http, wanted)
        if answer is None:
            say = "No link to the server; trying again."
        elif answer.state is ClaimState.APPROVED:
            write_durable(folder / IDENTITY_FILE, msgspec.json.encode(Identity(kiosk_id=answer.kiosk_id)))
            tell(f"This kiosk is {answer.name}.")
            return
        elif answer.state is ClaimState.REFUSED:
            raise ClaimRefused("an administrator refused it")
        else:
            say = f"Waiting for an administrator, who must see the same: {fingerprint(wanted.public_key)}"
        if say != told:
            tell(say)
        told = say
        await asyncio.sleep(ask_every_s)


def own_key(folder: Path) -> Ed25519PrivateKey:
    """The kiosk's key, made the first time; it never leaves the machine."""
    path = folder / KEY_FILE
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        write_durable(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ClaimRefused(f"{path} is no Ed25519 key")
    return key


def _signed(key: Ed25519PrivateKey, code: str) -> KioskClaim:
    public_key = encode(key.public_key().public_bytes_raw())
    signature = encode(key.sign(claim_bytes(code, public_key)))
    return KioskClaim(code=code, public_key=public_key, signature=signature, program_version=program_version())


async def _ask(http: httpx.AsyncClient, wanted: KioskClaim) -> ClaimAnswer | None:
    """None where there is no link, or the server is busy."""
    headers = {"Content-Type": "application/json"}
    try:
        answer = await http.post(CLAIMS_PATH, content=msgspec.json.encode(wanted), headers=headers)
    except httpx.HTTPError:
        return None
    if answer.status_code == 429 or answer.status_code >= 500:
        return None
    if not answer.is_success:
        raise ClaimRefused(f"{CLAIMS_PATH} answered {answer.status_code}")
    return msgspec.json.decode(answer.content, type=ClaimAnswer)
