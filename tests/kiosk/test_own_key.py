"""A kiosk that was claimed sends in its own name, and its worker finds the clinic's patients there by an account."""

import asyncio
import secrets
from pathlib import Path
from random import Random
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.settings import Settings
from kiosk.spool.model import EntryState
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import confirm_visit
from kiosk.ui.draft import moment
from kiosk.uplink.clinic import Clinic, Listed, Listing
from kiosk.uplink.opening import IDENTITY_FILE, KEY_FILE, open_sending
from kiosk.uplink.trust import Trust
from server.cases.tables import Case
from server.contract.fleet import PlaceState, worker_proof
from server.core.access import Actor, Role
from server.fleet import service as fleet
from tests.fleet.kiosk import KioskKey, enrol
from tests.journeys.people import make_cast
from tests.journeys.stack import StackKind, open_stack
from tests.journeys.waiting import until
from tests.kiosk.visits import make_registration, make_visit, noise
from tests.support.people import make_person
from tests.support.platforms import Templates


@pytest.mark.requires("bubblewrap")
@pytest.mark.timeout(180)
async def test_a_claimed_kiosk_brings_in_a_new_patient_and_their_case(tmp_path: Path, templates: Templates) -> None:
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(1)
        key = KioskKey()
        kiosk_id = await enrol(await make_person(cast.clinic_id, Role.ADMINISTRATOR), key)
        folder = tmp_path / "kiosk"
        write_identity(folder, str(kiosk_id), key)
        settings = Settings(server_url=stack.url, region="SL-W")
        spool = open_spool(folder / "spool").spool
        taker = cast.worker.actor_id
        async with open_sending(folder, settings, spool) as sending:
            await sending.turn()
            new = make_registration(taken_by=taker)
            visit = make_visit(new.patient_id, noise(Random(4)), registration=new, taken_by=taker)
            entry = confirm_visit(spool, Trust(folder).sealing_key, visit, moment("UTC").at)

            async def is_sent() -> bool:
                await sending.turn()
                return spool.standings()[0].state is not EntryState.WAITING

            await until(is_sent, within_s=60, what="the case to be sent")
        (standing,) = spool.standings()
        assert (standing.state, standing.trouble) == (EntryState.SENT, "")
        await find_by_a_place(Clinic(folder, settings), cast.worker, new.patient_id)
        row = await Case.objects().get(Case.id == entry.case_id)
    assert row is not None
    assert (row.submitted_by, row.organisation_id) == (kiosk_id, cast.clinic_id)


async def find_by_a_place(clinic: Clinic, worker: Actor, patient_id: UUID) -> None:
    """The worker takes a place by the code that the kiosk shows, finds the patient there, and ends it."""
    key = secrets.token_bytes(32)
    asked = await asyncio.to_thread(clinic.ask_place, key)
    proof = worker_proof(asked.place_id, key)
    assert await asyncio.to_thread(clinic.list_patients, "") == Listed(Listing.NO_PLACE)
    assert await asyncio.to_thread(clinic.list_patients, proof) == Listed(Listing.REFUSED)
    assert asked.code in asked.link
    await fleet.take_place(worker, asked.code)
    answer = await asyncio.to_thread(clinic.look_at_place, asked.place_id)
    assert (answer.state, answer.person_id) == (PlaceState.TAKEN, worker.actor_id)
    listed = await asyncio.to_thread(clinic.list_patients, proof)
    assert patient_id in {each.patient_id for each in listed.patients}
    await fleet.end_own_place(worker, asked.place_id)
    assert await asyncio.to_thread(clinic.list_patients, proof) == Listed(Listing.REFUSED)


def write_identity(folder: Path, kiosk_id: str, key: KioskKey) -> None:
    """As a claim leaves them."""
    folder.mkdir()
    (folder / IDENTITY_FILE).write_bytes(msgspec.json.encode({"kioskId": kiosk_id}))
    pem = key._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / KEY_FILE).write_bytes(pem)
