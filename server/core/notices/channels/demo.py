"""The demo's channel: nothing leaves, and the outbox page shows what would have."""

from server.core.notices.schemas import ChannelKind, Message


class DemoChannel:
    kind = ChannelKind.DEMO

    async def deliver(self, message: Message) -> str:
        """The rows are the delivery."""
        return message.key

    async def ask(self, message: Message) -> str | None:
        return message.key
