"""Signing in at the kiosk: PINs with a lock-out, and a list of patients that only then can be read."""

import dataclasses
import secrets
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.ui.known import KnownPatients
from kiosk.ui.workers import LOCKED_S, TRIES, PinRefused, Place, Workers
from server.contract.fleet import worker_proof
from server.contract.registration import KnownPatient
from tests.kiosk.visits import make_registration

PIN, OTHER_PIN = "246810", "135791"
WORKER = UUID(int=7)


@dataclasses.dataclass
class Clock:
    now_s: float = 1000.0

    def __call__(self) -> float:
        return self.now_s


def patient(given: str, family: str) -> KnownPatient:
    return KnownPatient(patient_id=uuid4(), given_name=given, family_name=family, birth_date=date(1990, 5, 17))


def test_the_right_pin_signs_in_and_is_on_the_disk_as_a_hash_alone(tmp_path: Path) -> None:
    worker = Workers(tmp_path).add("Hawa Turay", PIN)
    again = Workers(tmp_path)
    assert again.check(worker.worker_id, PIN) is not None
    assert again.check(worker.worker_id, OTHER_PIN) is None
    assert again.check(uuid4(), PIN) is None
    assert PIN.encode() not in (tmp_path / "workers.json").read_bytes()


@pytest.mark.parametrize("pin", ["12345", "1" * 13, "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_pin_is_refused_when_it_is_set(tmp_path: Path, pin: str) -> None:
    with pytest.raises(PinRefused):
        Workers(tmp_path).add("Hawa Turay", pin)


def test_wrong_pins_lock_for_longer_and_longer_and_the_right_one_does_not_help_meanwhile(tmp_path: Path) -> None:
    clock = Clock()
    workers = Workers(tmp_path, clock)
    who = workers.add("Hawa Turay", PIN).worker_id
    for _ in range(TRIES):
        assert workers.check(who, OTHER_PIN) is None
    assert workers.seconds_locked(who) == LOCKED_S
    assert workers.check(who, PIN) is None
    clock.now_s += LOCKED_S + 1
    assert workers.check(who, OTHER_PIN) is None
    assert workers.seconds_locked(who) == 2 * LOCKED_S
    clock.now_s += 2 * LOCKED_S + 1
    assert workers.check(who, PIN) is not None
    assert workers.seconds_locked(who) == 0


def test_switching_off_and_on_gives_no_new_tries(tmp_path: Path) -> None:
    workers = Workers(tmp_path)
    who = workers.add("Hawa Turay", PIN).worker_id
    for _ in range(TRIES):
        workers.check(who, OTHER_PIN)
    again = Workers(tmp_path)
    assert again.seconds_locked(who) > 0
    assert again.check(who, PIN) is None


def test_the_key_of_a_place_lies_on_the_disk_under_the_pin_alone(tmp_path: Path) -> None:
    place = Place(uuid4(), secrets.token_bytes(32))
    person_id = uuid4()
    Workers(tmp_path).add("Hawa Turay", OTHER_PIN, person_id)
    worker = Workers(tmp_path).add("Hawa Turay", PIN, person_id, place)
    workers = Workers(tmp_path)
    assert workers.all() == [worker], "of one person there is one entry"
    assert workers.proof(worker, PIN) == worker_proof(*place)
    with pytest.raises(InvalidTag):
        workers.proof(worker, OTHER_PIN)
    assert worker.place is not None
    with pytest.raises(InvalidTag):
        AESGCM(worker.pin_hash).decrypt(
            worker.place.sealed_key[:12], worker.place.sealed_key[12:], place.place_id.bytes
        )
    without = workers.add("Ibrahim Sesay", PIN)
    assert workers.proof(without, PIN) == ""


def test_patients_are_found_by_the_beginnings_of_their_names_whatever_the_accents() -> None:
    known = KnownPatients()
    known.unlock(WORKER, PIN)
    known.learn([patient("José", "Ñandú García"), patient("Josephine", "Conteh"), patient("Ana", "Koroma")])
    assert [each.patient.given_name for each in known.find("jos")] == ["Josephine", "José"]
    assert [each.patient.given_name for each in known.find("nan JOSE")] == ["José"]
    assert known.find("  ") == []
    assert known.find("xu") == []


def test_signed_out_nothing_can_be_found_and_only_the_same_pin_opens_the_list_again() -> None:
    known = KnownPatients()
    known.unlock(WORKER, PIN)
    registered = known.add(make_registration("Fatu"))
    known.learn([patient("Ana", "Koroma")])
    known.lock()
    assert known.find("ana") == []
    known.unlock(WORKER, OTHER_PIN)
    assert len(known) == 0
    known._sealed, sealed = b"", known._sealed
    known.lock()
    known._sealed = sealed
    known.unlock(UUID(int=8), PIN)
    assert len(known) == 0, "two workers may have the same PIN"
    known._sealed = b""
    known.lock()
    known._sealed = sealed
    known.unlock(WORKER, PIN)
    assert known.find("fatu") == [registered]
    assert len(known) == 2


def test_nothing_is_learnt_after_signing_out() -> None:
    known = KnownPatients()
    known.learn([patient("Ana", "Koroma")])
    assert len(known) == 0
