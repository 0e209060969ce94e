"""Starts the kiosk that `current` names, switches to what is ready, watches it, and goes back by itself.

Every step is written down before it is done: whoever is switched off in between goes on from what is written.
"""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

import msgspec

from kiosk.fleet.heard import forget_heard
from kiosk.fleet.logbook import Logbook
from kiosk.update.ailments import Ailment
from kiosk.update.proving import ask, end_kiosk, start_kiosk
from kiosk.update.slots import Program
from kiosk.update.state import Phase, State, believed, gone_back, tried

STARTS_AT_MOST = 5
LATEST = 4
"""Times the patience: a screen that hangs says for ever that somebody is at it."""
RENEW = -1
"""What `run` answers when another slot's launcher is to take over."""
REST_WITHIN_S = 5.0
REST_PATH = "/rest"
BUSY = 409


class Patience(msgspec.Struct, frozen=True):
    look_every_s: float = 1.0
    ask_every_s: float = 10.0
    healthy_for_s: float = 90.0
    """As long a new slot runs before it is believed."""
    within_s: float = 900.0
    """So long it may take until it is well: a Pi with a full card starts slowly, and heartbeats meet busy servers."""


class Launcher:
    """`rest` has the screen stop before the next visit: False while somebody is at it. `reach` sees the server."""

    def __init__(
        self,
        folder: Path,
        *,
        rest: Callable[[], bool],
        reach: Callable[[], bool],
        patience: Patience | None = None,
    ) -> None:
        self._folder, self._rest, self._reach = folder, rest, reach
        self._patience = patience or Patience()
        self._program = Program(folder)
        self._log = Logbook(folder)
        self._is_stopping = False
        self._is_to_renew = False

    def run(self) -> int:
        """Until told to stop, the kiosk ends, or another slot is in charge (RENEW)."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        self.begin()
        try:
            while not self._is_stopping:
                status = self.look()
                if status is not None:
                    return status
                time.sleep(self._patience.look_every_s)
        finally:
            self.end()
        return 0

    def begin(self) -> None:
        """Start what is to run, as it is written."""
        self._start(self._take_up(self._program.load()))

    def end(self) -> None:
        end_kiosk(self._kiosk)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _take_up(self, state: State) -> State:
        """What was tried when the power went is tried again, a few times: it may be what the power went for."""
        if state.phase is not Phase.TRYING:
            return state
        if state.starts >= STARTS_AT_MOST:
            return self._give_up(state, Ailment.STARTS)
        return self._program.save(tried(state))

    def _start(self, state: State) -> None:
        self._program.settle(state)
        if state.phase is Phase.TRYING:
            forget_heard(self._folder)
        self._kiosk = start_kiosk(self._program.python(state.current), self._folder)
        self._began_at = self._asked_at = time.monotonic()

    def look(self) -> int | None:
        """One step; a status to end with, or None."""
        state, status = self._program.load(), self._kiosk.poll()
        match state.phase:
            case Phase.TRYING if status is not None:
                self._restart(self._give_up(state, Ailment.ENDED))
            case Phase.TRYING:
                self._judge(state)
            case _ if status is not None:
                return status
            case Phase.READY if self._rest():
                self._restart(self._program.save(tried(state)))
            case _ if self._is_to_renew and self._rest():
                return RENEW
            case _:
                pass
        return None

    def _judge(self, state: State) -> None:
        now = time.monotonic()
        if now - self._asked_at < self._patience.ask_every_s:
            return
        self._asked_at = now
        ailment, age_s = ask(self._program.python(state.current), self._folder), now - self._began_at
        is_late = age_s >= self._patience.within_s
        if ailment is Ailment.HEARTBEAT and is_late and not self._reach():
            # The old slot's own words reach nobody either: it is the link that is gone.
            ailment = None
        if ailment is None and age_s >= self._patience.healthy_for_s:
            self._believe(state)
        elif ailment is not None and is_late and (age_s >= LATEST * self._patience.within_s or self._rest()):
            self._restart(self._give_up(state, ailment))

    def _believe(self, state: State) -> None:
        """The kiosk runs on; its launcher follows when nobody is at the screen."""
        state = self._program.save(believed(state, datetime.now(UTC)))
        self._program.settle(state)
        self._log.note("update.believed")
        self._is_to_renew = True

    def _give_up(self, state: State, ailment: Ailment) -> State:
        self._log.note(f"update.back.{ailment}", "error", starts=state.starts)
        return self._program.save(gone_back(state, ailment, datetime.now(UTC)))

    def _restart(self, state: State) -> None:
        """What is to run is written already."""
        end_kiosk(self._kiosk)
        self._start(state)


def rest_screen(port: int) -> bool:
    """Whether nobody can begin anything at the screen for the next minutes; a screen that is not there is at rest."""
    connection = HTTPConnection("127.0.0.1", port, timeout=REST_WITHIN_S)
    try:
        connection.request("POST", REST_PATH, headers={"Content-Length": "0"})
        return connection.getresponse().status != BUSY
    except ConnectionRefusedError:
        return True
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
