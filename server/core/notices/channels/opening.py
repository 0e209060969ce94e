"""Opens the channels that the settings name."""

from urllib.parse import urlsplit

from server.core.notices.channels.demo import DemoChannel
from server.core.notices.channels.port import Channel, Channels
from server.core.notices.channels.sms import SmsGatewayChannel
from server.core.notices.channels.smtp import SmtpChannel
from server.core.notices.schemas import ChannelKind
from server.settings import Settings


def open_channels(settings: Settings) -> Channels:
    """A channel for each kind of address; a kind that is not configured is absent, except in the demo."""
    smtp, sms = settings.messages.smtp, settings.messages.sms
    opened: dict[ChannelKind, Channel] = {}
    if settings.is_demo:
        opened = {ChannelKind.EMAIL: DemoChannel(), ChannelKind.SMS: DemoChannel()}
    if smtp is not None:
        opened[ChannelKind.EMAIL] = SmtpChannel(smtp, host=urlsplit(settings.web.public_url).hostname or "localhost")
    if sms is not None:
        opened[ChannelKind.SMS] = SmsGatewayChannel(sms)
    return opened
