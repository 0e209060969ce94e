"""Who may do what: the actor, the actions, one deny-by-default decision, dated grants and the guard."""

from server.core.access.actions import Action
from server.core.access.actor import Actor, ActorKind, Purpose, Role, seat_of, system_actor
from server.core.access.policy import authorize, permits

__all__ = ["Action", "Actor", "ActorKind", "Purpose", "Role", "authorize", "permits", "seat_of", "system_actor"]
