"""For whom the database works right now: PostgreSQL's policies read it, `scoped` and the verbs never do.

The actor stays every verb's first argument. This is bound at the edges (a request, a job's attempt, a command)
and says only what a query that forgot `scoped` may still reach; where nothing is bound, that is nothing.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

import msgspec

from server.core.access.actor import Actor, ActorKind


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to the database: each field is the setting `careferry.<field>`, empty when it does not hold."""

    organisation: UUID | None = None
    """Whose own rows are reached."""
    reader: UUID | None = None
    """The organisation whose live grants count."""
    person: UUID | None = None
    """The patient, or who acts for one, whose live grants count."""
    seat: UUID | None = None
    """The person's seat in the reader, whose live grants show a case and let nothing be changed."""
    platform: bool = False
    """Every organisation's rows, for work that is no one organisation's."""

    def settings(self) -> tuple[str, ...]:
        """In the order of the fields."""
        named = (self.organisation, self.reader, self.person, self.seat)
        return (*(str(each) if each else "" for each in named), "on" if self.platform else "")


NOBODY = Reach()
_reach: ContextVar[Reach] = ContextVar("reach", default=NOBODY)


def current_reach() -> Reach:
    return _reach.get()


@contextmanager
def working_for(actor: Actor | None) -> Generator[None]:
    """Within the block the database answers to `actor`; to nobody for None."""
    with _bound(_reach_of(actor) if actor else NOBODY):
        yield


@contextmanager
def platform_wide() -> Generator[None]:
    """Within the block the database answers for every organisation.

    Keep the block to the one query that needs it; tests/architecture lists the modules that may.
    """
    with _bound(Reach(platform=True)):
        yield


@contextmanager
def _bound(reach: Reach) -> Generator[None]:
    before = _reach.set(reach)
    try:
        yield
    finally:
        _reach.reset(before)


def _reach_of(actor: Actor) -> Reach:
    if actor.is_patient:
        return Reach(person=actor.actor_id)
    if actor.kind is ActorKind.SYSTEM:
        return Reach(organisation=actor.organisation_id)
    return Reach(organisation=actor.organisation_id, reader=actor.organisation_id, seat=actor.seat_id)
