"""What delivery asks of a channel, and the three ways in which it may not succeed."""

from collections.abc import Mapping
from typing import Protocol

from server.core.notices.schemas import ChannelKind, Message


class _NotDelivered(Exception):
    def __init__(self, code: str) -> None:
        """`code` is short and stable and quotes nothing of the message: it is stored and shown."""
        super().__init__(code)
        self.code = code


class Refused(_NotDelivered):
    """The other side will never take it for this address."""


class Deferred(_NotDelivered):
    """It was certainly not taken, and another try may succeed."""


class Interrupted(_NotDelivered):
    """The connection ended before the other side answered: it may have been taken."""


class Channel(Protocol):
    kind: ChannelKind

    async def deliver(self, message: Message) -> str:
        """Hand the message over; returns the other side's reference. Refused, Deferred or Interrupted otherwise.

        The other side sees `message.key`, so that the same message is recognised when it comes again.
        """
        ...

    async def ask(self, message: Message) -> str | None:
        """The reference if the other side says that it has the message, None if it has not or cannot say."""
        ...


Channels = Mapping[ChannelKind, Channel]
"""Which channel serves a kind of address."""
