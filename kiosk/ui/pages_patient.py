"""Who the visit is for: found among those the kiosk knows, or registered here."""

from datetime import date
from uuid import UUID, uuid4

import msgspec

from kiosk.ui.desk import Desk
from kiosk.ui.draft import begin, moment
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.known import Known
from kiosk.ui.language import spoken
from kiosk.ui.rendering import page
from kiosk.uplink.clinic import Listing
from kiosk.words import N_
from server.contract.registration import PatientRegistration

WHY_NO_MORE = {
    Listing.ASKING: N_("The clinic’s list of patients is on its way."),
    Listing.LISTED: "",
    Listing.NO_LINK: N_(
        "Without a link the clinic’s list does not come. You find whom the kiosk has kept for you since it was "
        "switched on."
    ),
    Listing.NO_PLACE: N_(
        "Only patients that you register here can be found: this kiosk does not know your account. Press “New worker "
        "here” before you sign in."
    ),
    Listing.REFUSED: N_(
        "The server does not let you find the clinic’s patients at this kiosk any more. You can register new ones. "
        "Press “New worker here” before you sign in, or ask your administrator."
    ),
}
"""Why those are found who are, and nobody else."""
FIELDS = ("given_name", "family_name", "birth_date", "sex", "phone", "language")


def show_find(desk: Desk, request: Request) -> Reply:
    """Not while people talk: the next patient would end it."""
    if desk.calls.look().is_talk:
        return see_other("/call")
    typed = request.asked("name")
    found, why = desk.known.find(typed), WHY_NO_MORE[desk.listing]
    return page(desk, "find.html", typed=typed, found=found, known=len(desk.known), why=why, step=0)


def choose(desk: Desk, request: Request) -> Reply:
    known = desk.known.get(UUID(request.one("patient")))
    return _begin(desk, known) if known else see_other("/patient")


def show_register(desk: Desk, request: Request) -> Reply:
    return _register_page(desk, {"given_name": request.asked("name")}, {})


def register(desk: Desk, request: Request) -> Reply:
    """A patient whom the server will hear of with their first case."""
    typed = {field: request.one(field) for field in FIELDS}
    wrong: dict[str, str] = {}
    if not typed["given_name"]:
        wrong["given_name"] = N_("Write the given name.")
    if not typed["family_name"]:
        wrong["family_name"] = N_("Write the family name.")
    born = _born(typed["birth_date"], wrong)
    if wrong:
        return _register_page(desk, typed, wrong, 422)
    values = {
        "patientId": uuid4(),
        "givenName": typed["given_name"],
        "familyName": typed["family_name"],
        "birthDate": born,
        "sex": typed["sex"] or "unknown",
        "phone": typed["phone"],
        "region": desk.settings.region,
        "language": spoken(typed["language"] or desk.language),
        "takenBy": desk.taken_by,
        "registeredAt": moment(desk.settings.zone),
        "schema": "careferry.registration/1",
    }
    try:
        registration = msgspec.convert(values, PatientRegistration, from_attributes=True)
    except msgspec.ValidationError:
        return _register_page(desk, typed, {"given_name": N_("A name or the phone number is too long.")}, 422)
    return _begin(desk, desk.known.add(registration))


def _begin(desk: Desk, known: Known) -> Reply:
    desk.wipe()
    desk.draft = begin(known, desk.taken_by, desk.settings.zone, _language_of(desk, known))
    return see_other("/visit/about")


def _language_of(desk: Desk, known: Known) -> str:
    """As they said when they were registered here; else the screen's, until the worker chooses another."""
    return known.registration.language if known.registration else desk.language


def _register_page(desk: Desk, typed: dict[str, str], wrong: dict[str, str], status: int = 200) -> Reply:
    blank = dict.fromkeys(FIELDS, "")
    return page(desk, "register.html", status=status, typed=blank | typed, wrong=wrong, step=0)


def _born(typed: str, wrong: dict[str, str]) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        wrong["birth_date"] = N_("Write the birth date as year-month-day, such as 1984-03-07, or leave it out.")
        return None


PAGES = {
    ("GET", "/patient"): show_find,
    ("POST", "/patient"): choose,
    ("GET", "/patient/new"): show_register,
    ("POST", "/patient/new"): register,
}
