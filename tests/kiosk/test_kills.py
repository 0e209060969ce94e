"""kill -9 of the screen and the uplink at random moments: nothing confirmed is lost, nothing arrives twice."""

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random, SystemRandom

import msgspec
import pytest

from kiosk.spool.model import EntryState
from kiosk.spool.opening import open_spool
from kiosk.spool.spool import Spool
from server.cases.tables import Arrival, Case, CasePart
from server.identity.cookies import session_cookie_name
from tests.journeys.evidence import is_at_rest
from tests.journeys.mortal import soak_is_wanted
from tests.journeys.people import Cast, make_cast
from tests.journeys.stack import Stack, StackKind, open_stack
from tests.journeys.waiting import until
from tests.kiosk.clinics import uplink_of
from tests.kiosk.nursery import CONFIRMED, STOP, WRITES_BEHIND, Confirmed
from tests.support.people import begin
from tests.support.platforms import Templates

DEATHS = {"screen": 500, "uplink": 500} if soak_is_wanted() else {"screen": 32, "uplink": 32}
LIFE_S = {"screen": 0.5, "uplink": 0.7}
REST_WITHIN_S = 240.0

pytestmark = [pytest.mark.requires("bubblewrap"), pytest.mark.timeout(6 * 3600 if soak_is_wanted() else 500)]


class Mortals:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.deaths = dict.fromkeys(DEATHS, 0)
        self._await_done()

    def order(self, verb: str, role: str) -> None:
        assert self._process.stdin is not None
        print(verb, role, file=self._process.stdin, flush=True)
        self._await_done()

    def kill(self, role: str) -> None:
        self.order("kill", role)
        self.deaths[role] += 1

    async def die_often(self, role: str, deaths: int, random: Random) -> None:
        """Live a random time and be killed, again and again; alive at the end."""
        for _ in range(deaths):
            await asyncio.sleep(min(random.expovariate(1 / LIFE_S[role]), 4.0))
            self.kill(role)
            self.order("start", role)

    def _await_done(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == "done"


async def test_nothing_confirmed_is_lost_and_nothing_arrives_twice(
    tmp_path: Path, templates: Templates, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = SystemRandom().randrange(2**32)
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(1)
        folder = await _kiosk(tmp_path, stack, cast)
        with _mortals(stack, cast, folder, await begin(cast.worker.actor_id)) as living:
            async with asyncio.TaskGroup() as killers:
                for role, count in DEATHS.items():
                    living.order("start", role)
                    killers.create_task(living.die_often(role, count, Random(f"{seed} {role}")))
            (folder / STOP).touch()
            spool = open_spool(folder / "spool").spool
            await until(lambda: _is_drained(spool), within_s=REST_WITHIN_S, what="everything to be sent")
        await until(is_at_rest, within_s=REST_WITHIN_S, what="every job to be done")
        faults = await _faults(folder)
        confirmed = _confirmed(folder)
        cases = len(await Case.select(Case.id))
    with capsys.disabled():
        sys.stdout.write(f"\nseed {seed}: {living.deaths}, {len(confirmed)} confirmed, {cases} on the server ")
    assert not faults, "\n".join([f"seed {seed}; see {folder}", *faults])
    assert living.deaths == DEATHS
    assert len(confirmed) >= 10
    # A visit may be kept though the screen was killed before it could say so.
    assert len(confirmed) <= cases <= len(confirmed) + DEATHS["screen"]


async def test_confirmed_before_it_is_written_the_same_checks_find_losses(
    tmp_path: Path, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this passed the checks, they would prove nothing."""
    monkeypatch.setenv(WRITES_BEHIND, "1")
    async with open_stack(StackKind.EMBEDDED, tmp_path, templates, None) as stack, stack.running("serve"):
        cast = await make_cast(1)
        folder = await _kiosk(tmp_path, stack, cast)
        with _mortals(stack, cast, folder, await begin(cast.worker.actor_id)) as living:
            living.order("start", "screen")
            await until(lambda: _some(folder), within_s=60, what="visits that were confirmed")
            living.kill("screen")
        assert any("lost" in fault for fault in await _faults(folder))


async def _kiosk(tmp_path: Path, stack: Stack, cast: Cast) -> Path:
    """A kiosk that has met its server."""
    folder = tmp_path / "kiosk"
    folder.mkdir()
    spool = open_spool(folder / "spool").spool
    async with uplink_of(cast.worker, stack.url, folder, spool):
        pass
    spool.close()
    return folder


@contextmanager
def _mortals(stack: Stack, cast: Cast, folder: Path, token: str) -> Generator[Mortals]:
    cookie = session_cookie_name(stack.settings)
    command = [sys.executable, "-m", "tests.kiosk.nursery", str(folder), stack.url, cookie, token]
    command.append(str(cast.holders[0].patient_id))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Mortals(process)


async def _is_drained(spool: Spool) -> bool:
    return all(each.state is not EntryState.WAITING for each in spool.standings())


async def _some(folder: Path) -> bool:
    return len(_confirmed(folder)) >= 3


def _confirmed(folder: Path) -> list[Confirmed]:
    path = folder / CONFIRMED
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [msgspec.json.decode(line, type=Confirmed) for line in lines]


async def _faults(folder: Path) -> list[str]:
    """Losses and duplicates; empty when every promise was kept exactly once."""
    standings = open_spool(folder / "spool").spool.standings()
    faults = [f"{each.case_id}: {each.state} {each.trouble}" for each in standings if each.state != EntryState.SENT]
    rows = {row.id: row for row in await Case.objects()}
    for each in _confirmed(folder):
        row = rows.get(each.case_id)
        if row is None or row.submission_sha256 != each.submission_sha256:
            faults.append(f"{each.case_id}: lost")
            continue
        parts = await CasePart.objects().where(CasePart.case_id == each.case_id)
        media = [part for part in parts if part.digest_address]
        if len(media) != len(each.photographs) or any(part.arrival != Arrival.READY for part in media):
            faults.append(f"{each.case_id}: {[part.arrival for part in media]} of {len(each.photographs)} photographs")
    return faults
