"""Writes down that somebody is to be told something, inside the transaction of what there is to tell."""

from uuid import UUID

from server.core import vault
from server.core.access.actor import Actor
from server.core.db import transaction
from server.core.faults import BadInput
from server.core.ids import new_id
from server.core.notices.jobs import DeliverNotice
from server.core.notices.quiet_hours import first_moment
from server.core.notices.replies import number_token
from server.core.notices.schemas import ChannelKind, Content, Notice, Recipient, Way
from server.core.notices.tables import NoticeIntent
from server.core.notices.templates import kind_of, language_for, render
from server.core.outbox import enqueue
from server.core.platform import now, platform


class NobodyToTell(BadInput):
    code = "no-contact"
    title = "There is no address to send this to"
    next_step = "Add an e-mail address or a phone number first."


async def send(actor: Actor, notice: Notice) -> UUID | None:
    """Queue the notice for the actor's organisation; None if its `dedupe_key` was used before.

    It exists if and only if the surrounding transaction commits. The text is rendered now, so that a wrong
    template fails where it was asked for: UnknownTemplate, ValuesWrong; NobodyToTell without any address.
    """
    kind = kind_of(notice.template)
    language = language_for(notice.recipient.language)
    asks = kind.takes_reply and bool(notice.recipient.phone) and platform().settings.takes_replies
    text = render(notice.template, language, notice.values, asks=asks)
    content = Content(ways=ways_to(notice.recipient), text=text)
    at = now()
    async with transaction():
        vault_id = await vault.directory(actor.organisation_id)
        row = NoticeIntent(
            id=new_id(),
            recorded_at=at,
            organisation_id=actor.organisation_id,
            person_id=notice.person_id,
            patient_id=notice.patient_id,
            subject_id=notice.subject_id,
            vault_id=vault_id,
            template=notice.template,
            version=kind.version,
            language=language,
            not_before=at if kind.disturbs else first_moment(notice.recipient, at),
            expires_at=notice.expires_at,
            dedupe_key=notice.dedupe_key or None,
            reply_token=number_token(notice.recipient.phone) if asks else None,
        )
        row.sealed = (await vault.key(vault_id)).seal_value(sealed_name(row.id), content)
        return row.id if await _write(row) else None


async def _write(row: NoticeIntent) -> bool:
    written = await NoticeIntent.insert(row).on_conflict(action="DO NOTHING").returning(NoticeIntent.id)
    if not written:
        return False
    job = DeliverNotice(organisation_id=row.organisation_id, notice_id=row.id)
    await enqueue(job, due_at=row.not_before)
    return True


def ways_to(recipient: Recipient) -> tuple[Way, ...]:
    """The recipient's addresses, the preferred channel's first."""
    both = (Way(ChannelKind.EMAIL, recipient.email), Way(ChannelKind.SMS, recipient.phone))
    ways = sorted((way for way in both if way.address), key=lambda way: way.kind != recipient.channel)
    if not ways:
        raise NobodyToTell
    return tuple(ways)


def sealed_name(notice_id: UUID) -> str:
    return f"notice/{notice_id}/sealed"
