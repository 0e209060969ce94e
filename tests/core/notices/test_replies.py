"""What a reply says, and the number that it came from."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from server.core.access import Actor
from server.core.notices import Notice, Recipient, send
from server.core.notices.attempts import open_content
from server.core.notices.gsm import GSM, in_gsm
from server.core.notices.replies import Said, number_token, said_in
from server.core.notices.tables import NoticeIntent
from server.core.notices.templates import KINDS, LANGUAGES, load_source, render
from server.core.platform import Platform, bind_platform
from server.scheduling.links import link_to
from server.scheduling.wording import when_text
from server.settings import Messages, SmsGateway

ANA = Recipient(email="ana@example.org", phone="+34 600 000 001", language="es")
REMINDER = Notice(template="visit-reminder", recipient=ANA, values={"when": "9:00", "link": "https://care.example/v"})
GATEWAY = SmsGateway(url="http://127.0.0.1:1/messages", token="out", replies_token="a-token-of-replies")
TWO_PARTS = 2 * 153
SOME_ID = UUID(int=2**128 - 1)
OF_VISITS = ("visit-reminder", "visit-reminder-late", "visit-coming", "visit-cancelled", "visit-too-late")


def taking_replies(platform: Platform) -> None:
    settings = msgspec.structs.replace(platform.settings, messages=Messages(sms=GATEWAY))
    bind_platform(msgspec.structs.replace(platform, settings=settings))


@pytest.mark.parametrize(
    "text, said",
    [
        ("YES", Said.YES),
        (" yes, thank you!", Said.YES),
        ("Sí", Said.YES),
        ("si.", Said.YES),
        ("1", Said.YES),
        ("No", Said.NO),
        ("2", Said.NO),
        ("No problem, I will come", Said.UNREADABLE),
        ("2 people", Said.UNREADABLE),
        ("yesterday", Said.UNREADABLE),
        ("12", Said.UNREADABLE),
        ("", Said.UNREADABLE),
        ("?!", Said.UNREADABLE),
        ("Stop", Said.STOP),
        ("ALTO", Said.STOP),
    ],
)
def test_one_word_is_read_whatever_its_case_and_accents(text: str, said: Said) -> None:
    assert said_in(text) is said


def test_a_number_is_one_however_it_is_written(sqlite_platform: Platform) -> None:
    token = number_token("+34600000001")
    assert {number_token(way) for way in ("34600000001", "0034 600-000-001", "+34 (600) 000 001")} == {token}
    assert number_token("+34600000002") != token


async def test_a_reply_is_asked_for_only_where_it_is_taken(sqlite_platform: Platform, system: Actor) -> None:
    await send(system, REMINDER)
    taking_replies(sqlite_platform)
    await send(system, REMINDER)
    await send(system, msgspec.structs.replace(REMINDER, recipient=Recipient(email="ana@example.org", language="es")))
    await send(system, Notice(template="message", recipient=ANA, values={"link": "x"}))
    intents = await NoticeIntent.objects().order_by(NoticeIntent.id)
    assert [intent.reply_token is not None for intent in intents] == [False, True, False, False]
    shorts = [(await open_content(intent)).text.short for intent in intents]
    assert ["Responda SI" in short for short in shorts] == [False, True, False, False]
    assert b"600000001" not in repr(intents[1].to_dict()).encode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_and_each_answer_fit_into_two_parts(sqlite_platform: Platform, language: str) -> None:
    first = datetime(2026, 1, 1, 22, 0, tzinfo=UTC)
    link = "https://care.regional-clinic.example" + link_to(SOME_ID, SOME_ID, 29_000_000)
    for name in (*(name for name in KINDS if name.startswith("reply-")), *OF_VISITS):
        source = load_source(name, KINDS[name].version, language)
        for day in range(365):
            known = {"when": when_text(first + timedelta(days=day), "America/Los_Angeles", language), "link": link}
            values = {value: known[value] for value in source.names}
            written = in_gsm(render(name, language, values, asks=KINDS[name].takes_reply).short)
            assert set(written) <= GSM
            assert len(written) <= TWO_PARTS
