"""Notices to people: an intent that is written with what it tells of, and attempts to deliver it by channels."""

from server.core.notices.forgetting import forget
from server.core.notices.schemas import ChannelKind, Notice, Recipient, Reply
from server.core.notices.service import send

__all__ = ["ChannelKind", "Notice", "Recipient", "Reply", "forget", "send"]
