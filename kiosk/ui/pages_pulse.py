"""The camera's pulse, where it is offered: investigational, behind a contact oximeter, and silent when in doubt."""

from uuid import uuid4

from imaging.pulse import LASTS_S, Declined, PulseReading
from kiosk.camera.standing import CameraState
from kiosk.camera.watching import WORDS
from kiosk.devices.reading import Sign
from kiosk.ui.desk import Desk
from kiosk.ui.draft import MOST_READINGS, Draft, moment
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.live import tell
from kiosk.ui.pages_visit import VisitPage, in_visit
from kiosk.ui.readings import Line, lines_of, live_lines
from kiosk.ui.rendering import live_page, page, render
from kiosk.vitals.standing import FilmState
from kiosk.words import N_
from server.contract.case import Observation, Quantity
from server.contract.wire import Coding

CLEAR_SNR_DB = 5.0
"""Twice and more what `imaging.pulse` asks for: below, the number stands, and the page says that it just did."""
HINTS = {
    None: N_("Good. Stay like this."),
    Declined.NO_FACE: N_("No face is seen: look into the camera."),
    Declined.DARK: N_("More light: turn to the window or the lamp."),
    Declined.CLIPPED: N_("Less light: turn away from the sun or the lamp."),
    Declined.MOTION: N_("Hold still, and do not talk."),
}
REASONS = {
    Declined.NO_FACE: N_("No face was seen."),
    Declined.TOO_SHORT: N_("The face was not in the picture for long enough."),
    Declined.SLOW_CAMERA: N_("The camera was too slow."),
    Declined.DARK: N_("There was too little light."),
    Declined.CLIPPED: N_("There was too much light."),
    Declined.MOTION: N_("There was too much movement."),
    Declined.FLICKER: N_("The lamps flicker at the rate that the face seems to have."),
    Declined.WEAK: N_("The signal does not stand out."),
    Declined.INCOHERENT: N_("Forehead and cheeks do not beat together."),
    Declined.UNSTEADY: N_("The rate was not steady."),
}
TROUBLE = {
    FilmState.NO_CAMERA: WORDS[CameraState.UNPLUGGED],
    FilmState.BUSY: WORDS[CameraState.BUSY],
    FilmState.SILENT: N_("The camera for the face does not answer; it is started again. Wait a moment."),
}


def _offered(handler: VisitPage) -> VisitPage:
    """Where it is switched off, its addresses are none."""

    def answer(desk: Desk, request: Request, draft: Draft) -> Reply:
        return handler(desk, request, draft) if desk.settings.has_pulse else see_other("/visit/vitals")

    return answer


def show_offer(desk: Desk, _: Request, draft: Draft) -> Reply:
    return page(desk, "pulse.html", reference=_reference(desk, draft), step=5)


def start(desk: Desk, _: Request, draft: Draft) -> Reply:
    desk.pulse.start(draft.case_id)
    return see_other("/visit/pulse/now")


def show_now(desk: Desk, _: Request, draft: Draft) -> Reply:
    """While it films what to do; then the number with its quality, or why there is none."""
    filmed = desk.pulse.look(draft.case_id)
    if filmed.state is FilmState.IDLE:
        return see_other("/visit/pulse")
    if filmed.state is FilmState.FILMING:
        return live_page(desk, "pulse_filming.html", tell(desk, lambda: _while_filming(desk, draft)), step=5)
    return page(
        desk,
        "pulse_read.html",
        reading=filmed.reading,
        bpm=_text(filmed.reading),
        is_clear=bool(filmed.reading and (filmed.reading.snr_db or 0.0) >= CLEAR_SNR_DB),
        reason=_reason(filmed.reading) if filmed.reading else TROUBLE[filmed.state],
        reference=_reference(desk, draft),
        is_drawn=desk.settings.face_camera == "drawn",
        step=5,
    )


def _while_filming(desk: Desk, draft: Draft) -> str | None:
    filmed = desk.pulse.look(draft.case_id)
    if filmed.state is not FilmState.FILMING:
        return None
    return render(
        desk,
        "_filming.html",
        hint=HINTS.get(filmed.fault, HINTS[None]),
        is_good=filmed.fault is None,
        seconds=int(filmed.lasts_s),
        of_seconds=int(LASTS_S),
    )


def keep(desk: Desk, _: Request, draft: Draft) -> Reply:
    reading = desk.pulse.look(draft.case_id).reading
    if reading and reading.bpm is not None and len(draft.readings) < MOST_READINGS:
        draft.readings.append(_observation(reading, draft))
    desk.pulse.stop()
    return see_other("/visit/vitals")


def stop(desk: Desk, _: Request, __: Draft) -> Reply:
    desk.pulse.stop()
    return see_other("/visit/vitals")


def _observation(reading: PulseReading, draft: Draft) -> Observation:
    """Whole beats: no more digits than it is worth. How well it stood out goes along."""
    return Observation(
        observation_id=uuid4(),
        code=Coding(system="http://loinc.org", code=Sign.HEART_RATE),
        measured_at=moment(draft.zone),
        method="camera",
        device=f"camera, {reading.version}, {reading.snr_db or 0.0:.1f} dB over {reading.lasts_s:.0f} s",
        value=Quantity(text=_text(reading), unit="/min"),
        flags=("investigational",),
    )


def _text(reading: PulseReading | None) -> str:
    return "" if reading is None or reading.bpm is None else f"{reading.bpm:.0f}"


def _reason(reading: PulseReading) -> str:
    return REASONS[reading.declined] if reading.declined else ""


def _reference(desk: Desk, draft: Draft) -> tuple[str, Line] | None:
    """The pulse of a device that touches the patient, the newest first: beside it the camera's is read."""
    worn = [
        (each.device.label, live_lines(each)) for each in desk.devices.look(draft.case_id).told if each.is_continuous
    ]
    kept = [(each.device, lines_of(each)) for each in reversed(draft.readings) if each.method == "device"]
    pulse = N_("Pulse")
    for device, lines in (*worn, *kept):
        line = next((each for each in lines if each.words == pulse and each.text), None)
        if line:
            return device, line
    return None


PAGES = {
    ("GET", "/visit/pulse"): in_visit(_offered(show_offer)),
    ("POST", "/visit/pulse/start"): in_visit(_offered(start)),
    ("GET", "/visit/pulse/now"): in_visit(_offered(show_now)),
    ("POST", "/visit/pulse/keep"): in_visit(_offered(keep)),
    ("POST", "/visit/pulse/stop"): in_visit(_offered(stop)),
}
