"""Credentials for the relay: made anew for each seat of a call, good for minutes, and never stored.

coturn's REST API (draft-uberti-behave-turn-rest-00, 2.2): the name is `expiry:seat`, the password the HMAC-SHA1 of it
under the shared secret; coturn forgets it at the expiry. HMAC-SHA1 is what the protocol has; a forged tag is not what
SHA-1's collisions give.
"""

import base64
import hmac
from datetime import UTC, datetime
from uuid import UUID

from server.contract.call import TurnServer
from server.settings import Turn

RENEW_AFTER = 0.6
"""The share of their life after which an end gets new ones."""


def relays_for(turn: Turn | None, seat_id: UUID, at: datetime) -> tuple[TurnServer, ...]:
    """The relay with credentials for this seat; none where no relay is set up."""
    if turn is None:
        return ()
    expires_s = int(at.timestamp()) + turn.lasts_s
    username = f"{expires_s}:{seat_id}"
    digest = hmac.digest(turn.secret.encode(), username.encode(), "sha1")
    return (
        TurnServer(
            urls=turn.urls,
            username=username,
            credential=base64.b64encode(digest).decode(),
            expires_at=datetime.fromtimestamp(expires_s, UTC),
        ),
    )


def renew_after_s(turn: Turn | None) -> float | None:
    """Seconds after which new credentials are due; None where there are none."""
    return turn.lasts_s * RENEW_AFTER if turn else None
