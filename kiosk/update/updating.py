"""One turn of the updater: finds what this kiosk is to run, brings it here, makes it and rehearses it.

Nothing that runs is touched: the launcher switches, when nobody is at the screen. Nothing is asked of the server
while this kiosk runs what its group wants.
"""

import fcntl
import platform
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from tuf.api.exceptions import DownloadError

from kiosk.faults import SpoolFull, SpoolReadOnly
from kiosk.fleet.health import program_version
from kiosk.fleet.logbook import Logbook
from kiosk.spool.files import make_folder
from kiosk.update.ailments import Ailment
from kiosk.update.installing import NotInstalled, install
from kiosk.update.proving import rehearse
from kiosk.update.repository import NoRoot, Repository, TooOld, Untrusted, Wheel, forget_others, is_for_machine
from kiosk.update.slots import Program
from kiosk.update.sources import ClockWrong, HeldBack, Later, Source, StickSource
from kiosk.update.state import Phase, Release, State, begun, gone_back, listening, ready, troubled
from kiosk.uplink.backoff import Backoff

LOCK = "updating.lock"
TRIES = 6
ResultT = TypeVar("ResultT")
Found = tuple[Release, list[tuple[Wheel, Path]]]
"""What to run, with its wheels: none where the slot is whole already."""


class NotThere(Exception):
    """The group wants a version that the repository does not have."""


class Older(Exception):
    """The group wants what is older than what runs, and not the one before: nobody is led back to old faults."""


TROUBLES: Mapping[type[Exception], str] = {
    Untrusted: "untrusted",
    TooOld: "too-old",
    NoRoot: "no-root",
    NotThere: "not-there",
    Older: "older",
    ClockWrong: "clock",
    HeldBack: "held-back",
    Later: "server-busy",
    DownloadError: "no-link",
    SpoolFull: "no-room",
    SpoolReadOnly: "read-only",
}
"""What keeps this kiosk from an update, without being the release's fault: it tries again at its next turn."""


class Updater:
    """`wanted` is the version that the group wants, empty for none; `is_heard` whether the group was heard lately."""

    def __init__(
        self,
        folder: Path,
        wanted: str,
        *,
        link: Source,
        sticks: Sequence[Path] = (),
        is_heard: bool = True,
        sleep: Callable[[float], None] = time.sleep,
        prove: Callable[[Path, Path, Path], Ailment | None] = rehearse,
    ) -> None:
        self._folder, self._wanted, self._is_heard = folder, wanted, is_heard
        self._link, self._sticks = link, sticks
        self._program = Program(folder)
        self._sleep, self._prove = sleep, prove
        self._log = Logbook(folder)

    def turn(self) -> State:
        """Do what can be done now; the state afterwards. Two updaters never work at once."""
        with _alone(make_folder(self._program.folder)) as is_alone:
            state = self._program.load()
            if not is_alone or state.phase in {Phase.READY, Phase.TRYING}:
                return state
            return self._update(self._keep(state, listening(troubled(state, state.trouble), self._wanted)))

    def _update(self, state: State) -> State:
        try:
            found = self._find(state)
        except tuple(TROUBLES) as error:
            return self._note_trouble(state, error)
        if found is None:
            return self._keep(state, troubled(state, ""))
        return self._make(state, *found)

    def _find(self, state: State) -> Found | None:
        """The first place that has something to run instead; None for nothing, or the first trouble there was."""
        troubles: list[Exception] = []
        places = [self._in_other_slot, *(partial(self._on_stick, stick) for stick in self._sticks), self._over_link]
        for find in places:
            try:
                found = find(state)
            except tuple(TROUBLES) as error:
                troubles.append(error)
            else:
                if found:
                    return found
        if troubles:
            raise troubles[0]
        return None

    def _in_other_slot(self, state: State) -> Found | None:
        """Back to the version before costs nothing: it lies there."""
        held = state.installed.get(state.healthy.other)
        return (held, []) if held and held.version == self._wanted and self._is_new(state, held.version) else None

    def _on_stick(self, stick: Path, state: State) -> Found | None:
        """The newest that lies there and is newer than what runs; where the group is heard, what it wants alone."""
        repository = Repository(self._program.folder, StickSource(stick))
        repository.refresh()
        there = [each for each in repository.releases() if (stick / "targets/releases" / each.version).is_dir()]
        newer = [each for each in there if each.serial > _serial(state) and self._is_new(state, each.version)]
        if self._is_heard:
            newer = [each for each in newer if each.version == self._wanted]
        return (newer[-1], self._bring(repository, newer[-1])) if newer else None

    def _over_link(self, state: State) -> Found | None:
        if not self._wanted or not self._is_new(state, self._wanted):
            return None
        repository = Repository(self._program.folder, self._link)
        self._insist(repository.pin)
        self._insist(repository.refresh)
        release = next((each for each in repository.releases() if each.version == self._wanted), None)
        if release is None:
            raise NotThere(self._wanted)
        if release.serial < _serial(state):
            raise Older(release.version)
        return release, self._bring(repository, release)

    def _is_new(self, state: State, version: str) -> bool:
        running = state.release.version if state.release else program_version()
        return version != running and version not in state.faulty

    def _bring(self, repository: Repository, release: Release) -> list[tuple[Wheel, Path]]:
        wheels = [wheel for wheel in repository.wheels(release.version) if is_for_machine(wheel, platform.machine())]
        return [(wheel, self._insist(partial(repository.bring, wheel))) for wheel in wheels]

    def _insist(self, work: Callable[[], ResultT]) -> ResultT:
        """A cut is waited out with growing, drawn pauses; a busy server at a moment of its choice and a drawn one."""
        backoff = Backoff()
        for _ in range(TRIES - 1):
            try:
                return work()
            except DownloadError:
                self._sleep(backoff.next_s())
            except Later as later:
                self._sleep(later.wait_s * (1 + random.random()))  # noqa: S311  (no secret)
        return work()

    def _make(self, state: State, release: Release, files: list[tuple[Wheel, Path]]) -> State:
        """READY, or IDLE with the reason: a release that cannot be made here, or does not start, is faulty."""
        slot = state.healthy.other
        state = self._program.save(begun(state, release))
        try:
            if files:
                install(files, self._program.slot(slot))
                forget_others(self._program.folder, [wheel for wheel, _ in files])
        except NotInstalled as error:
            self._log.note("update.not-installed", "error", error=error)
            return self._program.save(gone_back(state, Ailment.INSTALL, datetime.now(UTC)))
        except (SpoolFull, SpoolReadOnly) as error:
            return self._note_trouble(state, error)
        ailment = self._prove(self._program.python(slot), self._folder, self._program.folder)
        if ailment is not None:
            self._log.note(f"update.rehearsal.{ailment}", "error")
            return self._program.save(gone_back(state, ailment, datetime.now(UTC)))
        return self._program.save(ready(state, release))

    def _note_trouble(self, state: State, error: Exception) -> State:
        trouble = next(code for kind, code in TROUBLES.items() if isinstance(error, kind))
        self._log.note(f"update.{trouble}", "warning", error=error)
        return self._keep(state, troubled(state, trouble))

    def _keep(self, before: State, state: State) -> State:
        """A turn that changes nothing writes nothing: cards wear out."""
        return state if state == before else self._program.save(state)


def _serial(state: State) -> int:
    return state.release.serial if state.release else 0


@contextmanager
def _alone(folder: Path) -> Generator[bool]:
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
