"""Fixtures of the intake tests."""

from collections.abc import AsyncIterator, Callable

import pytest

from server.core.access import Actor
from server.core.platform import Platform
from tests.intake.application import create_intake_app, http_client
from tests.intake.clinic import Clinic, make_clinic
from tests.intake.tus import TusClient, actor_name

As = Callable[[Actor | None], TusClient]


@pytest.fixture
async def clinic(platform: Platform) -> Clinic:
    return await make_clinic()


@pytest.fixture
async def acting(clinic: Clinic) -> AsyncIterator[As]:
    """`acting(actor)`: a client of the intake application that is this actor, or nobody."""
    actors = [clinic.worker, clinic.colleague, clinic.patient, clinic.stranger]
    app = create_intake_app({actor_name(actor.actor_id): actor for actor in actors})
    async with http_client(app) as http:
        yield lambda actor: TusClient(http, actor_name(actor.actor_id) if actor else "")


@pytest.fixture
def client(acting: As, clinic: Clinic) -> TusClient:
    """The clinic worker's client."""
    return acting(clinic.worker)
