"""Where an update stands, in one small durable file: what a kiosk that was switched off goes on from."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from server.contract.fleet import UpdateOutcome

STATE_FILE = "update.json"


class Slot(StrEnum):
    A = "a"
    B = "b"

    @property
    def other(self) -> "Slot":
        return Slot.B if self is Slot.A else Slot.A


class Phase(StrEnum):
    IDLE = "idle"
    INSTALLING = "installing"
    """The slot that does not run is being made: nothing in it can be relied on."""
    READY = "ready"
    """It is whole and was rehearsed; it waits for a moment in which nobody is at the screen."""
    TRYING = "trying"
    """It runs, and is not yet believed: `healthy` is where to go back to."""


NEXT: Mapping[Phase, frozenset[Phase]] = {
    Phase.IDLE: frozenset({Phase.INSTALLING, Phase.READY}),
    Phase.INSTALLING: frozenset({Phase.INSTALLING, Phase.READY, Phase.IDLE}),
    Phase.READY: frozenset({Phase.TRYING, Phase.IDLE}),
    Phase.TRYING: frozenset({Phase.TRYING, Phase.IDLE}),
}
"""What may follow what. The updater leaves IDLE and INSTALLING, the launcher READY and TRYING: one writer at a time."""


class Release(msgspec.Struct, frozen=True):
    """`serial` grows with every release, whatever the versions are called; 0 for what came with the machine."""

    version: str
    serial: int = 0


class State(msgspec.Struct, frozen=True, kw_only=True):
    phase: Phase = Phase.IDLE
    current: Slot = Slot.A
    """What runs."""
    healthy: Slot = Slot.A
    """What ran well, and whose updater and launcher are in charge."""
    installed: dict[Slot, Release] = msgspec.field(default_factory=dict[Slot, Release])
    """Slots that are whole."""
    wanted: Release | None = None
    """What INSTALLING, READY and TRYING are about."""
    starts: int = 0
    """Of the slot that is tried: one that takes the machine down with it is not started for ever."""
    faulty: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Versions that this kiosk went back from, and why: it does not try them again by itself."""
    outcome: UpdateOutcome | None = None
    ended_at: datetime | None = None
    asked: str = ""
    """The version that the group wanted when it was last looked at."""
    trouble: str = ""
    """Why no update can be had at present, as a code; empty where nothing is in the way."""

    @property
    def release(self) -> Release | None:
        """What runs, as far as it came as a release."""
        return self.installed.get(self.current)


class WrongStep(Exception):
    """The program itself is at fault: no such phase may follow."""


def step(state: State, phase: Phase, **changed: object) -> State:
    """The state in another phase; WrongStep for one that cannot follow."""
    if phase not in NEXT[state.phase]:
        raise WrongStep(f"{state.phase} to {phase}")
    return msgspec.structs.replace(state, phase=phase, **changed)


def begun(state: State, wanted: Release) -> State:
    """The other slot is about to be made anew."""
    installed = {slot: release for slot, release in state.installed.items() if slot is state.healthy}
    return step(state, Phase.INSTALLING, wanted=wanted, installed=installed)


def ready(state: State, wanted: Release) -> State:
    """The other slot is whole and was rehearsed."""
    installed = {**state.installed, state.healthy.other: wanted}
    return step(state, Phase.READY, wanted=wanted, installed=installed, starts=0, trouble="")


def tried(state: State) -> State:
    """It is started (once more)."""
    return step(state, Phase.TRYING, current=state.healthy.other, starts=state.starts + 1)


def believed(state: State, at: datetime) -> State:
    """It is healthy, and in charge from now on."""
    wanted = _wanted(state)
    outcome = UpdateOutcome(version=wanted.version, succeeded=True)
    return step(state, Phase.IDLE, healthy=state.current, wanted=None, starts=0, outcome=outcome, ended_at=at)


def gone_back(state: State, reason: str, at: datetime) -> State:
    """It is not healthy, or could not be made: the one before runs, and this one is not tried again."""
    wanted = _wanted(state)
    return step(
        state,
        Phase.IDLE,
        current=state.healthy,
        wanted=None,
        starts=0,
        faulty={**state.faulty, wanted.version: reason},
        outcome=UpdateOutcome(version=wanted.version, succeeded=False, reason=reason),
        ended_at=at,
    )


def troubled(state: State, trouble: str) -> State:
    """Nothing is under way; `trouble` is what keeps the kiosk from an update, empty for nothing."""
    if state.phase is Phase.INSTALLING:
        state = step(state, Phase.IDLE, wanted=None)
    return msgspec.structs.replace(state, trouble=trouble)


def listening(state: State, asked: str) -> State:
    """A version that the group asks for anew, after something else, is somebody's order: it may be tried again."""
    if asked == state.asked:
        return state
    faulty = {version: why for version, why in state.faulty.items() if version != asked}
    return msgspec.structs.replace(state, asked=asked, faulty=faulty)


def _wanted(state: State) -> Release:
    if state.wanted is None:
        raise WrongStep(f"{state.phase} without a release")
    return state.wanted
