"""Registers patients who were registered at a kiosk first: once, however often they are sent."""

import hashlib
from zoneinfo import available_timezones

import msgspec

from server.contract.registration import PatientRegistered, PatientRegistration
from server.core import vault
from server.core.access import Action, Actor, authorize
from server.core.faults import BadInput
from server.identity import service as identity
from server.intake.idempotency import Response, once
from server.patients import service as patients
from server.patients.schemas import ContactPreference, Demographics


async def register_from_kiosk(actor: Actor, body: bytes) -> PatientRegistered:
    """Accept `body` (JSON of a PatientRegistration) once; the same id with other bytes is KeyReused."""
    authorize(actor, Action.PATIENT_REGISTER)
    try:
        registration = msgspec.json.decode(body, type=PatientRegistration)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput("The registration was not written as this clinic’s server expects it.") from error

    if registration.registered_at.zone not in available_timezones():
        raise BadInput("The registration names a time zone that does not exist.")
    await identity.require_taker(actor, registration.taken_by)

    async def effect() -> Response:
        return await _register(actor, registration)

    digest = hashlib.sha256(body).hexdigest()
    answer = await once(actor, "patient", str(registration.patient_id), digest, effect)
    return msgspec.json.decode(answer, type=PatientRegistered)


async def _register(actor: Actor, new: PatientRegistration) -> Response:
    who = Demographics(
        given_name=new.given_name,
        family_name=new.family_name,
        birth_date=new.birth_date,
        sex=new.sex,
        contact=ContactPreference(phone=new.phone),
    )
    await patients.register_patient(
        actor,
        who,
        patient_id=new.patient_id,
        region=new.region,
        language=new.language,
        zone=new.registered_at.zone,
        taken_by=new.taken_by,
    )
    patient = await patients.kept_summary(actor, new.patient_id)
    key = await vault.key(patient.vault_id, actor.organisation_id)
    return Response(msgspec.json.encode(PatientRegistered(patient_id=new.patient_id)), key)
