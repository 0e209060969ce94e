"""One hand-off: one phone, five minutes, one day, the worker's yes, and photographs that are added or refused."""

from uuid import uuid4

import pytest

from imaging.refusals import PhotoRefused, Refusal
from imaging.sandbox import SandboxLost, SandboxUnavailable
from kiosk.phone.handoff import JOIN_WITHIN_S, LASTS_S, MOST_ATTEMPTS, Over, TakenAlready, Why
from kiosk.phone.line import NotTheirs
from kiosk.phone.words import FULL, NO_PHOTOGRAPH, REFUSALS, REMOVED, TOO_HARD, TOO_LARGE
from server.contract.case import View
from server.contract.handoff import PHOTO_BYTES_MAX, ArrivalState, HandoffState, Piece
from tests.kiosk.phone.phones import BLURRED, GOOD, Phone, Visit, joined, open_handoff
from tests.kiosk.test_sign_in import Clock


def test_the_code_is_used_up_by_one_phone_which_may_say_so_again(clock: Clock) -> None:
    handoff = open_handoff(Visit(), clock)
    first, second = Phone(handoff), Phone(handoff)
    first.join()
    with pytest.raises(TakenAlready):
        second.join()
    first.join()
    assert handoff.code == first.line.code != second.line.code
    with pytest.raises(NotTheirs):
        second.ask()
    assert first.ask().state is HandoffState.ASKING


def test_before_anybody_joined_nothing_is_answered(clock: Clock) -> None:
    handoff = open_handoff(Visit(), clock)
    with pytest.raises(NotTheirs):
        Phone(handoff).ask()
    handoff.confirm()
    assert handoff.state is HandoffState.OFFERED, "there is nobody to let in"


@pytest.mark.parametrize("has_asked", [False, True])
def test_five_minutes_and_not_a_second_more_are_there_to_be_let_in(clock: Clock, has_asked: bool) -> None:
    handoff = open_handoff(Visit(), clock)
    phone = Phone(handoff)
    if has_asked:
        phone.join()
    clock.now_s += JOIN_WITHIN_S
    assert handoff.state is not HandoffState.ENDED
    clock.now_s += 1
    with pytest.raises(Over):
        phone.join()
    handoff.confirm()
    assert (handoff.state, handoff.why) == (HandoffState.ENDED, Why.EXPIRED)
    if has_asked:
        assert phone.ask().words == Why.EXPIRED


def test_nothing_is_added_before_the_worker_has_compared_the_numbers_nor_after_the_end(clock: Clock) -> None:
    visit = Visit()
    handoff = open_handoff(visit, clock)
    phone = Phone(handoff)
    phone.join()
    piece = Piece(photo_id=uuid4(), view=View.FAR, size_bytes=len(GOOD), offset=0)
    assert phone.ask(piece, GOOD).photos == ()
    handoff.confirm()
    assert phone.send(GOOD).state is ArrivalState.KEPT
    handoff.end(Why.STOPPED)
    standing = phone.ask(piece, GOOD)
    assert (standing.state, standing.words) == (HandoffState.ENDED, Why.STOPPED)
    assert len(visit.taken) == 1


def test_a_joined_phone_may_add_for_a_day(clock: Clock) -> None:
    handoff = open_handoff(Visit(), clock)
    phone = joined(handoff)
    clock.now_s += LASTS_S - 1
    assert phone.send(GOOD).state is ArrivalState.KEPT
    clock.now_s += 2
    assert phone.ask().words == Why.DAY_OVER


def test_what_arrives_in_pieces_is_whole_and_its_flaws_are_told(clock: Clock) -> None:
    visit = Visit()
    phone = joined(open_handoff(visit, clock))
    assert phone.send(GOOD).words == ()
    assert phone.send(BLURRED).words == ("defocus",)
    assert [each.checked.still.jpeg for each in visit.taken] == [GOOD, BLURRED]


def test_a_piece_that_comes_twice_too_early_or_too_long_changes_nothing(clock: Clock) -> None:
    visit = Visit()
    phone = joined(open_handoff(visit, clock))
    photo_id = uuid4()

    def piece(offset: int, size_bytes: int = len(GOOD)) -> Piece:
        return Piece(photo_id=photo_id, view=View.FAR, size_bytes=size_bytes, offset=offset)

    phone.ask(piece(0), GOOD[:5])
    replayed = phone.last
    for wrong, content in ((piece(0), GOOD[:5]), (piece(9), GOOD[9:]), (piece(5), GOOD), (piece(5, 6), b"x")):
        (arrived,) = phone.ask(wrong, content).photos
        assert (arrived.state, arrived.received_bytes) == (ArrivalState.COMING, 5)
    with pytest.raises(NotTheirs):
        phone.handoff.answer(replayed)
    phone.ask(piece(5), GOOD[5:])
    assert phone.wait_for(photo_id).state is ArrivalState.KEPT
    phone.ask(piece(0), GOOD)
    assert [each.checked.still.jpeg for each in visit.taken] == [GOOD]


def test_a_photograph_that_was_not_finished_gives_way_to_the_next(clock: Clock) -> None:
    visit = Visit()
    phone = joined(open_handoff(visit, clock))
    phone.ask(Piece(photo_id=uuid4(), view=View.FAR, size_bytes=100, offset=0), b"begun")
    assert phone.handoff.is_one_coming
    phone.send(GOOD)
    assert len(phone.ask().photos) == len(visit.taken) == 1
    assert not phone.handoff.is_one_coming


def test_what_is_refused_is_told_in_words(clock: Clock) -> None:
    visit = Visit(room=0)
    phone = joined(open_handoff(visit, clock))
    assert phone.send(GOOD).words == (FULL,)
    visit.refusal = PhotoRefused(Refusal.NOT_AN_IMAGE, "The file is not a picture.")
    refused = phone.send(GOOD)
    assert (refused.state, refused.words) == (ArrivalState.REFUSED, (NO_PHOTOGRAPH,))
    visit.refusal = SandboxLost("died")
    assert phone.send(GOOD).words == (TOO_HARD,)
    large = Piece(photo_id=uuid4(), view=View.FAR, size_bytes=PHOTO_BYTES_MAX + 1, offset=0)
    assert phone.ask(large, b"begun").photos[-1].words == (TOO_LARGE,)
    visit.refusal = SandboxUnavailable("no bubblewrap")
    phone.send(GOOD)
    assert phone.ask().words == Why.NO_SANDBOX
    assert visit.taken == []


def test_every_refusal_has_words() -> None:
    assert set(REFUSALS) == set(Refusal)


def test_a_phone_sends_so_many_and_no_more(clock: Clock) -> None:
    phone = joined(open_handoff(Visit(), clock))
    for _ in range(MOST_ATTEMPTS):
        phone.ask(Piece(photo_id=uuid4(), view=View.FAR, size_bytes=PHOTO_BYTES_MAX + 1, offset=0), b"x")
    assert phone.ask().state is HandoffState.JOINED
    phone.ask(Piece(photo_id=uuid4(), view=View.FAR, size_bytes=9, offset=0), b"x")
    assert phone.ask().words == Why.ALL_SENT


def test_the_phone_is_told_what_the_worker_took_out(clock: Clock) -> None:
    phone = joined(open_handoff(Visit(), clock))
    photo_id = phone.send(GOOD).photo_id
    phone.handoff.remove(uuid4())
    assert phone.ask().photos[0].state is ArrivalState.KEPT
    phone.handoff.remove(photo_id)
    (arrived,) = phone.ask().photos
    assert (arrived.state, arrived.words) == (ArrivalState.REMOVED, (REMOVED,))


def test_the_first_end_is_the_reason(clock: Clock) -> None:
    handoff = open_handoff(Visit(), clock)
    handoff.end(Why.DIFFERENT)
    handoff.end(Why.FINISHED)
    clock.now_s += 2 * LASTS_S
    assert (handoff.state, handoff.why) == (HandoffState.ENDED, Why.DIFFERENT)
