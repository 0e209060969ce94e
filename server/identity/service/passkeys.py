"""Passkeys: registered, signed in with, proved again with (WebAuthn Level 3; user verification always required)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from server.core.platform import now
from server.identity.faults import PasskeyRefused
from server.identity.schemas import PasskeyCard
from server.identity.service.challenges import Ceremony, new_challenge, take_challenge
from server.identity.service.directory import open_person
from server.identity.service.relying_party import expected_origin, relying_party_id
from server.identity.tables import Passkey, Person

RELYING_PARTY_NAME = "Careferry"
LABEL_LENGTH = 60

# What browsers may send instead of what the standard says: the library raises several kinds.
_MALFORMED = (WebAuthnException, KeyError, TypeError, ValueError)


async def registration_options(person: Person) -> str:
    """What navigator.credentials.create() is given, as JSON."""
    details = await open_person(person)
    return options_to_json(
        generate_registration_options(
            rp_id=relying_party_id(),
            rp_name=RELYING_PARTY_NAME,
            user_id=person.id.bytes,
            user_name=details.email or details.phone or details.name,
            user_display_name=details.name,
            challenge=await new_challenge(Ceremony.REGISTER, person.id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(await passkeys_of(person.id)),
        )
    )


async def add_passkey(person: Person, credential: dict[str, Any], label: str) -> Passkey:
    """Keep the credential that a browser made for `registration_options`."""
    challenge = await take_challenge(credential, Ceremony.REGISTER, person.id)
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party_id(),
            expected_origin=expected_origin(),
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise PasskeyRefused from error
    if await Passkey.exists().where(Passkey.credential_id == verified.credential_id):
        raise PasskeyRefused
    passkey = Passkey(
        recorded_at=now(),
        person_id=person.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        label=label.strip()[:LABEL_LENGTH],
        is_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )
    await passkey.save()
    return passkey


async def authentication_options(ceremony: Ceremony, person_id: UUID | None, allowed: Sequence[bytes]) -> str:
    """What navigator.credentials.get() is given, as JSON; without `allowed` the browser offers what it knows."""
    return options_to_json(
        generate_authentication_options(
            rp_id=relying_party_id(),
            challenge=await new_challenge(ceremony, person_id),
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in allowed],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


async def take_passkey(credential: dict[str, Any], ceremony: Ceremony, person_id: UUID | None) -> Passkey:
    """The passkey that a browser proved to hold; `person_id` as it was given to `authentication_options`."""
    challenge = await take_challenge(credential, ceremony, person_id)
    passkey = await _find(credential)
    if passkey is None or (person_id is not None and passkey.person_id != person_id):
        raise PasskeyRefused
    verified = _verify(credential, challenge, passkey)
    await _count(passkey, verified.new_sign_count)
    return passkey


async def passkeys_of(person_id: UUID) -> list[Passkey]:
    return await Passkey.objects().where(Passkey.person_id == person_id).order_by(Passkey.recorded_at)


def passkey_card(passkey: Passkey) -> PasskeyCard:
    return PasskeyCard(
        passkey_id=passkey.id,
        label=passkey.label,
        added_at=passkey.recorded_at,
        used_at=passkey.used_at,
        is_synced=passkey.is_synced,
    )


async def _find(credential: dict[str, Any]) -> Passkey | None:
    try:
        credential_id = base64url_to_bytes(credential["rawId"])
    except (KeyError, TypeError, ValueError) as error:
        raise PasskeyRefused from error
    return await Passkey.objects().get(Passkey.credential_id == credential_id)


def _verify(credential: dict[str, Any], challenge: bytes, passkey: Passkey) -> VerifiedAuthentication:
    try:
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party_id(),
            expected_origin=expected_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise PasskeyRefused from error


async def _count(passkey: Passkey, sign_count: int) -> None:
    """Move the counter on, unless another answer did meanwhile: then one of the two keys is a copy."""
    moved = (
        await Passkey.update({Passkey.sign_count: sign_count, Passkey.used_at: now()})
        .where(Passkey.id == passkey.id)
        .where(Passkey.sign_count == passkey.sign_count)
        .returning(Passkey.id)
    )
    if not moved:
        raise PasskeyRefused


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]
