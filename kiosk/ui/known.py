"""Patients that this kiosk may find: in memory alone, and unreadable there while nobody is signed in.

The list comes from the server, and those registered here join it. It is never on the disk: after a power cut
without a link there are new registrations only.
"""

import os
import unicodedata
from collections.abc import Sequence
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from kiosk.ui.workers import hash_pin, open_sealed, seal
from server.contract.registration import KnownPatient, PatientRegistration

MOST_FOUND = 8


class Known(msgspec.Struct, frozen=True, kw_only=True):
    patient: KnownPatient
    registration: PatientRegistration | None = None
    """Of one registered here, until the server lists them: it is sent before their case, the same bytes each time."""


class KnownPatients:
    """`unlock` and `lock` with the PIN of whoever signs in and out; in between the list can be read."""

    def __init__(self) -> None:
        self._open: dict[UUID, Known] = {}
        self._sealed: bytes = b""
        self._key: bytes = b""
        self._salt = os.urandom(16)

    def unlock(self, worker_id: UUID, pin: str) -> None:
        """What this worker left here; another opens nothing, also with the same PIN, and the list begins anew."""
        self._key = hash_pin(pin, self._salt + worker_id.bytes)
        if self._sealed:
            try:
                content = open_sealed(self._key, self._sealed)
            except InvalidTag:
                return
            self._open = {each.patient.patient_id: each for each in msgspec.json.decode(content, type=list[Known])}

    def lock(self) -> None:
        if self._key:
            self._sealed = seal(self._key, msgspec.json.encode(list(self._open.values())))
        self._open, self._key = {}, b""

    def learn(self, listed: Sequence[KnownPatient]) -> None:
        """What the server lists; who was registered here and is not listed yet stays."""
        if self._key:
            self._open |= {patient.patient_id: Known(patient=patient) for patient in listed}

    def forget_listed(self) -> None:
        """The server lets the worker find nobody any more: who was registered here stays."""
        self._open = {patient_id: each for patient_id, each in self._open.items() if each.registration}

    def add(self, registration: PatientRegistration) -> Known:
        patient = KnownPatient(
            patient_id=registration.patient_id,
            given_name=registration.given_name,
            family_name=registration.family_name,
            birth_date=registration.birth_date,
            sex=registration.sex,
        )
        known = Known(patient=patient, registration=registration)
        self._open[patient.patient_id] = known
        return known

    def get(self, patient_id: UUID) -> Known | None:
        return self._open.get(patient_id)

    def find(self, typed: str) -> list[Known]:
        """Those in whose names every typed word begins a word, accents and case aside; none for nothing typed."""
        words = _words(typed)
        if not words:
            return []
        found = [each for each in self._open.values() if _fits(words, each.patient)]
        return sorted(found, key=lambda each: (each.patient.family_name, each.patient.given_name))[:MOST_FOUND]

    def __len__(self) -> int:
        return len(self._open)


def _fits(words: list[str], patient: KnownPatient) -> bool:
    names = _words(f"{patient.given_name} {patient.family_name}")
    return all(any(name.startswith(word) for name in names) for word in words)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold().split()
