"""Both channels that lead out pass one suite, each against a real server on this machine."""

import msgspec
import pytest

from server.core.notices.channels import Deferred, Interrupted, Refused, open_channels
from server.core.notices.channels.demo import DemoChannel
from server.core.notices.channels.sms import SmsGatewayChannel
from server.core.notices.channels.smtp import SmtpChannel
from server.core.notices.schemas import ChannelKind, Message, Text
from server.core.platform import Platform
from server.settings import Messages, SmsGateway, Smtp
from tests.core.notices.far_ends import LOOPBACK, Gateway, MailServer, Manner

TEXT = Text(subject="Hay algo para usted", body="Línea primera.\n\nLínea segunda: ñandú\n", short="Ábralo: ñandú")
FarEnd = MailServer | Gateway


def _message(end: FarEnd, key: str = "key-1") -> Message:
    return Message(key=key, address=end.way.address, text=TEXT)


async def test_a_message_arrives_once_with_its_key(end: FarEnd) -> None:
    reference = await end.channel.deliver(_message(end))
    assert end.taken == ["key-1"]
    assert end.last_text.rstrip().endswith("ñandu" if end.way.kind is ChannelKind.SMS else "ñandú")
    assert reference


async def test_a_bad_address_is_refused_for_good(end: FarEnd) -> None:
    end.manner = Manner.REFUSE
    with pytest.raises(Refused) as refused:
        await end.channel.deliver(_message(end))
    assert refused.value.code == end.permanent_code
    assert end.taken == []


async def test_a_busy_server_defers(end: FarEnd) -> None:
    end.manner = Manner.DEFER
    with pytest.raises(Deferred) as deferred:
        await end.channel.deliver(_message(end))
    assert deferred.value.code == end.temporary_code


async def test_a_server_that_is_away_defers(end: FarEnd) -> None:
    await end.stop()
    with pytest.raises(Deferred):
        await end.channel.deliver(_message(end))


async def test_an_answer_that_never_comes_leaves_a_doubt(end: FarEnd) -> None:
    end.manner = Manner.TAKE_AND_HANG_UP
    with pytest.raises(Interrupted):
        await end.channel.deliver(_message(end))
    assert end.taken == ["key-1"]


async def test_a_repetition_carries_the_same_key(end: FarEnd) -> None:
    end.manner = Manner.TAKE_AND_HANG_UP
    with pytest.raises(Interrupted):
        await end.channel.deliver(_message(end))
    end.manner = Manner.TAKE
    await end.channel.deliver(_message(end))
    assert end.taken == ["key-1", "key-1"]


async def test_what_the_other_side_never_saw_is_not_known_to_it(end: FarEnd) -> None:
    assert await end.channel.ask(_message(end)) is None


@pytest.mark.parametrize(
    "address", ["", "no address", "ana@example.org\r\nBcc: eve@example.org", "ana@example.org, eve@example.org"]
)
async def test_mail_names_one_recipient_or_none(mail_server: MailServer, address: str) -> None:
    message = msgspec.structs.replace(_message(mail_server), address=address)
    with pytest.raises(Refused) as refused:
        await mail_server.channel.deliver(message)
    assert refused.value.code == "address-malformed"
    assert mail_server.taken == []


async def test_mail_is_marked_as_automatic_and_in_plain_text(mail_server: MailServer) -> None:
    await mail_server.channel.deliver(_message(mail_server))
    mail = mail_server.last
    assert mail is not None
    assert (mail["Subject"], mail["From"], mail["To"]) == (TEXT.subject, "care@example.org", "ana@example.org")
    assert mail["Message-ID"] == "<key-1@care.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == TEXT.body


async def test_mail_is_not_sent_in_clear_where_tls_is_asked_for(mail_server: MailServer) -> None:
    """A server that offers no STARTTLS is not trusted without it."""
    smtp = Smtp(host=LOOPBACK, port=mail_server.port, starttls=True, sender="care@example.org")
    with pytest.raises(Deferred):
        await SmtpChannel(smtp, "care.example").deliver(_message(mail_server))
    assert mail_server.taken == []


async def test_a_password_that_the_mail_server_does_not_take_is_not_the_addresss_fault(mail_server: MailServer) -> None:
    smtp = Smtp(
        host=LOOPBACK, port=mail_server.port, starttls=False, sender="care@example.org", username="a", password="b"
    )
    with pytest.raises(Deferred):
        await SmtpChannel(smtp, "care.example").deliver(_message(mail_server))


async def test_the_gateway_sends_one_sms_for_a_repeated_key(gateway: Gateway) -> None:
    first = await gateway.channel.deliver(_message(gateway))
    assert await gateway.channel.deliver(_message(gateway)) == first
    assert len(gateway.sent) == 1
    assert gateway.last_request == {"to": gateway.way.address, "text": "Abralo: ñandu"}


async def test_the_gateway_is_asked_by_the_key(gateway: Gateway) -> None:
    reference = await gateway.channel.deliver(_message(gateway))
    assert await gateway.channel.ask(_message(gateway)) == reference


async def test_a_wrong_token_is_not_the_addresss_fault(gateway: Gateway) -> None:
    channel = SmsGatewayChannel(SmsGateway(url=gateway.url, token="wrong"))
    with pytest.raises(Deferred) as deferred:
        await channel.deliver(_message(gateway))
    assert deferred.value.code == "http-401"


def test_channels_are_those_of_the_settings(sqlite_platform: Platform) -> None:
    settings = sqlite_platform.settings
    messages = Messages(smtp=Smtp(host="mail.example", sender="care@example.org"))
    both = msgspec.structs.replace(messages, sms=SmsGateway(url="https://sms.example", token="t"))
    assert open_channels(settings) == {}
    assert set(open_channels(msgspec.structs.replace(settings, messages=messages))) == {ChannelKind.EMAIL}
    assert set(open_channels(msgspec.structs.replace(settings, messages=both))) == {ChannelKind.EMAIL, ChannelKind.SMS}


def test_nothing_leaves_the_demo_unless_it_is_configured(sqlite_platform: Platform) -> None:
    demo = msgspec.structs.replace(sqlite_platform.settings, mode="demo")
    assert all(isinstance(channel, DemoChannel) for channel in open_channels(demo).values())
    assert set(open_channels(demo)) == {ChannelKind.EMAIL, ChannelKind.SMS}
