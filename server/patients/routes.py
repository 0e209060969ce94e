"""The patients' JSON API: those whom a worker at a kiosk of the clinic may find."""

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from server.contract.registration import KNOWN_PATH, KnownPatient
from server.core.access import Action, Actor
from server.core.access.guard import FOR_PINS
from server.patients import service
from server.settings import Settings


@get(KNOWN_PATH, opt={"action": Action.PATIENT_FIND, FOR_PINS: True})
async def list_known(actor: NamedDependency[Actor]) -> list[KnownPatient]:
    return await service.known_patients(actor)


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [list_known]
