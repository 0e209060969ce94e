"""Replies by SMS confirm or cancel the one visit that can be meant, are answered, and tell strangers nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from server.core import notices
from server.core.access import Actor, system_actor
from server.core.audit.tables import AuditEvent
from server.core.db import working_for
from server.core.notices import ChannelKind, Reply
from server.core.notices.channels.demo import DemoChannel
from server.core.notices.delivery import deliver
from server.core.notices.tables import NoticeIntent
from server.core.outbox.tables import OutboxJob
from server.core.platform import Platform, bind_platform
from server.patients import service as patients
from server.patients.schemas import ContactPreference
from server.scheduling import service as scheduling
from server.scheduling.jobs import RemindPatient
from server.settings import Messages, SmsGateway
from tests.scheduling.diary import NINE, Practising, after
from tests.support.clinics import make_patient
from tests.support.notices import texts_to
from tests.support.platforms import FakeClock

PHONE, STRANGER = "+23276000001", "+23276000099"
GATEWAY = SmsGateway(url="http://127.0.0.1:1/messages", token="out", replies_token="a-token-of-replies")
LONG_BEFORE, DAY_BEFORE = 2 * 24 * 60, 24 * 60


@pytest.fixture(autouse=True)
def taking_replies(practising: Practising, platform: Platform) -> None:
    settings = msgspec.structs.replace(platform.settings, messages=Messages(sms=GATEWAY))
    bind_platform(msgspec.structs.replace(platform, settings=settings))


async def remind(clock: FakeClock, before_min: int = DAY_BEFORE, *, hours: int = 24) -> None:
    """Every visit's reminder of so many minutes before, sent so many hours before the first visit of all."""
    clock.at = after(NINE, hours=-hours)
    rows = await OutboxJob.objects().where(OutboxJob.name == RemindPatient.name).order_by(OutboxJob.id)
    for job in [msgspec.json.decode(row.payload, type=RemindPatient) for row in rows]:
        with working_for(system_actor(job.organisation_id)):
            await scheduling.remind(msgspec.structs.replace(job, before_min=before_min))
    await send_all()


async def send_all(channel: ChannelKind = ChannelKind.SMS) -> None:
    for intent in await NoticeIntent.objects().where(NoticeIntent.state == "waiting").order_by(NoticeIntent.id):
        await deliver(intent.id, {channel: DemoChannel()})


async def reply(text: str, *, sender: str = PHONE, reply_id: str = "") -> list[str]:
    """As the gateway hands it on, for nobody; the SMS that it is answered by."""
    before = len(await texts_to(PHONE))
    nobody: Actor | None = None
    with working_for(nobody):
        await scheduling.take_reply(Reply(id=reply_id or str(uuid4()), sender=sender, text=text))
    return [answer.short for answer in (await texts_to(PHONE))[before:]]


async def ways(tag: str) -> list[str]:
    rows = await AuditEvent.objects().where(AuditEvent.tag == tag).order_by(AuditEvent.id)
    return [msgspec.json.decode(row.detail)["way"] for row in rows]


async def another_visit(practising: Practising) -> UUID:
    """Of a sister or brother, an hour later, with the mother's number."""
    patient_id, actor = await make_patient(practising.clinic.worker, name="Isatu Koroma")
    wanted = practising.wanted(after(NINE, hours=1), patient_id=patient_id)
    appointment_id = await scheduling.hold_time(actor, wanted, form_key=str(uuid4()))
    await scheduling.confirm(actor, appointment_id)
    return appointment_id


async def test_yes_confirms_once(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock)
    answer = "Thank you. We know that you come: Monday, March 9, 2026, 8:00 AM (Freetown, UTC+00:00)"
    assert await reply("Yes", reply_id="in-1") == [answer]
    assert await reply("Yes", reply_id="in-1") == []
    assert await reply("YES!", reply_id="in-2") == []
    assert (await practising.row(appointment_id)).confirmed_at == clock.at
    assert await ways("appointment:coming") == ["reply"]


async def test_a_no_is_asked_for_only_where_it_can_be_heard(practising: Practising, clock: FakeClock) -> None:
    await practising.book()
    await remind(clock, LONG_BEFORE, hours=25)
    await remind(clock, hours=24)
    early, late = [text.short for text in await texts_to(PHONE)]
    assert "Reply YES to confirm, NO to cancel, or open" in early
    assert "If you cannot come, call the clinic. Reply YES if you come" in late


async def test_no_cancels_and_says_where_to_take_it_back(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock, LONG_BEFORE, hours=48)
    (answer,) = await reply("no", sender="0023276000001")
    row = await practising.row(appointment_id)
    assert (row.status, row.reason) == ("cancelled", "by-patient")
    assert await ways("appointment:cancelled") == ["reply"]
    nobody: Actor | None = None
    with working_for(nobody):
        assert (await scheduling.look_at_linked(answer.rpartition("/visit/")[2])).id == appointment_id
    (answer,) = await reply("yes")
    assert answer.startswith("Nothing was changed")
    assert (await practising.row(appointment_id)).status == "cancelled"


async def test_what_is_handed_on_again_is_not_done_again(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock, LONG_BEFORE, hours=48)
    await reply("NO", reply_id="in-1")
    await scheduling.restore(practising.patient, appointment_id)
    assert await reply("NO", reply_id="in-1") == []
    assert (await practising.row(appointment_id)).status == "booked"


async def test_past_the_cut_off_nothing_is_cancelled_and_the_answer_says_what_to_do(
    practising: Practising, clock: FakeClock
) -> None:
    appointment_id = await practising.book()
    await remind(clock, hours=23)
    (answer,) = await reply("NO")
    assert "The appointment stands" in answer
    assert "call the clinic" in answer
    assert (await practising.row(appointment_id)).status == "booked"
    assert await ways("appointment:cancelled") == []


async def test_of_two_childrens_visits_none_is_meant(practising: Practising, clock: FakeClock) -> None:
    first, second = await practising.book(), await another_visit(practising)
    await remind(clock, LONG_BEFORE, hours=48)
    for text in ("YES", "NO"):
        answers = await reply(text)
    assert answers == []  # the same was said a moment ago
    told = [text.short for text in await texts_to(PHONE)]
    assert "more than one appointment may be meant" in told[-1]
    assert [(await practising.row(each)).confirmed_at for each in (first, second)] == [None, None]
    await scheduling.cancel(practising.patient, first)
    assert "We know that you come" in (await reply("yes"))[0]
    assert (await practising.row(second)).confirmed_at == clock.at


async def test_two_reminders_of_one_visit_are_one_visit(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock, LONG_BEFORE, hours=48)
    await remind(clock)
    assert len(await reply("1")) == 1
    assert (await practising.row(appointment_id)).confirmed_at == clock.at


async def test_a_stranger_learns_nothing(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock)
    before = len(await NoticeIntent.objects())
    for text in ("YES", "NO", "who is there?"):
        await reply(text, sender=STRANGER)
    assert len(await NoticeIntent.objects()) == before
    assert (await practising.row(appointment_id)).confirmed_at is None


async def test_what_did_not_go_by_sms_has_no_reply(practising: Practising, clock: FakeClock) -> None:
    both = ContactPreference(phone=PHONE, email="ana@example.org", channel="email")
    await patients.change_contact(practising.clinic.worker, practising.clinic.patient_id, both)
    await practising.book()
    clock.at = after(NINE, hours=-24)
    rows = await OutboxJob.objects().where(OutboxJob.name == RemindPatient.name).order_by(OutboxJob.id)
    job = msgspec.json.decode(rows[0].payload, type=RemindPatient)
    await scheduling.remind(job)
    assert await reply("YES") == []  # nothing has left yet
    await send_all(ChannelKind.EMAIL)
    assert await reply("YES") == []


async def test_a_visit_at_another_time_is_not_meant(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock, LONG_BEFORE, hours=48)
    await practising.move(appointment_id, after(NINE, hours=1))
    assert (await reply("yes"))[0].startswith("Nothing was changed")
    assert (await practising.row(appointment_id)).confirmed_at is None


async def test_once_the_visit_has_begun_nothing_is_answered(practising: Practising, clock: FakeClock) -> None:
    appointment_id = await practising.book()
    await remind(clock)
    clock.at = NINE
    assert await reply("YES") == []
    assert (await practising.row(appointment_id)).confirmed_at is None


async def test_help_comes_once_a_day_and_stop_is_left_alone(practising: Practising, clock: FakeClock) -> None:
    await practising.book()
    await remind(clock, LONG_BEFORE, hours=48)
    assert [len(await reply(text)) for text in ("STOP", "Alto", "what?")] == [0, 0, 1]
    clock.at += timedelta(hours=1)
    assert await reply("No problem, I will come") == []
    clock.at += timedelta(days=1)
    assert "YES if you come, NO to cancel" in (await reply("what?"))[0]


async def test_it_is_done_and_noted_together(
    practising: Practising, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    appointment_id = await practising.book()
    await remind(clock)

    async def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(notices, "send", die)
        with pytest.raises(KeyboardInterrupt):
            await reply("yes", reply_id="in-1")
    assert (await practising.row(appointment_id)).confirmed_at is None
    assert len(await reply("yes", reply_id="in-1")) == 1
    assert (await practising.row(appointment_id)).confirmed_at == clock.at
