"""The uplink and the bundle against a real server: everything arrives once, urgent first, by whichever way."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from kiosk.settings import Link
from kiosk.spool.model import EntryState, Rank
from kiosk.spool.opening import open_spool
from kiosk.spool.packing import Visit, confirm_visit
from kiosk.spool.spool import Spool
from kiosk.uplink.bundle import export_bundle
from kiosk.uplink.server import NoLink
from kiosk.uplink.trust import TRUST_FILE, Kept, NotBelieved
from server.cases.tables import Case, CasePart
from server.contract.receipt import Receipt, SigningKey
from server.contract.upload import UPLOADS_PATH
from server.core.keys import create_keys, load_keys
from server.identity.queries import get_person
from server.identity.service.directory import open_person
from server.patients import service as patients
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.journeys.waiting import until
from tests.kiosk.clinics import Uplink, uplink_of
from tests.kiosk.nursery import PIECE_BYTES, SmallPieces
from tests.kiosk.visits import make_registration, make_visit, noise
from tests.support.platforms import Templates

pytestmark = [pytest.mark.requires("bubblewrap"), pytest.mark.timeout(300)]
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
OFFLINE_CASES = 500
WRONG_CLOCKS = {1: datetime(1970, 1, 1, tzinfo=UTC), 2: datetime(2040, 1, 1, tzinfo=UTC)}


class Clinic(msgspec.Struct):
    stack: Stack
    cast: Cast
    folder: Path
    uplink: Uplink

    @property
    def spool(self) -> Spool:
        return self.uplink.spool

    @property
    def patient_id(self) -> UUID:
        return self.cast.holders[0].patient_id

    def confirm(self, visit: Visit, at: datetime = AT) -> UUID:
        return confirm_visit(self.spool, self.uplink.trust.sealing_key, visit, at).case_id

    def states(self) -> dict[UUID, EntryState]:
        return {each.case_id: each.state for each in self.spool.standings()}


@pytest.fixture
async def clinic(tmp_path: Path, templates: Templates) -> AsyncIterator[Clinic]:
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(1)
        folder = tmp_path / "kiosk"
        folder.mkdir()
        spool = open_spool(folder / "spool").spool
        async with uplink_of(cast.worker, stack.url, folder, spool) as uplink:
            yield Clinic(stack, cast, folder, uplink)


async def test_a_case_of_a_patient_registered_here_arrives_whole_and_is_sent_with_the_receipt_alone(
    clinic: Clinic,
) -> None:
    new = make_registration("Fatu")
    photos = [noise(Random(number), (400, 300)) for number in range(2)]
    case_id = clinic.confirm(make_visit(new.patient_id, *photos, registration=new))
    step = clinic.uplink.courier.step
    while (task := clinic.spool.next_task()) and task.item.rank is not Rank.PHOTOGRAPH:
        await step()
    assert clinic.states() == {case_id: EntryState.WAITING}
    await clinic.uplink.drain()
    assert clinic.states() == {case_id: EntryState.SENT}
    row = clinic.spool._one("SELECT receipt FROM entry")
    receipt = msgspec.json.decode(row["receipt"], type=Receipt)
    assert receipt.is_complete
    assert len(receipt.held) == 2
    assert (await patients.demographics(clinic.cast.worker, new.patient_id)).given_name == "Fatu"
    await until(lambda: _is_ready(case_id), within_s=60, what="the photographs to be prepared")


async def test_a_case_can_be_triaged_before_its_first_photograph_is_sent(clinic: Clinic) -> None:
    photos = [noise(Random(number), (400, 300)) for number in range(2)]
    case_id = clinic.confirm(make_visit(clinic.patient_id, *photos, has_previews=True))
    while (task := clinic.spool.next_task()) and task.item.rank < Rank.LARGE_PREVIEW:
        await clinic.uplink.courier.step()
    await until(lambda: _has_status(case_id, "waiting"), within_s=60, what="the case to wait for its reader")
    rows = await CasePart.select(CasePart.arrival, CasePart.preview_step).where(CasePart.kind == "photograph")
    assert [(row["arrival"], row["preview_step"]) for row in rows] == [("absent", "small")] * 2
    assert clinic.states() == {case_id: EntryState.WAITING}
    await clinic.uplink.drain()
    assert clinic.states() == {case_id: EntryState.SENT}
    await until(lambda: _is_ready(case_id), within_s=60, what="the photographs to be prepared")
    await until(_have_no_previews, within_s=60, what="the previews to go")


async def test_a_preview_that_is_lost_here_or_refused_there_holds_up_nothing(clinic: Clinic) -> None:
    case_id = clinic.confirm(make_visit(clinic.patient_id, noise(Random(3), (400, 300)), has_previews=True))
    small, large = (item for item in clinic.spool.items_of(case_id) if item.rank.is_preview)
    clinic.spool.path_of(small.sha256).unlink()
    clinic.spool._write("UPDATE item SET media_type = 'no type' WHERE sha256 = ?", large.sha256)
    await clinic.uplink.drain()
    (standing,) = clinic.spool.standings()
    assert (standing.state, standing.trouble) == (EntryState.SENT, "")


async def test_a_creation_that_broke_off_is_asked_for_again_without_its_bytes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = clinic.confirm(make_visit(clinic.patient_id, noise(Random(5), (400, 300))))
    ask, has_broken = clinic.uplink.server.ask, False

    async def ask_and_break(method: str, path: str, **said: Any) -> httpx.Response:
        nonlocal has_broken
        answer = await ask(method, path, **said)
        if path == UPLOADS_PATH and not has_broken:
            has_broken = True
            raise NoLink("the answer was lost")
        return answer

    monkeypatch.setattr(clinic.uplink.server, "ask", ask_and_break)
    await clinic.uplink.drain()
    assert has_broken
    assert clinic.states() == {case_id: EntryState.SENT}
    sealed_bytes = sum(item.size_bytes for item in clinic.spool.items_of(case_id))
    assert clinic.spool.sent_bytes_of(clinic.uplink.allowance._day()) == sealed_bytes, "nothing was sent twice"


async def test_a_kiosk_that_was_switched_off_goes_on_where_the_server_stands(clinic: Clinic) -> None:
    case_id = clinic.confirm(make_visit(clinic.patient_id, noise(Random(7), (700, 500))))
    clinic.uplink.courier.carrier.piece = SmallPieces()
    for _ in range(3):
        await clinic.uplink.courier.step()
    accepted = clinic.spool.standings()[0].accepted_bytes
    clinic.spool.close()
    spool = open_spool(clinic.folder / "spool").spool
    assert spool.standings()[0].accepted_bytes == accepted > PIECE_BYTES
    async with uplink_of(clinic.cast.worker, clinic.stack.url, clinic.folder, spool) as again:
        await again.drain()
    assert spool.standings()[0].state is EntryState.SENT
    sent_bytes = sum(item.size_bytes for item in spool.items_of(case_id))
    assert spool.sent_bytes_of(again.allowance._day()) == sent_bytes, "nothing was sent twice"


async def test_a_receipt_under_a_key_that_is_not_believed_sends_nothing(clinic: Clinic, tmp_path: Path) -> None:
    case_id = clinic.confirm(make_visit(clinic.patient_id))
    create_keys(tmp_path / "other")
    stranger: SigningKey = load_keys(tmp_path / "other").receipts.public()[0]
    kept = msgspec.structs.replace(clinic.uplink.trust.kept(), pinned=stranger, offered=(stranger,))
    (clinic.folder / TRUST_FILE).write_bytes(msgspec.json.encode(kept, order=None))
    assert isinstance(kept, Kept)
    await clinic.uplink.courier.step()
    (standing,) = clinic.spool.standings()
    assert (standing.case_id, standing.state) == (case_id, EntryState.REFUSED)
    assert "not signed" in standing.trouble
    with pytest.raises(NotBelieved):
        await clinic.uplink.trust.meet(clinic.uplink.server)


async def test_what_the_server_refuses_comes_back_and_the_rest_goes_on(clinic: Clinic) -> None:
    refused = clinic.confirm(make_visit(uuid4(), is_urgent=True))  # a patient whom nobody registered
    lost = clinic.confirm(make_visit(clinic.patient_id, noise(Random(3))))
    for item in clinic.spool.items_of(lost):
        if item.rank is Rank.PHOTOGRAPH:
            clinic.spool.path_of(item.sha256).write_bytes(b"rotten")
    fine = clinic.confirm(make_visit(clinic.patient_id))
    await clinic.uplink.drain()
    wanted = {refused: EntryState.REFUSED, lost: EntryState.DAMAGED, fine: EntryState.SENT}
    assert clinic.states() == wanted
    trouble = {each.case_id: each.trouble for each in clinic.spool.standings()}
    assert "no such patient" in trouble[refused]
    assert "has to be done again" in trouble[lost]
    assert len(clinic.spool.items_of(refused)) == 1
    assert clinic.spool.is_whole(clinic.spool.items_of(refused)[0]), "nothing of it was dropped"


async def test_the_settings_of_the_link_hold_back_everything_but_the_urgent(clinic: Clinic) -> None:
    photo = noise(Random(5))
    plain = clinic.confirm(make_visit(clinic.patient_id, photo))
    urgent = clinic.confirm(make_visit(clinic.patient_id, noise(Random(6)), is_urgent=True))
    clinic.uplink.allowance._link = Link(daily_bytes=1)
    clinic.uplink.allowance.count(1)
    await clinic.uplink.drain()
    assert clinic.states() == {urgent: EntryState.SENT, plain: EntryState.WAITING}
    clinic.uplink.allowance._link = Link(quiet_from_hour=22, quiet_until_hour=7)
    clinic.uplink.allowance._clock = lambda: AT.replace(hour=23)
    await clinic.uplink.drain()
    assert clinic.states()[plain] is EntryState.WAITING
    clinic.uplink.allowance._link = Link(is_metered=True)
    await clinic.uplink.drain()
    task = clinic.spool.next_task()
    assert task is not None
    assert task.item.rank is Rank.PHOTOGRAPH, "the contract has gone, its photograph waits"
    clinic.uplink.allowance._link = Link()
    await clinic.uplink.drain()
    assert clinic.states()[plain] is EntryState.SENT


async def test_thirty_days_of_cases_drain_once_and_urgent_first(clinic: Clinic) -> None:
    """500 cases; the clock stood at 1970 for a while and at 2040 for another."""
    random = Random(11)
    urgent: list[UUID] = []
    for number in range(OFFLINE_CASES):
        is_urgent = random.random() < 0.05
        clock = {100: datetime(1970, 1, 1, tzinfo=UTC), 200: datetime(2040, 1, 1, tzinfo=UTC)}.get(
            number // 50 * 50, AT
        )
        case_id = clinic.confirm(
            make_visit(clinic.patient_id, is_urgent=is_urgent), clock + timedelta(days=number * 30 / OFFLINE_CASES)
        )
        if is_urgent:
            urgent.append(case_id)
    order = [UUID(row["case_id"]) for row in clinic.spool._all("SELECT case_id FROM entry ORDER BY sequence")]
    await clinic.uplink.drain()
    assert set(clinic.states().values()) == {EntryState.SENT}
    arrived = [row["id"] for row in await Case.select(Case.id).order_by(Case.received_at, Case.id)]
    assert len(arrived) == OFFLINE_CASES
    assert arrived[: len(urgent)] == urgent
    assert arrived[len(urgent) :] == [case_id for case_id in order if case_id not in set(urgent)]


async def test_a_bundle_brought_in_twice_and_then_by_the_link_gives_each_case_once(clinic: Clinic) -> None:
    new = make_registration()
    ids = [
        clinic.confirm(make_visit(new.patient_id, noise(Random(1)), registration=new)),
        clinic.confirm(make_visit(clinic.patient_id, noise(Random(2)), noise(Random(3)))),
    ]
    clinic.uplink.courier.carrier.piece.bytes = 3000
    for _ in range(3):  # part of it has gone by the link already
        with contextlib.suppress(NoLink):
            await clinic.uplink.courier.step()
    stick = clinic.folder / "stick"
    stick.mkdir()
    exported = export_bundle(clinic.spool, stick)
    assert exported is not None
    path, count = exported
    assert count == 2
    contact = await _contact(clinic)
    for _ in range(2):
        told = clinic.stack.run("bundle", "import", str(path), "--as", contact)
        assert told.returncode == 0, told.stdout + told.stderr
        assert told.stdout.startswith("2 cases")
    for case_id in ids:
        await until(lambda case_id=case_id: _is_ready(case_id), within_s=60, what="the photographs to be prepared")
    await clinic.uplink.drain()
    assert set(clinic.states().values()) == {EntryState.SENT}
    assert sorted(row["id"] for row in await Case.select(Case.id)) == sorted(ids)
    assert len(await CasePart.select(CasePart.id).where(CasePart.kind == "photograph")) == 3
    assert export_bundle(clinic.spool, stick) is None


async def test_a_bundle_that_was_cut_or_is_none_is_refused_as_a_whole(clinic: Clinic) -> None:
    clinic.confirm(make_visit(clinic.patient_id, noise(Random(2))))
    exported = export_bundle(clinic.spool, clinic.folder)
    assert exported is not None
    content = exported[0].read_bytes()
    contact = await _contact(clinic)
    for number, broken in enumerate((content[:-9], content[:20], b"a letter")):
        path = clinic.folder / f"{number}.bundle"
        path.write_bytes(broken)
        told = clinic.stack.run("bundle", "import", str(path), "--as", contact)
        assert told.returncode == 1
    assert await Case.select(Case.id) == []


async def _contact(clinic: Clinic) -> str:
    return (await open_person(await get_person(clinic.cast.worker.actor_id))).email


async def _has_status(case_id: UUID, status: str) -> bool:
    return await Case.exists().where((Case.id == case_id) & (Case.status == status))


async def _have_no_previews() -> bool:
    return not await CasePart.exists().where(CasePart.preview_key != "")


async def _is_ready(case_id: UUID) -> bool:
    parts = await CasePart.select(CasePart.arrival).where(CasePart.case_id == case_id)
    return bool(parts) and all(part["arrival"] == "ready" for part in parts)
