"""Registering a patient from outside of a browser: a kiosk's worker did it, perhaps weeks ago and without a link."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from server.contract.fleet import REGISTRATIONS_PATH, Registration
from server.core.access import Action, Actor
from server.core.access.guard import FOR_DEVICES
from server.identity import service as identity
from server.patients import service
from server.patients.schemas import ContactPreference, Demographics

MAX_REGISTRATION_BYTES = 16 * 1024


@post(
    REGISTRATIONS_PATH,
    opt={"action": Action.PATIENT_REGISTER, FOR_DEVICES: True},
    status_code=204,
    request_max_body_size=MAX_REGISTRATION_BYTES,
)
async def register(actor: NamedDependency[Actor], data: JSONBody[Registration]) -> Response[None]:
    """Once for each id: the same content again changes nothing, other content is KeyReused.

    No sign-in is made for the patient: whether the phone number is theirs was not proved, and a number that is
    taken would only be known when nobody is there to ask.
    """
    await identity.require_taker(actor, data.taken_by)

    async def effect() -> str:
        return await _register(actor, data)

    await identity.once(actor, str(data.patient_id), identity.request_hash(data), effect)
    return Response(None, status_code=204)


async def _register(actor: Actor, data: Registration) -> str:
    clinic = await identity.organisation(actor.organisation_id)
    who = Demographics(
        given_name=data.given_name,
        family_name=data.family_name,
        birth_date=data.birth_date,
        sex=data.sex,
        contact=ContactPreference(phone=data.phone, email=data.email),
        locality=data.locality,
    )
    await service.register_patient(
        actor,
        who,
        region=clinic.region,
        language=data.language,
        zone=clinic.zone,
        patient_id=data.patient_id,
        taken_by=data.taken_by,
    )
    return ""
