"""The socket of an end: who may hold one, what it hears, and that nothing said is lost or said twice."""

from tests.calls.calling import joining
from tests.calls.ends import Exchange
from tests.support.clinics import Clinic


async def test_two_ends_hear_each_other(clinic: Clinic, exchange: Exchange) -> None:
    call = await joining(clinic)
    async with exchange.end_of(clinic.patient, call.id) as patient, exchange.end_of(clinic.reader, call.id) as reader:
        await patient.join()
        welcome = await reader.join()
        assert {seat.role for seat in welcome.seats} == {"patient", "specialist"}
        assert patient.seat_id is not None
        assert reader.seat_id is not None
        for number in range(40):
            await reader.pass_to(patient.seat_id, f"candidate:{number}")
        assert await patient.hear_candidates(40) == [f"candidate:{number}" for number in range(40)]
        await patient.pass_to(reader.seat_id, "candidate:back")
        assert await reader.hear_candidates(1) == ["candidate:back"]
