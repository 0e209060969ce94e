"""Channels that carry a message out of the platform, behind one port."""

from server.core.notices.channels.opening import open_channels
from server.core.notices.channels.port import Channel, Channels, Deferred, Interrupted, Refused

__all__ = ["Channel", "Channels", "Deferred", "Interrupted", "Refused", "open_channels"]
