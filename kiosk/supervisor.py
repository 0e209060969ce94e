"""Keeps the kiosk's processes alive: each that ends is started again, until too many have ended in too short a time."""

import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from imaging.seccomp import die_with_parent
from kiosk.spool.opening import open_spool

ROLES = ("camera", "devices", "uplink", "screen", "call")
VITALS = "vitals"
SPOOL, RUN = "spool", "run"
RESTARTS_AT_MOST = 10
WITHIN_S = 60.0
LOOK_EVERY_S = 0.2
END_WITHIN_S = 5.0
EXIT_SPOOL_DAMAGED = 65  # EX_DATAERR of sysexits.h
EXIT_GAVE_UP = 70  # EX_SOFTWARE


class Budget:
    """How often something may end before starting it again is no help."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: deque[float] = deque()

    def spend(self) -> bool:
        """Count one end; False when there were too many."""
        now = self._clock()
        self._ends.append(now)
        while self._ends and now - self._ends[0] > WITHIN_S:
            self._ends.popleft()
        return len(self._ends) <= RESTARTS_AT_MOST


class Supervisor:
    def __init__(self, folder: Path, *, has_pulse: bool = False) -> None:
        self._folder = folder
        self._roles = (*ROLES, VITALS) if has_pulse else ROLES
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._budget = Budget()
        self._is_stopping = False

    def run(self) -> int:
        """Until told to stop, or until the budget is spent: then whoever started this starts all of it anew."""
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._stop)
        self._mend()
        try:
            while not self._is_stopping:
                if not self._look():
                    return EXIT_GAVE_UP
                time.sleep(LOOK_EVERY_S)
        finally:
            self._end_all()
        return 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _mend(self) -> None:
        """While nobody confirms or sends: set a damaged database aside, and remove what belongs to no case."""
        opened = open_spool(self._folder / SPOOL)
        opened.spool.sweep()
        opened.spool.close()
        if opened.quarantined:
            _tell(f"a damaged database lies in {opened.quarantined}; {opened.found_again} cases were found again")

    def _look(self) -> bool:
        for role in self._roles:
            child = self._children.get(role)
            status = child.poll() if child else None
            if child is not None and status is None:
                continue
            if child is not None:
                _tell(f"{role} ended with {status}")
                if not self._budget.spend():
                    _tell(f"{RESTARTS_AT_MOST} ends within {WITHIN_S:.0f} s: giving up")
                    return False
            if status == EXIT_SPOOL_DAMAGED:
                self._end_all()
                self._mend()
            self._children[role] = self._start(role)
        return True

    def _start(self, role: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "kiosk", role, "--data", str(self._folder)]
        # Without it, whoever kills this process leaves some that nobody watches and that hold camera and port.
        return subprocess.Popen(command, preexec_fn=_end_with_supervisor)  # noqa: PLW1509  (one thread, one call)

    def _end_all(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()


def _end_with_supervisor() -> None:
    die_with_parent(signal.SIGTERM)


def _tell(line: str) -> None:
    sys.stderr.write(f"kiosk: {line}\n")
    sys.stderr.flush()
