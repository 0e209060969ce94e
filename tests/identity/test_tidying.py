"""What has expired goes; what still counts stays."""

from server.core.access import Role
from server.core.platform import Platform
from server.identity import service
from server.identity.clients import Client
from server.identity.limits import Limit, spend
from server.identity.service.challenges import Ceremony, new_challenge
from server.identity.tables import PasskeyChallenge, RateBucket, Session, Ticket
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock

DATABASES = ("sqlite", "postgresql")


async def rows() -> tuple[int, int, int, int]:
    counts = [len(await table.select(table.id)) for table in (Ticket, PasskeyChallenge, RateBucket, Session)]
    return counts[0], counts[1], counts[2], counts[3]


async def test_tidying_leaves_what_still_counts(platform: Platform, clock: FakeClock) -> None:
    place = await make_organisation()
    await make_person(place.organisation_id, Role.SPECIALIST)
    await service.ask_for_code("ana@example.org", Client(address="203.0.113.7"))
    await new_challenge(Ceremony.SIGN_IN, None)
    before = await rows()
    clock.advance(minutes=30)
    await service.tidy()
    assert await rows() == before
    clock.advance(days=3)
    await spend(Limit(name="new", burst=1, every_s=1), "a")
    await service.tidy()
    assert await rows() == (0, 0, 1, before[3])
    clock.advance(days=500)
    await service.tidy()
    assert await rows() == (0, 0, 0, 0)
