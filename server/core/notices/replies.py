"""Replies by SMS: that one came, what it says, and the token by which the number that it came from is found."""

from enum import StrEnum
from functools import cache

import msgspec

from server.core.ids import new_id
from server.core.notices.schemas import Reply
from server.core.notices.tables import NoticeReply
from server.core.notices.templates import FOLDER
from server.core.platform import now, platform
from server.core.vault.blind import BlindIndex, words_of


class Said(StrEnum):
    YES = "yes"
    NO = "no"
    STOP = "stop"
    """For the gateway or the network, which leave the number alone from then on."""
    UNREADABLE = "unreadable"


def said_in(text: str) -> Said:
    """By the first word, whatever its case and accents; *no* and *stop* alone in their message.

    "No problem, I will come" begins with a *no*, and a time that was given back may be somebody else's at once.
    """
    words = words_of(text)
    said = _words().get(words[0], Said.UNREADABLE) if words else Said.UNREADABLE
    return said if said is Said.YES or len(words) == 1 else Said.UNREADABLE


async def note_once(reply: Reply) -> bool:
    """Write down that it came, inside the caller's transaction; False if it came before."""
    row = NoticeReply(id=new_id(), recorded_at=now(), reference=reply.id)
    return bool(await NoticeReply.insert(row).on_conflict(action="DO NOTHING").returning(NoticeReply.id))


def number_token(phone: str) -> bytes:
    """The same for each way to write a number with its country's code; no organisation is known when a reply comes."""
    digits = "".join(character for character in phone if character.isdecimal())
    index = BlindIndex(platform().keys.masters.derive("sms-replies"))
    return index.token("phone", digits.removeprefix("00"))


@cache
def _words() -> dict[str, Said]:
    table = msgspec.json.decode((FOLDER / "replies.json").read_bytes(), type=dict[Said, list[str]])
    return {word: said for said, words in table.items() for word in words}
