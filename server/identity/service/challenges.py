"""The challenges of passkey ceremonies: random, for one purpose, answered once."""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from webauthn import base64url_to_bytes
from webauthn.helpers import parse_client_data_json
from webauthn.helpers.exceptions import InvalidJSONStructure

from server.core.platform import now
from server.identity.faults import PasskeyRefused
from server.identity.queries import rows_of
from server.identity.tables import PasskeyChallenge

LIFETIME = timedelta(minutes=5)


class Ceremony(StrEnum):
    SIGN_IN = "sign-in"
    REGISTER = "register"
    STEP_UP = "step-up"


async def new_challenge(ceremony: Ceremony, person_id: UUID | None) -> bytes:
    challenge, at = secrets.token_bytes(32), now()
    await PasskeyChallenge(
        recorded_at=at,
        challenge_hash=_hash(challenge),
        purpose=ceremony,
        person_id=person_id,
        expires_at=at + LIFETIME,
    ).save()
    return challenge


async def take_challenge(credential: dict[str, Any], ceremony: Ceremony, person_id: UUID | None) -> bytes:
    """The challenge that a browser's answer names, which is then used up.

    PasskeyRefused unless we gave it out for this ceremony and person, and lately.
    """
    challenge = _named_in(credential)
    rows = await rows_of(
        PasskeyChallenge.delete()
        .where(PasskeyChallenge.challenge_hash == _hash(challenge))
        .returning(PasskeyChallenge.purpose, PasskeyChallenge.person_id, PasskeyChallenge.expires_at)
    )
    given = rows[0] if rows else None
    if given is None or given["expires_at"] <= now():
        raise PasskeyRefused
    if given["purpose"] != ceremony or given["person_id"] != person_id:
        raise PasskeyRefused
    return challenge


def _named_in(credential: dict[str, Any]) -> bytes:
    try:
        return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    except (KeyError, TypeError, ValueError, InvalidJSONStructure) as error:
        raise PasskeyRefused from error


def _hash(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
