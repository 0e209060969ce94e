"""The life of an upload as a table: what may follow what; whatever is not listed does not happen."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class UploadState(StrEnum):
    RECEIVING = "receiving"
    COMPLETE = "complete"
    """All bytes are here and have the declared digest; no case has asked for them yet."""
    HELD = "held"
    """A case answers for it in a signed receipt, so it does not expire."""
    CONSUMED = "consumed"
    """The case has made of it what it needs."""
    REFUSED = "refused"
    TERMINATED = "terminated"
    EXPIRED = "expired"


class UploadEvent(StrEnum):
    COMPLETE = "complete"
    HOLD = "hold"
    CONSUME = "consume"
    REFUSE = "refuse"
    TERMINATE = "terminate"
    EXPIRE = "expire"


FOLLOWING: Mapping[tuple[UploadState, UploadEvent], UploadState] = MappingProxyType(
    {
        (UploadState.RECEIVING, UploadEvent.COMPLETE): UploadState.COMPLETE,
        (UploadState.RECEIVING, UploadEvent.REFUSE): UploadState.REFUSED,
        (UploadState.RECEIVING, UploadEvent.TERMINATE): UploadState.TERMINATED,
        (UploadState.RECEIVING, UploadEvent.EXPIRE): UploadState.EXPIRED,
        (UploadState.COMPLETE, UploadEvent.HOLD): UploadState.HELD,
        (UploadState.COMPLETE, UploadEvent.TERMINATE): UploadState.TERMINATED,
        (UploadState.COMPLETE, UploadEvent.EXPIRE): UploadState.EXPIRED,
        (UploadState.HELD, UploadEvent.CONSUME): UploadState.CONSUMED,
    }
)

WHOLE = frozenset({UploadState.COMPLETE, UploadState.HELD, UploadState.CONSUMED})
"""All of its bytes have arrived and were right."""
PENDING = frozenset({UploadState.RECEIVING, UploadState.COMPLETE})
"""Takes room that no case answers for; these expire."""


def sources_of(event: UploadEvent) -> list[UploadState]:
    """The states in which `event` may happen."""
    return [state for state, happening in FOLLOWING if happening is event]


def following(event: UploadEvent) -> UploadState:
    """The state after `event`, which is the same from wherever it may happen."""
    return next(state for (_, happening), state in FOLLOWING.items() if happening is event)
