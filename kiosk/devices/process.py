"""The devices' own process: it has the radio and answers over a local socket, so that a radio that hangs is not the
screen's trouble. Readings go through memory alone, and are gone with the visit.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kiosk.asking import Answering
from kiosk.devices.bonds import Bonded, Bonds
from kiosk.devices.hearing import Hearing
from kiosk.devices.kinds import SERVICE_OF, Found, Kind
from kiosk.devices.listening import REST_S, Listening
from kiosk.devices.radio import DeviceGone, NoRadio, Radio, RadioOff
from kiosk.devices.standing import SOCKET, Forget, Health, Look, Pair, Pairing, Question, RadioState, Search, Standing

FORGOTTEN_AFTER_S = 30.0
"""The screen says every few seconds which visit is on: when it says nothing any more, the visit is over."""
SEARCH_FOR_S = 6.0
IDLE_REST_S = 10.0
HANGS_AFTER_S = 30.0
EXIT_HANGS = 75  # EX_TEMPFAIL of sysexits.h


class DeviceProcess:
    """The radio's loop does the work; the answering threads only read what it left and leave what is to be done."""

    def __init__(self, folder: Path, radio: Radio, clock: Callable[[], float] = time.monotonic) -> None:
        self._radio = radio
        self._clock = clock
        self._bonds = Bonds(folder)
        self._hearing = Hearing()
        self._batteries: dict[str, int] = {}
        self._listening = Listening(radio, self._wanted, self._hearing.hear, self._note_battery)
        self._path = folder / SOCKET
        self._state = RadioState.STARTING
        self._asked_at, self._beat_at = clock(), time.monotonic()
        self._searched: Kind | None = None
        self._found: tuple[Found, ...] = ()
        self._pairing = Pairing.NONE
        self._is_ended = threading.Event()
        self._errand: Search | Pair | Forget | None = None

    async def run(self) -> None:
        """Until cancelled or killed; ends the process itself where the radio's loop has stood still for too long."""
        with Answering(self._path, Question, self.answer) as answering:
            threading.Thread(target=answering.serve_forever, daemon=True).start()
            threading.Thread(target=self._end_when_hanging, daemon=True).start()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._beat_for_ever())
                    group.create_task(self._work_for_ever())
            finally:
                self._is_ended.set()
                await self._listening.end()
                await asyncio.to_thread(answering.shutdown)

    def answer(self, question: Question) -> Standing:
        """At once, from what is known: nothing here waits for the radio."""
        match question:
            case Health():
                pass
            case Look(visit):
                self._asked_at = self._clock()
                self._hearing.belong_to(visit)
            case _:
                self._asked_at = self._clock()
                self._take_up(question)
        told, garbled = self._hearing.all()
        return Standing(
            radio=self._state,
            bonded=self._bonds.all(),
            connected=self._listening.connected,
            searched=self._searched,
            is_searching=isinstance(self._errand, Search),
            found=self._found,
            pairing=self._pairing,
            told=told,
            garbled=garbled,
            batteries=self._batteries,
        )

    def _note_battery(self, device: Bonded, percent: int) -> None:
        self._batteries = {**self._batteries, device.address: percent}

    def _take_up(self, errand: Search | Pair | Forget) -> None:
        if isinstance(errand, Search):
            self._searched, self._found, self._pairing = errand.kind, (), Pairing.NONE
        elif isinstance(errand, Pair):
            self._pairing = Pairing.AT_WORK
        else:
            # Its readings are refused from this moment on, whatever the radio is doing.
            self._bonds.remove(errand.address)
        self._errand = errand

    def _wanted(self) -> tuple[Bonded, ...]:
        """The bonded devices while a visit is on."""
        if self._clock() - self._asked_at > FORGOTTEN_AFTER_S:
            self._hearing.belong_to(None)
        return self._bonds.all() if self._hearing.visit else ()

    async def _work_for_ever(self) -> None:
        while True:
            await self._turn()
            rested_s = 0.0
            while rested_s < IDLE_REST_S and not self._has_work:
                await asyncio.sleep(REST_S)
                rested_s += REST_S
            await asyncio.sleep(REST_S)

    @property
    def _has_work(self) -> bool:
        return bool(self._errand or self._wanted())

    async def _turn(self) -> None:
        errand = self._errand
        try:
            if errand is not None:
                await self._do(errand)
            elif not self._has_work:
                await self._radio.near(set(), 0)  # whether there is a radio at all
            await self._listening.turn()
            self._state = RadioState.READY
        except RadioOff:
            self._state = RadioState.OFF
        except NoRadio as missing:
            if self._state is not RadioState.MISSING:
                sys.stderr.write(f"kiosk: no Bluetooth: {missing}\n")
            self._state = RadioState.MISSING
        finally:
            if self._errand is errand:
                self._errand = None

    async def _do(self, errand: Search | Pair | Forget) -> None:
        match errand:
            case Search(kind):
                found = await self._radio.find(SEARCH_FOR_S)
                self._found = tuple(each for each in found if SERVICE_OF[kind] in each.services)
            case Pair(address):
                self._pairing = await self._pair(address)
            case Forget(address):
                await self._listening.turn()
                await self._radio.unpair(address)

    async def _pair(self, address: str) -> Pairing:
        found = next((each for each in self._found if each.address == address), None)
        if found is None or self._searched is None:
            return Pairing.FAILED
        try:
            await self._radio.pair(address)
        except (DeviceGone, NoRadio):
            return Pairing.FAILED
        self._bonds.add(Bonded(address=address, name=found.name, kind=self._searched, bonded_at=datetime.now(UTC)))
        return Pairing.DONE

    async def _beat_for_ever(self) -> None:
        while True:
            self._beat_at = time.monotonic()
            await asyncio.sleep(1.0)

    def _end_when_hanging(self) -> None:
        """A loop that a driver blocks can be mended by nobody inside: the supervisor starts the process anew."""
        while not self._is_ended.wait(1.0):
            if time.monotonic() - self._beat_at > HANGS_AFTER_S:
                sys.stderr.write("kiosk: the radio hangs\n")
                os._exit(EXIT_HANGS)
