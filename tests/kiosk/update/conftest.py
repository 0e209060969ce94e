"""A kiosk's folder whose program is a tiny one of version 1.0, and a repository with releases for it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from kiosk.settings import SETTINGS_FILE, Settings
from kiosk.update import updating
from kiosk.update.ailments import Ailment
from kiosk.update.installing import install
from kiosk.update.repository import Repository, Wheel
from kiosk.update.slots import Program
from kiosk.update.sources import LinkSource, open_link
from kiosk.update.state import Release, Slot, State
from kiosk.update.updating import Updater
from tests.kiosk.update.served import Releases, Served, serving
from tests.kiosk.update.tiny import digest_of, make_wheel, unpack

Environment = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A tiny program in an environment, made once for each version and ailment; the first of all by pip."""
    made: dict[tuple[str, str], Path] = {}

    def make(version: str, ails: str) -> Path:
        if (version, ails) not in made:
            folder = tmp_path_factory.mktemp("environment")
            wheel = make_wheel(folder, version, ails)
            if made:
                unpack(next(iter(made.values())), wheel, folder / "slot")
            else:
                install([(Wheel(wheel.name, digest_of(wheel), 0, ""), wheel)], folder / "slot")
            made[version, ails] = folder / "slot"
        return made[version, ails]

    return make


@pytest.fixture
def installed_fast(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip would make in seconds, copied: for tests that are about something else."""
    base = environment("1.0", "")

    def copy(wheels: Iterable[tuple[Wheel, Path]], slot: Path) -> None:
        ((_, wheel),) = wheels
        unpack(base, wheel, slot)

    monkeypatch.setattr(updating, "install", copy)


@pytest.fixture
def folder(tmp_path: Path, environment: Environment) -> Path:
    """The kiosk's: 1.0 runs in slot A, as the machine came."""
    kiosk = tmp_path / "kiosk"
    slots = kiosk / "program/slots"
    slots.mkdir(parents=True)
    (slots / "a").symlink_to(environment("1.0", ""))
    (kiosk / SETTINGS_FILE).write_bytes(msgspec.json.encode(Settings(server_url="http://127.0.0.1:9", region="SL-W")))
    Program(kiosk).save(State(installed={Slot.A: Release("1.0")}))
    return kiosk


@pytest.fixture
def program(folder: Path) -> Program:
    return Program(folder)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    (tmp_path / "server").mkdir()
    made = Releases(tmp_path / "server")
    made.add("2.0")
    return made


@pytest.fixture
def served(releases: Releases) -> Iterator[Served]:
    with serving(releases.folder) as server:
        yield server


@pytest.fixture
def http(served: Served) -> Iterator[httpx.Client]:
    with open_link(served.url) as client:
        yield client


@pytest.fixture
def repository(program: Program, http: httpx.Client) -> Repository:
    """Met for the first time: its root is pinned."""
    made = Repository(program.folder, LinkSource(http))
    made.pin()
    return made


class Turns:
    """Turns of the updater, with the pauses it would have made."""

    def __init__(self, folder: Path, http: httpx.Client) -> None:
        self._folder, self._http = folder, http
        self.slept: list[float] = []
        self.may_go_on: Callable[[], bool] = lambda: True
        self.counted = 0

    def turn(
        self,
        wanted: str = "2.0",
        *,
        sticks: tuple[Path, ...] = (),
        is_heard: bool = True,
        prove: Callable[[Path, Path, Path], Ailment | None] = lambda _python, _folder, _program: None,
    ) -> State:
        link = LinkSource(self._http, self.may_go_on, self._count)
        updater = Updater(
            self._folder,
            wanted,
            link=link,
            sticks=sticks,
            is_heard=is_heard,
            sleep=self.slept.append,
            prove=prove,
        )
        return updater.turn()

    def _count(self, received_bytes: int) -> None:
        self.counted += received_bytes


@pytest.fixture
def turns(folder: Path, http: httpx.Client) -> Turns:
    return Turns(folder, http)
