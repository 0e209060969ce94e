"""Holds a slice's state table against a list that was written by hand: what each role may do in each status."""

from collections.abc import Callable
from typing import Any

import pytest

from server.core.access import Role, system_actor
from server.core.access.actor import Actor, ActorKind
from server.core.faults import Fault, Forbidden
from server.core.ids import new_id


def require_as_listed(
    step: Callable[[Actor, Any, Any], str], status: str, event: str, listed: tuple[str, str] | None, absent: type[Fault]
) -> None:
    """`listed` is the next status with the roles that may, in words; None where `step` raises `absent` for everyone."""
    for role in Role:
        actor = Actor(actor_id=new_id(), kind=ActorKind.PERSON, organisation_id=new_id(), roles=frozenset({role}))
        if listed is None:
            with pytest.raises(absent):
                step(actor, status, event)
        elif role not in listed[1].split():
            with pytest.raises(Forbidden):
                step(actor, status, event)
        else:
            assert step(actor, status, event) == listed[0]
            assert step(system_actor(new_id()), status, event) == listed[0]
