"""Sessions: what ends one binds the very next look."""

from server.core.access import Role
from server.core.platform import Platform
from server.identity import service
from server.identity.tables import Session
from tests.support.people import begin, make_organisation, make_person


async def test_a_session_is_kept_only_as_a_hash(platform: Platform) -> None:
    place = await make_organisation()
    actor = await make_person(place.organisation_id, Role.SPECIALIST)
    token = await begin(actor.actor_id)
    rows = await Session.select(Session.token_hash).where(Session.person_id == actor.actor_id)
    assert token.encode() not in b"".join(row["token_hash"] for row in rows)
    session = await service.find_session(token)
    assert session is not None
    assert session.roles == {Role.SPECIALIST}
