"""A hand-off that is open: its sandbox, its listener, and the end of both."""

import threading
import time
from ipaddress import IPv4Interface

from imaging.sandbox import SandboxUnavailable
from kiosk.phone.checking import Checker
from kiosk.phone.handoff import Handoff, Why
from kiosk.phone.listener import HandoffPage, Listener
from server.contract.handoff import HandoffState

FAREWELL_S = 4.0
"""How long the phone can still hear why it ended; then nothing listens."""
WATCH_EVERY_S = 1.0


class Opened:
    """From the press of the button to the end: whatever ends the hand-off, sandbox and listener go a moment later."""

    def __init__(self, at: IPv4Interface, page: HandoffPage, checker: Checker, handoff: Handoff) -> None:
        """OSError where the address cannot be listened at, SandboxUnavailable."""
        self.handoff = handoff
        self._checker = checker
        try:
            checker.start()
            self._listener = Listener(at, handoff, page)
        except (OSError, SandboxUnavailable):
            checker.close()
            raise
        self.is_isolated = checker.is_isolated
        self._ended = threading.Event()
        self._listener.start()
        threading.Thread(target=self._close_at_the_end, daemon=True).start()

    @property
    def link(self) -> str:
        """What the QR picture holds."""
        return self._listener.link

    @property
    def host(self) -> str:
        return self._listener.host

    def end(self, why: Why) -> None:
        self.handoff.end(why)
        self._ended.set()

    def _close_at_the_end(self) -> None:
        while self.handoff.state is not HandoffState.ENDED:
            self._ended.wait(WATCH_EVERY_S)
            self._listener.hang_up_on_the_slow()
        self._checker.close()
        time.sleep(FAREWELL_S)
        self._listener.close()
