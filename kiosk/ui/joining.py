"""A worker who is new at this kiosk: a code for them, until their own account has taken the place."""

import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kiosk.settings import SettingsRefused
from kiosk.uplink.authorizer import NotLetIn
from kiosk.uplink.server import NoLink, Refused
from server.contract.fleet import WORKER_KEY_BYTES, PlaceAnswer, PlaceAsked, PlaceState

LOOK_EVERY_S = 3.0
CHOOSE_WITHIN_S = 180.0
"""For the PIN: whoever walked away leaves no screen on which a passer-by chooses it in their name."""


class JoiningState(StrEnum):
    ASKING = "asking"
    SHOWN = "shown"
    TAKEN = "taken"
    OVER = "over"
    NO_LINK = "no-link"
    REFUSED = "refused"


class Places(Protocol):
    """Of `Clinic`, what joining needs."""

    def ask_place(self, key: bytes) -> PlaceAsked: ...

    def look_at_place(self, place_id: UUID) -> PlaceAnswer: ...


class Joining:
    """`begin` starts a thread that asks and looks; `state` and the rest are read by the pages."""

    def __init__(self, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self.key = secrets.token_bytes(WORKER_KEY_BYTES)
        """Made here: the server is told its hash, and the key itself when the worker first signs in."""
        self.asked: PlaceAsked | None = None
        self.answer: PlaceAnswer | None = None
        self._state = JoiningState.ASKING
        self._until_s = 0.0
        self._places = places
        self._clock = clock
        self._stopped = threading.Event()

    @property
    def state(self) -> JoiningState:
        is_late = self._state in {JoiningState.SHOWN, JoiningState.TAKEN} and self.seconds_left == 0
        return JoiningState.OVER if is_late else self._state

    @property
    def seconds_left(self) -> int:
        """For the code, then for the PIN."""
        return max(0, round(self._until_s - self._clock()))

    def begin(self) -> None:
        threading.Thread(target=self.run, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        self.ask()
        while self.state is JoiningState.SHOWN and not self._stopped.wait(LOOK_EVERY_S):
            self.look()

    def ask(self) -> None:
        """For the code."""
        try:
            self.asked = self._places.ask_place(self.key)
        except NoLink:
            self._state = JoiningState.NO_LINK
            return
        except (NotLetIn, Refused, SettingsRefused):
            self._state = JoiningState.REFUSED
            return
        self._until_s = self._clock() + self.asked.lasts_s
        self._state = JoiningState.SHOWN

    def look(self) -> None:
        """Whether somebody has taken the place; where the server says nothing now, it is asked again."""
        if self.asked is None:
            return
        try:
            answer = self._places.look_at_place(self.asked.place_id)
        except (NoLink, NotLetIn):
            return
        except Refused:
            self._state = JoiningState.OVER
            return
        if answer.state is PlaceState.TAKEN:
            self.answer, self._until_s = answer, self._clock() + CHOOSE_WITHIN_S
            self._state = JoiningState.TAKEN
        elif answer.state is PlaceState.OVER:
            self._state = JoiningState.OVER
