"""What the screen knows: who is signed in, the visit in their hands, and the parts of the kiosk that it asks."""

import gc
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import msgspec

from kiosk.call.desk import Calls, CallShown, Forget
from kiosk.call.keeping import CaseOfCall
from kiosk.camera.process import Camera
from kiosk.devices.standing import Devices
from kiosk.phone.handoff import Why
from kiosk.phone.opened import Opened
from kiosk.settings import Settings
from kiosk.spool.spool import Spool
from kiosk.ui.draft import Draft
from kiosk.ui.joining import Joining
from kiosk.ui.known import KnownPatients
from kiosk.ui.language import spoken
from kiosk.ui.workers import Worker, Workers
from kiosk.uplink.allowance import LinkState
from kiosk.uplink.clinic import Clinic, Listing
from kiosk.uplink.sending import LINK_FILE, WAKE_FILE
from kiosk.uplink.trust import Trust
from kiosk.vitals.standing import Pulse

REST_S = 120.0
ASK_AGAIN_S = 60.0


class Session(msgspec.Struct, kw_only=True):
    worker: Worker
    token: str
    """In the cookie."""
    proof: str
    """In every form."""
    active_at: float
    to_server: str = ""
    """The worker's proof to the server, in memory while they are signed in; empty for one without a place."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of the last case once it is durable."""

    reference: str
    is_urgent: bool
    case: CaseOfCall
    """For a call about it: ids and the place on the body, and nothing of what was answered."""
    language: str
    """The patient's: in it they are asked whether they agree to a call."""


class Desk:
    """One screen; its requests come from one person, and a lock lets them in one after the other."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        spool: Spool,
        clinic: Clinic,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.spool = spool
        self.trust = Trust(folder)
        self.camera = Camera(folder)
        self.devices = Devices(folder)
        self.pulse = Pulse(folder)
        self.calls = Calls(folder)
        self.workers = Workers(folder)
        self.clinic = clinic
        self.known = KnownPatients()
        self.listing = Listing.ASKING
        """Why the worker finds whom they find."""
        self.joining: Joining | None = None
        """A worker who is new here, while the screen has a code for them."""
        self.lock = threading.RLock()
        self.session: Session | None = None
        self.draft: Draft | None = None
        self.kept: Kept | None = None
        self._is_listening = False
        """To devices, for a call."""
        self.phone: Opened | None = None
        """The patient's own, while it may add to the visit."""
        self._rests_until = 0.0
        self.language = spoken(settings.language)
        """Of the screen: the worker's. The patient's is the visit's own."""
        self._is_language_chosen = False
        """By whoever stands before the names now: it goes before what a worker chose earlier."""
        self._clock = clock

    def sign_in(self, worker: Worker, pin: str) -> Session:
        """The list of patients can be read from now on, and is asked for anew where there is a link."""
        chosen = self.language if self._is_language_chosen else ""
        self.sign_out()
        self.stop_joining()
        self.known.unlock(worker.worker_id, pin)
        self.listing = Listing.ASKING
        now = self._clock()
        self.language = spoken(chosen or worker.language or self.language)
        token, proof = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        to_server = self.workers.proof(worker, pin)
        self.session = Session(worker=worker, token=token, proof=proof, active_at=now, to_server=to_server)
        threading.Thread(target=self._learn, args=(self.session,), daemon=True).start()
        return self.session

    def stop_joining(self) -> None:
        if self.joining:
            self.joining.stop()
        self.joining = None

    def rest(self) -> bool:
        """Let nobody begin for the next minutes, in which the kiosk changes its program; False while somebody works."""
        self.wipe_if_idle()
        if self.session is not None:
            return False
        self._rests_until = self._clock() + REST_S
        return True

    @property
    def is_resting(self) -> bool:
        """Over by itself: whoever asked for it may never have come to it."""
        return self._clock() < self._rests_until

    @property
    def taken_by(self) -> UUID | None:
        """Who takes this visit, by the server's id, where the kiosk knows it."""
        return self.session.worker.person_id if self.session else None

    def sign_out(self) -> None:
        self.wipe()
        self.known.lock()
        self.session = None
        self.language = spoken(self.settings.language)
        self._is_language_chosen = False

    def speak(self, language: str) -> None:
        """In the worker's language from now on, and whenever they sign in again."""
        self.language, self._is_language_chosen = spoken(language), True
        if self.session:
            self.session.worker = self.workers.speak(self.session.worker.worker_id, self.language)

    def session_of(self, token: str, *, is_touch: bool = True) -> Session | None:
        """The session that the cookie names, unless nobody has touched the screen for too long.

        What the screen asks by itself is no touch.
        """
        self.wipe_if_idle()
        session = self.session
        if session is None or not secrets.compare_digest(session.token, token):
            return None
        if is_touch:
            self.touch()
        return session

    def touch(self) -> None:
        """Somebody is here: the visit is not wiped for a while."""
        if self.session:
            self.session.active_at = self._clock()

    def let_go_of_phone(self, why: Why) -> None:
        if self.phone:
            self.phone.end(why)
        self.phone = None

    def wipe_if_idle(self) -> None:
        """Whoever talks does not touch the screen, and is there."""
        session = self.session
        if session and self._clock() - session.active_at > self.settings.idle_wipe_s:
            if self.calls.look().is_under_way:
                self.touch()
            else:
                self.sign_out()

    def wipe(self) -> None:
        """Let go of the visit: of photographs, answers and a call nothing is left that a page could show."""
        self.let_go_of_phone(Why.FINISHED)
        had_visit, self.draft, self.kept = self.draft is not None, None, None
        self.calls.ask(Forget())
        if had_visit or self._is_listening:
            self.devices.look(None)
            self.pulse.stop()
            self._is_listening = False
        gc.collect()

    def stay_in_touch(self) -> None:
        """Tell the devices' process which visit is on: what it heard is gone when nobody says so any more.

        A call's case is a visit too. While somebody is signed in, calls to this kiosk are listened for.
        """
        draft, call = self.draft, self.calls.look() if self.session else CallShown(state="none")
        about = call.case_id if call.is_talk else None
        self._is_listening = about is not None
        self.devices.look(draft.case_id if draft else about)

    def link(self) -> LinkState | None:
        """How the uplink says the link is; None while it has said nothing."""
        try:
            return msgspec.json.decode((self.folder / LINK_FILE).read_bytes(), type=LinkState)
        except (OSError, msgspec.MsgspecError):
            return None

    def wake_uplink(self) -> None:
        (self.folder / WAKE_FILE).touch()

    def _learn(self, session: Session) -> None:
        """Again and again while the worker is signed in and there is no link."""
        while self.session is session and not self.ask_whom_to_find(session):
            time.sleep(ASK_AGAIN_S)

    def ask_whom_to_find(self, session: Session) -> bool:
        """Whether there was an answer, or nobody waits for one any more."""
        listed = self.clinic.list_patients(session.to_server)
        with self.lock:
            if self.session is not session:
                return True
            self.listing = listed.how
            if listed.how is Listing.REFUSED:
                self.known.forget_listed()
            self.known.learn(listed.patients)
        return listed.how is not Listing.NO_LINK
