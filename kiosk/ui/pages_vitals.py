"""Vital signs: readings as they arrive, each kept or discarded, and what is typed by hand."""

from collections.abc import Iterator

from kiosk.devices.standing import RadioState, Standing, Told
from kiosk.ui.desk import Desk
from kiosk.ui.draft import MOST_READINGS, Draft, moment
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.live import tell
from kiosk.ui.pages_visit import in_visit
from kiosk.ui.readings import METHODS, doubts_of, lines_of, live_lines, next_told, offer_of, short_of, sign_of
from kiosk.ui.rendering import live_page, page, render
from kiosk.ui.vitals import SIGNS, misread
from kiosk.words import N_
from server.contract.case import Observation

RADIO_WORDS = {
    RadioState.STARTING: N_("Bluetooth is starting."),
    RadioState.READY: "",
    RadioState.OFF: N_("Bluetooth is switched off on this kiosk. Type what the devices show."),
    RadioState.MISSING: N_("This kiosk has no Bluetooth. Type what the devices show."),
    RadioState.SILENT: N_("Bluetooth does not answer; it is started again. Type what the devices show meanwhile."),
}


@in_visit
def show_vitals(desk: Desk, _: Request, draft: Draft) -> Reply:
    """One decision a screen: a reading that has come, before all else."""
    standing = desk.devices.look(draft.case_id)
    draft.offered = draft.offered or next_told(standing, draft.decided)
    if draft.offered and len(draft.readings) < MOST_READINGS:
        return _decision(desk, draft, draft.offered)
    return live_page(
        desk,
        "vitals.html",
        _listen(desk, draft),
        kept=[(each, sign_of(each), short_of(each), _doubts(each)) for each in draft.readings],
        methods=METHODS,
        typed=[(sign, draft.vitals[sign.code]) for sign in SIGNS if sign.code in draft.vitals],
        continuous=[each.device for each in standing.told if each.is_continuous],
        has_devices=bool(standing.bonded),
        has_pulse=desk.settings.has_pulse,
        is_full=len(draft.readings) >= MOST_READINGS,
        step=5,
    )


def _doubts(kept: Observation) -> tuple[str, ...]:
    """Of a device; what the camera read is doubted as a whole, and its method says so."""
    return doubts_of(kept.flags) if kept.method == "device" else ()


def _decision(desk: Desk, draft: Draft, told: Told) -> Reply:
    offer = offer_of(told, draft.zone)
    twins = [each for each in desk.devices.look(draft.case_id).bonded if each.kind is told.device.kind]
    return page(
        desk,
        "reading.html",
        offer=offer,
        lines=lines_of(offer.observation) if offer.observation else [],
        before=[each for each in draft.readings if offer.observation and each.code == offer.observation.code],
        has_twin=len(twins) > 1,
        is_virtual=desk.settings.devices == "virtual",
        step=5,
    )


def _listen(desk: Desk, draft: Draft) -> Iterator[str]:
    begun = desk.devices.look(draft.case_id)
    worn = _worn(begun)

    def look() -> str | None:
        standing = desk.devices.look(draft.case_id)
        if next_told(standing, draft.decided) or _worn(standing) != worn:
            return None
        return render(
            desk,
            "_listening.html",
            radio=RADIO_WORDS[standing.radio],
            bonded=standing.bonded,
            connected=standing.connected,
            worn=[(each.device, live_lines(each), doubts_of(each.reading.flags)) for each in _continuous(standing)],
            garbled=standing.garbled,
        )

    return tell(desk, look)


def _continuous(standing: Standing) -> list[Told]:
    return [each for each in standing.told if each.is_continuous]


def _worn(standing: Standing) -> set[str]:
    return {each.device.address for each in _continuous(standing)}


@in_visit
def take_worn(desk: Desk, request: Request, draft: Draft) -> Reply:
    """The value that a device tells now, of those that tell one every second."""
    told = _continuous(desk.devices.look(draft.case_id))
    draft.offered = next((each for each in told if each.device.address == request.one("device")), None)
    return see_other("/visit/vitals")


@in_visit
def keep(_: Desk, request: Request, draft: Draft) -> Reply:
    """What was seen, if it is still what is asked about."""
    told = _decide(request, draft)
    observation = offer_of(told, draft.zone).observation if told else None
    if observation and len(draft.readings) < MOST_READINGS:
        draft.readings.append(observation)
    return see_other("/visit/vitals")


@in_visit
def discard(_: Desk, request: Request, draft: Draft) -> Reply:
    """Throw away what is asked about, or one that was kept."""
    _decide(request, draft)
    draft.readings = [each for each in draft.readings if str(each.observation_id) != request.one("reading")]
    return see_other("/visit/vitals")


def _decide(request: Request, draft: Draft) -> Told | None:
    told = draft.offered
    if told is None or str(told.reading_id) != request.one("reading"):
        return None
    draft.offered = None
    draft.decided.add(str(told.reading_id))
    return told


@in_visit
def show_typed(desk: Desk, _: Request, draft: Draft) -> Reply:
    return page(desk, "typed.html", signs=SIGNS, typed=draft.vitals, wrong=set[str](), step=5)


@in_visit
def set_typed(desk: Desk, request: Request, draft: Draft) -> Reply:
    typed = {sign.code: request.one(sign.code) for sign in SIGNS if request.one(sign.code)}
    if wrong := misread(typed):
        return page(desk, "typed.html", status=422, signs=SIGNS, typed=typed, wrong=wrong, step=5)
    draft.vitals, draft.vitals_at = typed, moment(draft.zone)
    return see_other("/visit/vitals")


PAGES = {
    ("GET", "/visit/vitals"): show_vitals,
    ("POST", "/visit/vitals/worn"): take_worn,
    ("POST", "/visit/vitals/keep"): keep,
    ("POST", "/visit/vitals/discard"): discard,
    ("GET", "/visit/vitals/typed"): show_typed,
    ("POST", "/visit/vitals/typed"): set_typed,
}
