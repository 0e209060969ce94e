"""A dozen cases in all states, moved there by the same verbs that people use, at times in the last days."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec

from imaging.drawn import Condition, Subject
from imaging.drawn import View as DrawnView
from server.cases import service as cases
from server.cli.seed.clock import SeedClock
from server.cli.seed.people import DemoPatient, DemoPeople
from server.cli.seed.phone import Told, photograph_part, send_photo, submit, supply
from server.cli.seed.photographs import Photographs
from server.cli.seed.stories import ANSWER, MOLE, RASH, SPOT, WOUND
from server.cli.seed.verdicts import NOT_CHECKED, phone_verdict, told_by_an_older_app
from server.contract.case import EdgeVerdict, PhotographPart, View
from server.core.access import Actor
from server.reports import service as reports

Tell = Callable[[str], None]
Says = Callable[[bytes], EdgeVerdict]
"""What the phone says of a photograph."""
DRAWN_VIEW = {View.FAR: DrawnView.FAR, View.MEDIUM: DrawnView.MEDIUM, View.CLOSE_STRAIGHT: DrawnView.CLOSE}
SUBJECT = {"rash": Subject.RASH, "lesion": Subject.IRREGULAR_MOLE, "wound": Subject.WOUND, "general": Subject.MOLE}
VIEWS = (View.MEDIUM, View.CLOSE_STRAIGHT)
FOLLOWED, FOLLOWED_LESION = 4, UUID("5b1f4a0e-6d3c-4f6e-9a52-0d6f0c7f2a11")
"""Whose mole is drawn growing over three visits."""


class Seeding(msgspec.Struct, frozen=True):
    people: DemoPeople
    photographs: Photographs
    clock: SeedClock

    def patient(self, number: int) -> DemoPatient:
        return self.people.patients[number % len(self.people.patients)]

    @property
    def reader(self) -> Actor:
        return msgspec.structs.replace(self.people.readers[0], second_factor_at=int(self.clock.at.timestamp()))


Story = Callable[[Seeding], Awaitable[None]]


async def seed_cases(people: DemoPeople, photographs: Photographs, clock: SeedClock, tell: Tell) -> None:
    """Run every story; each begins some hours ago and ends where its case is meant to stand."""
    seeding = Seeding(people, photographs, clock)
    for number, (hours_ago, story) in enumerate(STORIES, start=1):
        clock.set_hours_ago(hours_ago)
        await story(seeding)
        tell(f"  case {number} of {len(STORIES)}")


async def _sent(
    seeding: Seeding,
    person: int,
    told: Told,
    *,
    send: int = 2,
    condition: Condition = Condition.GOOD,
    says: Says = phone_verdict,
) -> tuple[UUID, list[PhotographPart]]:
    """A submitted case of two photographs, of which `send` have come."""
    patient = seeding.patient(person)
    contents = [seeding.photographs.take(SUBJECT[told.topic], DRAWN_VIEW[view], person, condition) for view in VIEWS]
    parts = [photograph_part(told, view, content, says(content)) for view, content in zip(VIEWS, contents, strict=True)]
    case_id = await submit(patient, told, parts)
    for part, content in list(zip(parts, contents, strict=True))[:send]:
        await send_photo(patient, case_id, part, content)
    return case_id, parts


async def _answered(seeding: Seeding, person: int, told: Told) -> UUID:
    case_id, _ = await _sent(seeding, person, told)
    seeding.clock.at += timedelta(hours=3)
    case = await cases.claim_case(seeding.reader, case_id)
    seeding.clock.at += timedelta(minutes=6)
    answer_id = await reports.sign_answer(seeding.reader, case_id, ANSWER[told.topic], case.version)
    seeding.clock.at += timedelta(minutes=1)
    await reports.release_answer(seeding.people.clinic_id, answer_id)
    return case_id


def _older_app(content: bytes) -> EdgeVerdict:
    return told_by_an_older_app(phone_verdict(content, kept_because="No puedo hacer otra"))


async def _visit(seeding: Seeding, growth: float, turned_deg: float) -> UUID:
    content = seeding.photographs.take_visit(FOLLOWED, growth, turned_deg)
    part = photograph_part(SPOT, View.CLOSE_STRAIGHT, content, phone_verdict(content), lesion_id=FOLLOWED_LESION)
    case_id = await submit(seeding.patient(FOLLOWED), SPOT, [part])
    await send_photo(seeding.patient(FOLLOWED), case_id, part, content)
    return case_id


async def _answered_visit(seeding: Seeding, growth: float, turned_deg: float) -> None:
    case_id = await _visit(seeding, growth, turned_deg)
    seeding.clock.at += timedelta(hours=2)
    case = await cases.claim_case(seeding.reader, case_id)
    seeding.clock.at += timedelta(minutes=5)
    answer_id = await reports.sign_answer(seeding.reader, case_id, ANSWER[SPOT.topic], case.version)
    seeding.clock.at += timedelta(minutes=1)
    await reports.release_answer(seeding.people.clinic_id, answer_id)


async def first_visit(seeding: Seeding) -> None:
    await _answered_visit(seeding, 1.0, 0.0)


async def second_visit(seeding: Seeding) -> None:
    await _answered_visit(seeding, 1.3, 9.0)


async def third_visit(seeding: Seeding) -> None:
    await _visit(seeding, 1.8, -7.0)


async def submitted_without_photos(seeding: Seeding) -> None:
    await _sent(seeding, 0, RASH, send=0)


async def half_arrived(seeding: Seeding) -> None:
    await _sent(seeding, 1, MOLE, send=1)


async def waiting_routine(seeding: Seeding) -> None:
    await _sent(seeding, 2, MOLE)


async def waiting_blurred(seeding: Seeding) -> None:
    says = partial(phone_verdict, kept_because="The camera of this phone does not get any sharper.")
    await _sent(seeding, 3, RASH, condition=Condition.OUT_OF_FOCUS, says=says)


async def waiting_urgent(seeding: Seeding) -> None:
    case_id, _ = await _sent(seeding, 4, WOUND)
    await cases.escalate_case(seeding.people.coordinator, case_id, cases.Acuity.URGENT, "clinic-called")


async def waiting_late(seeding: Seeding) -> None:
    await _sent(seeding, 0, MOLE)


async def in_review(seeding: Seeding) -> None:
    case_id, _ = await _sent(seeding, 1, RASH)
    seeding.clock.set_hours_ago(5 / 60)
    await cases.claim_case(seeding.reader, case_id)


async def needs_better_photo(seeding: Seeding) -> None:
    case_id, parts = await _sent(seeding, 2, WOUND, condition=Condition.TOO_DARK, says=_older_app)
    seeding.clock.at += timedelta(hours=2)
    await cases.claim_case(seeding.reader, case_id)
    wanted = cases.BetterPhoto(part_id=parts[1].part_id, reason="dark", note="Near a window, without flash, please.")
    await cases.ask_for_photo(seeding.reader, case_id, wanted)


async def better_photo_came(seeding: Seeding) -> None:
    case_id, parts = await _sent(seeding, 3, MOLE, condition=Condition.OUT_OF_FOCUS, says=lambda _content: NOT_CHECKED)
    seeding.clock.at += timedelta(hours=1)
    await cases.claim_case(seeding.reader, case_id)
    wanted = cases.BetterPhoto(part_id=parts[1].part_id, reason="blurred", note="Tap the spot before you press.")
    await cases.ask_for_photo(seeding.reader, case_id, wanted)
    seeding.clock.set_hours_ago(8 / 60)
    patient = seeding.patient(3)
    content = seeding.photographs.take(SUBJECT[MOLE.topic], DrawnView.CLOSE, 8)
    await supply(
        patient,
        case_id,
        photograph_part(MOLE, View.CLOSE_STRAIGHT, content, phone_verdict(content), replaces=parts[1].part_id),
        content,
    )


async def answered(seeding: Seeding) -> None:
    case_id = await _answered(seeding, 0, RASH)
    await cases.send_message(seeding.patient(0).account, case_id, "Thank you. May I still use my usual soap?")


async def closed(seeding: Seeding) -> None:
    case_id = await _answered(seeding, 4, MOLE)
    await cases.close_case(seeding.people.coordinator, case_id, "done")


async def reopened(seeding: Seeding) -> None:
    case_id = await _answered(seeding, 2, RASH)
    seeding.clock.at += timedelta(hours=20)
    account = seeding.patient(2).account
    await cases.reopen_case(account, case_id, "patient-asks-again", message="It has come back on the other arm.")


async def withdrawn(seeding: Seeding) -> None:
    case_id, _ = await _sent(seeding, 1, WOUND)
    await cases.withdraw_case(seeding.patient(1).account, case_id)


STORIES: tuple[tuple[float, Story], ...] = (
    (28 * 24, first_visit),
    (14 * 24, second_visit),
    (90, closed),
    (80, waiting_late),
    (60, reopened),
    (50, answered),
    (30, withdrawn),
    (20, needs_better_photo),
    (10, better_photo_came),
    (8, waiting_routine),
    (6, third_visit),
    (5, waiting_blurred),
    (3.5, waiting_urgent),
    (2, in_review),
    (1, half_arrived),
    (0.2, submitted_without_photos),
)
