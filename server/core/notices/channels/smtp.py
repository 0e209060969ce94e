"""E-mail over SMTP (RFC 5321): the connection's phase decides whether an interruption leaves a doubt."""

from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from server.core.notices.channels.port import Deferred, Interrupted, Refused
from server.core.notices.schemas import ChannelKind, Message
from server.settings import Smtp

OPERATION_S = 15.0
SMTPS_PORT = 465
PERMANENT = 500
"""Reply codes from here on are permanent (RFC 5321, 4.2.1)."""


class SmtpChannel:
    kind = ChannelKind.EMAIL

    def __init__(self, smtp: Smtp, host: str) -> None:
        """`host` is the right side of message ids."""
        self._smtp = smtp
        self._host = host

    async def deliver(self, message: Message) -> str:
        """The message id is the key's at every attempt: mail systems fold equal ones, and people can tell."""
        mail = self._compose(message)
        client = self._client()
        try:
            await self._connect(client)
            await self._envelope(client, message.address)
            await _hand_over(client, mail.as_bytes(policy=SMTP))
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
        finally:
            client.close()
        return str(mail["Message-ID"])

    async def ask(self, message: Message) -> str | None:
        """SMTP has no way to ask: the message is sent again under its id."""
        return None

    def _client(self) -> aiosmtplib.SMTP:
        is_tls = self._smtp.port == SMTPS_PORT
        return aiosmtplib.SMTP(
            hostname=self._smtp.host,
            port=self._smtp.port,
            username=self._smtp.username or None,
            password=self._smtp.password or None,
            timeout=OPERATION_S,
            use_tls=is_tls,
            start_tls=self._smtp.starttls and not is_tls,
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
        except aiosmtplib.SMTPResponseException as error:
            raise Deferred(f"smtp-{error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Deferred("smtp-unreachable") from error

    async def _envelope(self, client: aiosmtplib.SMTP, address: str) -> None:
        """Name sender and recipient; only a recipient's permanent refusal is the address's fault."""
        try:
            await client.mail(self._smtp.sender)
            await client.rcpt(address)
        except aiosmtplib.SMTPRecipientRefused as error:
            outcome = Refused if error.code >= PERMANENT else Deferred
            raise outcome(f"smtp-{error.code}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise Deferred(f"smtp-{error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Deferred("smtp-interrupted") from error

    def _compose(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._smtp.sender
        mail["To"] = _address(message.address)
        mail["Subject"] = message.text.subject
        mail["Message-ID"] = f"<{message.key}@{self._host}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine replies
        mail.set_content(message.text.body)
        return mail


async def _hand_over(client: aiosmtplib.SMTP, content: bytes) -> None:
    """From here on a lost connection leaves open whether the server took it (RFC 5321, 6.1)."""
    try:
        await client.data(content)
    except aiosmtplib.SMTPResponseException as error:
        outcome = Refused if error.code >= PERMANENT else Deferred
        raise outcome(f"smtp-{error.code}") from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Interrupted("smtp-interrupted") from error


def _address(address: str) -> Address:
    """The address as a header takes it; Refused if it is none, so that it can name no second recipient."""
    try:
        return Address(addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:
        raise Refused("address-malformed") from error
