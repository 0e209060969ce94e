"""Pulse and breathing by camera, where they are offered: investigational, behind an oximeter, silent when in doubt."""

from uuid import uuid4

from imaging.breathing import BreathingReading, NoBreathing
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
NO_BREATHING = {
    NoBreathing.NO_FACE: REASONS[Declined.NO_FACE],
    NoBreathing.TOO_SHORT: REASONS[Declined.TOO_SHORT],
    NoBreathing.NO_CHEST: N_("The chest was not in the picture, or nothing on it could be followed."),
    NoBreathing.MOTION: REASONS[Declined.MOTION],
    NoBreathing.STILL: N_("The chest hardly moved."),
    NoBreathing.AS_ONE: N_("Face and chest went up and down together."),
    NoBreathing.NO_RHYTHM: N_("There was no steady rhythm."),
    NoBreathing.UNSTEADY: REASONS[Declined.UNSTEADY],
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
    """While it films what to do; then each number with its quality, or why there is none."""
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
        breaths=_breaths(filmed.breathing),
        reason=_reason(filmed.reading) if filmed.reading else TROUBLE[filmed.state],
        no_breathing=_no_breathing(filmed.breathing),
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
    filmed = desk.pulse.look(draft.case_id)
    read = [_pulse(filmed.reading, draft), _breathing(filmed.breathing, draft)]
    room = MOST_READINGS - len(draft.readings)
    draft.readings += [each for each in read if each][:room]
    desk.pulse.stop()
    return see_other("/visit/vitals")


def stop(desk: Desk, _: Request, __: Draft) -> Reply:
    desk.pulse.stop()
    return see_other("/visit/vitals")


def _pulse(reading: PulseReading | None, draft: Draft) -> Observation | None:
    if reading is None or reading.bpm is None:
        return None
    return _observation(Sign.HEART_RATE, _text(reading), reading, draft)


def _breathing(reading: BreathingReading | None, draft: Draft) -> Observation | None:
    if reading is None or reading.per_minute is None:
        return None
    return _observation(Sign.BREATHING, _breaths(reading), reading, draft)


def _observation(code: str, text: str, reading: PulseReading | BreathingReading, draft: Draft) -> Observation:
    """Whole beats and breaths: no more digits than they are worth. How well each stood out goes along."""
    return Observation(
        observation_id=uuid4(),
        code=Coding(system="http://loinc.org", code=code),
        measured_at=moment(draft.zone),
        method="camera",
        device=f"camera, {reading.version}, {reading.snr_db or 0.0:.1f} dB over {reading.lasts_s:.0f} s",
        value=Quantity(text=text, unit="/min"),
        flags=("investigational",),
    )


def _text(reading: PulseReading | None) -> str:
    return "" if reading is None or reading.bpm is None else f"{reading.bpm:.0f}"


def _breaths(reading: BreathingReading | None) -> str:
    return "" if reading is None or reading.per_minute is None else f"{reading.per_minute:.0f}"


def _no_breathing(reading: BreathingReading | None) -> str:
    return NO_BREATHING[reading.declined] if reading and reading.declined else ""


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
