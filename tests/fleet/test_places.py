"""A worker's place at a kiosk: taken once by their own account, and whom it then finds, until either side ends it."""

import asyncio
import hashlib
import secrets
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from litestar import Litestar

from server.contract.fleet import PLACES_PATH, WORKER_HEADER, WORKER_KEY_BYTES, PlaceAsked, worker_proof
from server.contract.registration import KNOWN_PATH
from server.core.access import Actor, Role
from server.core.audit.tables import AuditEvent
from server.core.faults import NotFound, TooManyRequests
from server.core.platform import Platform
from server.fleet import service as fleet
from server.fleet.faults import PlaceCodeRefused
from server.fleet.service import places
from server.fleet.tables import KioskPlace
from server.identity import service as identity
from server.identity.faults import SecondFactorRequired
from tests.desks.browsing import Desk, sit_down
from tests.fleet.kiosk import FakeKiosk, KioskKey, enrol
from tests.support.clinics import make_patient
from tests.support.people import make_organisation, make_person
from tests.support.platforms import FakeClock


class AtKiosk:
    """What a kiosk does for a worker who stands before it."""

    def __init__(self, kiosk: FakeKiosk) -> None:
        self.kiosk = kiosk
        self.key = secrets.token_bytes(WORKER_KEY_BYTES)
        self.asked = PlaceAsked(place_id=uuid4(), code="", link="", lasts_s=0)

    async def ask(self) -> str:
        """The code that the kiosk shows."""
        wanted = {"keyHash": hashlib.sha256(self.key).hexdigest()}
        answer = await self.kiosk.client.post(PLACES_PATH, json=wanted)
        assert answer.status_code == 201, answer.text
        self.asked = msgspec.json.decode(answer.content, type=PlaceAsked)
        return self.asked.code

    async def look(self) -> httpx.Response:
        return await self.kiosk.client.get(f"{PLACES_PATH}/{self.asked.place_id}")

    async def known(self, key: bytes | None = None, place_id: UUID | None = None) -> httpx.Response:
        proof = worker_proof(place_id or self.asked.place_id, key or self.key)
        return await self.kiosk.client.get(KNOWN_PATH, headers={WORKER_HEADER: proof})


@pytest.fixture
async def worker(administrator: Actor) -> Actor:
    return await make_person(administrator.organisation_id, Role.CLINIC_WORKER, name="Hawa Turay")


@pytest.fixture
async def at_kiosk(kiosk: FakeKiosk) -> AtKiosk:
    await kiosk.sign_in()
    return AtKiosk(kiosk)


@pytest.fixture
async def taken(at_kiosk: AtKiosk, worker: Actor) -> AtKiosk:
    await fleet.take_place(worker, await at_kiosk.ask())
    return at_kiosk


@pytest.fixture
def clock(platform: Platform) -> FakeClock:
    assert isinstance(platform.clock, FakeClock)
    return platform.clock


async def test_a_worker_takes_a_place_with_their_account_and_then_finds_the_clinic_s_patients(
    app: Litestar, at_kiosk: AtKiosk, worker: Actor
) -> None:
    await make_patient(worker, name="Aminata Kamara")
    elsewhere = await make_organisation("Elsewhere")
    await make_patient(await make_person(elsewhere.organisation_id, Role.CLINIC_WORKER), name="Ines Prat")
    code = await at_kiosk.ask()
    assert (await at_kiosk.look()).json()["state"] == "waiting"
    assert (await at_kiosk.known()).status_code == 403
    desk = await sit_down(app, worker)
    page = (await desk.get(f"/kiosk-worker?code={code.lower()}")).text
    assert "Work at this kiosk?" in page
    assert "Room 2" in page
    assert (await desk.post("/kiosk-worker", {"code": code})).status_code == 303
    told = (await at_kiosk.look()).json()
    assert (told["state"], told["personId"], told["name"]) == ("taken", str(worker.actor_id), "Hawa Turay")
    found = await at_kiosk.known()
    assert [each["familyName"] for each in found.json()] == ["Kamara"]
    (event,) = await AuditEvent.objects().where(AuditEvent.tag == "patient:listed")
    assert event.actor_id == worker.actor_id
    assert msgspec.json.decode(event.detail)["kiosk"] == str(at_kiosk.kiosk.kiosk_id)


async def test_the_kiosk_alone_and_a_key_of_another_find_nobody(taken: AtKiosk, app: Litestar, worker: Actor) -> None:
    assert (await taken.kiosk.client.get(KNOWN_PATH)).status_code == 403
    assert (await taken.known(key=secrets.token_bytes(WORKER_KEY_BYTES))).status_code == 403
    assert (await taken.known(place_id=uuid4())).status_code == 403
    for nonsense in ("", "x", f"{uuid4()}.", f"{uuid4()}.é", f"{uuid4()}.AAAA"):
        headers = httpx.Headers([(WORKER_HEADER.encode(), nonsense.encode())])
        assert (await taken.kiosk.client.get(KNOWN_PATH, headers=headers)).status_code == 403
    without = httpx.AsyncClient(transport=taken.kiosk.client._transport, base_url=taken.kiosk.client.base_url)
    proof = {WORKER_HEADER: worker_proof(taken.asked.place_id, taken.key)}
    assert (await without.get(KNOWN_PATH, headers=proof)).status_code == 401


async def test_the_proof_counts_at_its_own_kiosk_only(taken: AtKiosk, app: Litestar, administrator: Actor) -> None:
    key = KioskKey()
    other = AtKiosk(FakeKiosk(app, key, await enrol(administrator, key, name="Room 9")))
    await other.kiosk.sign_in()
    assert (await other.known(key=taken.key, place_id=taken.asked.place_id)).status_code == 403
    other.asked = taken.asked
    assert (await other.look()).status_code == 404


async def test_by_pin_nothing_else_is_done_in_the_worker_s_name(taken: AtKiosk) -> None:
    proof = {WORKER_HEADER: worker_proof(taken.asked.place_id, taken.key)}
    for path in ("/patients", "/api/me", "/account", "/kiosk-worker"):
        assert (await taken.kiosk.client.get(path, headers=proof)).status_code == 403


async def test_a_code_is_for_one_worker_and_five_minutes(
    at_kiosk: AtKiosk, worker: Actor, administrator: Actor, clock: FakeClock
) -> None:
    other = await make_person(administrator.organisation_id, Role.CLINIC_WORKER)
    code = await at_kiosk.ask()
    done = await asyncio.gather(*(fleet.take_place(each, code) for each in (worker, other)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["PlaceCodeRefused", "str"]
    code = await at_kiosk.ask()
    clock.advance(minutes=5)
    with pytest.raises(PlaceCodeRefused):
        await fleet.look_at_code(worker, code)
    assert (await at_kiosk.look()).json()["state"] == "over"
    await fleet.tidy_fleet()
    assert await KioskPlace.count() == 1


async def test_a_code_is_of_the_worker_s_own_clinic_and_wants_a_second_factor(
    at_kiosk: AtKiosk, worker: Actor, clock: FakeClock
) -> None:
    code = await at_kiosk.ask()
    elsewhere = await make_organisation("Elsewhere")
    with pytest.raises(PlaceCodeRefused):
        await fleet.take_place(await make_person(elsewhere.organisation_id, Role.CLINIC_WORKER), code)
    late = msgspec.structs.replace(worker, second_factor_at=worker.second_factor_at - 301)
    with pytest.raises(SecondFactorRequired):
        await fleet.take_place(late, code)


async def test_codes_are_asked_for_and_guessed_at_a_bounded_pace(at_kiosk: AtKiosk, worker: Actor) -> None:
    for _ in range(places.CODES_PER_KIOSK.burst):
        await at_kiosk.ask()
    refused = await at_kiosk.kiosk.client.post(PLACES_PATH, json={"keyHash": "0" * 64})
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
    for _ in range(places.TRIES_PER_PERSON.burst):
        with pytest.raises(PlaceCodeRefused):
            await fleet.look_at_code(worker, "AAAA-AAAA")
    with pytest.raises(TooManyRequests):
        await fleet.take_place(worker, "AAAA-AAAA")


async def test_the_worker_and_the_administrator_end_it_and_the_next_look_is_refused(
    app: Litestar, at_kiosk: AtKiosk, worker: Actor, administrator: Actor
) -> None:
    async def end_as_worker() -> None:
        desk = await sit_down(app, worker)
        assert "Room 2" in (await desk.get("/kiosk-worker")).text
        assert (await desk.post(f"/kiosk-worker/{at_kiosk.asked.place_id}/end")).status_code == 303

    async def end_as_administrator() -> None:
        desk = await sit_down(app, administrator)
        page = f"/fleet/kiosks/{at_kiosk.kiosk.kiosk_id}"
        assert "Hawa Turay" in (await desk.get(page)).text
        assert (await desk.post(f"{page}/places/{at_kiosk.asked.place_id}/end")).status_code == 303
        assert "Hawa Turay" not in (await desk.get(page)).text

    for end in (end_as_worker, end_as_administrator):
        await fleet.take_place(worker, await at_kiosk.ask())
        assert (await at_kiosk.known()).status_code == 200
        await end()
        assert (await at_kiosk.known()).status_code == 403
        assert (await at_kiosk.look()).json()["state"] == "over"
    assert await AuditEvent.count().where(AuditEvent.tag == "kiosk:place-ended") == 2


async def test_a_place_is_nobody_else_s_to_end(taken: AtKiosk, administrator: Actor) -> None:
    colleague = await make_person(administrator.organisation_id, Role.CLINIC_WORKER)
    elsewhere = (await make_organisation("Elsewhere")).organisation_id
    with pytest.raises(NotFound):
        await fleet.end_own_place(colleague, taken.asked.place_id)
    foreign = await make_person(elsewhere, Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        await fleet.end_place(foreign, taken.kiosk.kiosk_id, taken.asked.place_id)
    assert (await taken.known()).status_code == 200


@pytest.mark.parametrize("how", ["role", "person", "wipe", "revoke"])
async def test_it_ends_with_the_role_the_person_and_the_kiosk(
    taken: AtKiosk, worker: Actor, administrator: Actor, how: str
) -> None:
    match how:
        case "role":
            await identity.set_roles(administrator, worker.actor_id, [Role.COORDINATOR])
        case "person":
            await identity.disable_person(administrator, worker.actor_id)
        case "wipe":
            await fleet.wipe_kiosk(administrator, taken.kiosk.kiosk_id, "Room 2")
        case _:
            await fleet.revoke_kiosk(administrator, taken.kiosk.kiosk_id)
    assert (await taken.known()).status_code == (401 if how == "revoke" else 403)
    if how in {"wipe", "revoke"}:
        assert await fleet.own_places(worker) == []


async def test_who_joins_anew_has_one_place_there_and_the_old_key_is_worth_nothing(
    taken: AtKiosk, worker: Actor
) -> None:
    again = AtKiosk(taken.kiosk)
    await fleet.take_place(worker, await again.ask())
    assert (await taken.known()).status_code == 403
    assert (await again.known()).status_code == 200
    assert [each.kiosk for each in await fleet.own_places(worker)] == ["Room 2"]


async def test_the_page_says_why_a_code_is_refused_and_is_found_from_the_sign_ins(app: Litestar, worker: Actor) -> None:
    desk: Desk = await sit_down(app, worker)
    assert 'href="/kiosk-worker"' in (await desk.get("/account/sessions")).text
    refused = await desk.get("/kiosk-worker?code=AAAA-AAAA")
    assert (refused.status_code, "show a new code" in refused.text) == (200, True)
    for code in ("", "AAAA-AAAA"):
        assert (await desk.post("/kiosk-worker", {"code": code})).status_code == 422
