"""For whom a patient's page is: oneself, or the one chosen among those whom one acts for; the page always says it."""

from uuid import UUID

from litestar import Response
from litestar.datastructures import Cookie
from msgspec import Struct

from server.core.access import Actor
from server.core.platform import platform
from server.identity.cookies import is_secure
from server.patients import service
from server.patients.service import Capacity
from server.web.connection import PageRequest

COOKIE = "acting-for"
"""Only a preference: what it names is looked up among those whom the person acts for at each request."""


class Chosen(Struct, frozen=True, kw_only=True):
    patient_id: UUID
    name: str
    capacity: Capacity
    is_one_of_several: bool

    @property
    def is_told(self) -> bool:
        """Nothing is said to those who act for themselves alone."""
        return self.is_one_of_several or self.capacity is not Capacity.SELF


async def choices(actor: Actor) -> list[Chosen]:
    """Everyone the signed-in person acts for, themselves first."""
    mine = await service.patients_of(actor)
    names = await service.names_of(actor, [each.patient_id for each in mine])
    capacities = await service.capacities_of(actor)
    return [
        Chosen(
            patient_id=each.patient_id,
            name=names.get(each.patient_id, ""),
            capacity=capacities[each.patient_id],
            is_one_of_several=len(mine) > 1,
        )
        for each in mine
    ]


async def chosen(request: PageRequest, actor: Actor) -> Chosen | None:
    """Who was chosen in this browser, else oneself, else the only one; None where nobody is or one has to choose."""
    mine = await choices(actor)
    wanted = request.cookies.get(COOKIE, "")
    is_default = len(mine) == 1 or (bool(mine) and mine[0].capacity is Capacity.SELF)
    return next((each for each in mine if str(each.patient_id) == wanted), mine[0] if is_default else None)


async def about_whom(actor: Actor, patient_id: UUID) -> Chosen | None:
    """What a page about this patient says of for whom it is; None for the clinic and for readers."""
    mine = await choices(actor) if actor.is_patient else []
    return next((each for each in mine if each.patient_id == patient_id), None)


def keep_choice(response: Response[None], patient_id: UUID) -> None:
    """For this browser, until it is closed."""
    secure = is_secure(platform().settings)
    response.set_cookie(
        Cookie(key=COOKIE, value=str(patient_id), path="/", httponly=True, samesite="lax", secure=secure)
    )
