"""The exchange of keys: both ends read the same string, and whoever stands between is seen in it."""

from uuid import UUID, uuid4

import msgspec
import pytest

from kiosk.call.exchange import Agreed, Broken, Ends, Exchange, Step
from kiosk.call.signing import CallKey
from server.contract.call import Commit, Respond, Reveal, Seat, SeatRole

CALL = UUID("457c769f-39d8-4441-99c0-e5bdbcfbc85b")
TRIES = 1_000


def seats() -> tuple[Seat, Seat]:
    """The one that begins, and the other."""
    first, second = sorted([uuid4(), uuid4()])
    return (
        Seat(seat_id=first, role=SeatRole.PATIENT, name="Amina Kamara", is_kiosk=True),
        Seat(seat_id=second, role=SeatRole.SPECIALIST, name="Dr. Inés Muñoz"),
    )


def exchange(own: Seat, other: Seat, key: CallKey | None = None, call_id: UUID = CALL) -> Exchange:
    return Exchange(Ends(call_id=call_id, own=own, other=other, key=key or CallKey()))


def said(step: Step) -> Respond | Reveal:
    assert step.say is not None
    return step.say


def agreed(step: Step) -> Agreed:
    assert step.agreed is not None
    return step.agreed


def carry_out(one: Exchange, other: Exchange) -> tuple[Agreed, Agreed]:
    step = one.take(said(other.take(one.commit())))
    return agreed(step), agreed(other.take(said(step)))


def test_both_ends_know_each_others_key_and_read_the_same_string() -> None:
    first, second = seats()
    keys = CallKey(), CallKey()
    one, other = carry_out(exchange(first, second, keys[0]), exchange(second, first, keys[1]))
    assert one.bits == other.bits
    assert (one.other_key, other.other_key) == (keys[1].public, keys[0].public)


@pytest.mark.parametrize(
    "seen", [{"name": "Somebody else"}, {"role": SeatRole.GUEST}, {"seat_id": UUID(int=2**128 - 1)}]
)
def test_an_end_that_is_told_another_name_reads_other_words(seen: dict[str, object]) -> None:
    first, second = seats()
    one = exchange(first, msgspec.structs.replace(second, **seen))
    step = one.take(said((other := exchange(second, first)).take(one.commit())))
    assert agreed(step).bits != agreed(other.take(said(step))).bits


def test_whoever_stands_between_is_caught_in_a_thousand_of_a_thousand_tries() -> None:
    """With keys of its own towards both, and every order in which it could speak before it must commit itself."""
    caught = 0
    for number in range(TRIES):
        first, second = seats()
        victim, other = exchange(first, second), exchange(second, first)
        towards_victim, towards_other = exchange(second, first), exchange(first, second)
        if number % 2:
            # It lets the other end answer before it answers the victim, to choose with knowledge of that nonce.
            middle = towards_other.take(said(other.take(towards_other.commit())))
            step = victim.take(said(towards_victim.take(victim.commit())))
        else:
            step = victim.take(said(towards_victim.take(victim.commit())))
            middle = towards_other.take(said(other.take(towards_other.commit())))
        shown = agreed(step).bits, agreed(other.take(said(middle))).bits
        caught += shown[0] != shown[1]
    assert caught == TRIES


def test_a_key_that_was_not_committed_to_ends_the_leg() -> None:
    first, second = seats()
    one, other = exchange(first, second), exchange(second, first)
    step = one.take(said(other.take(one.commit())))
    with pytest.raises(Broken):
        other.take(msgspec.structs.replace(said(step), public_key=CallKey().public))


def test_an_answer_to_an_earlier_commitment_counts_for_nothing() -> None:
    first, second = seats()
    one, other = exchange(first, second), exchange(second, first)
    early = said(other.take(one.commit()))
    late = said(other.take(one.commit()))
    assert one.take(early) == Step()
    step = one.take(late)
    assert agreed(step).bits == agreed(other.take(said(step))).bits


def test_what_is_said_out_of_turn_changes_nothing() -> None:
    first, second = seats()
    one, other = exchange(first, second), exchange(second, first)
    respond, reveal = said(other.take(one.commit())), Reveal(public_key=CallKey().public, nonce="A" * 43)
    assert isinstance(respond, Respond)
    assert one.take(Commit(commitment="A" * 43)) == one.take(reveal) == Step()
    assert exchange(second, first).take(reveal) == exchange(second, first).take(respond) == Step()
    step = one.take(respond)
    assert one.take(respond) == Step()
    assert agreed(step).bits == agreed(other.take(said(step))).bits
