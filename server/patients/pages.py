"""Pages of patients' records: finding and registering for the clinic, one's own record for the patient."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from server.contract.catalogue import consent_texts
from server.core.access import Action, Actor, permits
from server.core.access.grants import grant
from server.core.access.tables import Capacity
from server.core.audit.queries import accesses_of_patient
from server.core.db import transaction
from server.core.faults import Expired
from server.identity import service as identity
from server.patients import acting_pages, erasing_pages, linking_pages, service
from server.patients.choosing import about_whom, chosen
from server.patients.schemas import ContactPreference, Demographics
from server.patients.wording import ACTOR_KIND, CAPACITY, ITEM_KIND, PURPOSE, SEX, TAG
from server.settings import Settings
from server.web.catalogue import N_
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other
from server.web.navigation import NavEntry

NAVIGATION = (
    NavEntry(N_("Patients"), "/patients", Action.PATIENT_FIND),
    NavEntry(N_("My record"), "/record", Action.ACCESS_LIST_READ),
    NavEntry(N_("Same person?"), "/links", Action.PATIENT_LINK),
    NavEntry(N_("Erasures"), "/erasures", Action.ERASURE_DECIDE),
)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]


class RegisterForm(msgspec.Struct, kw_only=True):
    given_name: Name
    family_name: Name
    birth_date: date | None = None
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    language: str = "en"


class ItemForm(msgspec.Struct, kw_only=True):
    kind: service.HealthItemKind
    text: Annotated[str, msgspec.Meta(max_length=500)]


class ContactForm(msgspec.Struct, kw_only=True):
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    email: Annotated[str, msgspec.Meta(max_length=320)] = ""
    channel: str = "sms"
    quiet_from_hour: Hour = 21
    quiet_until_hour: Hour = 8


class FlagsForm(msgspec.Struct, kw_only=True):
    is_deceased: bool = False
    is_test: bool = False


@get("/patients", opt={"action": Action.PATIENT_FIND})
async def find_page(
    request: PageRequest,
    actor: NamedDependency[Actor],
    name: FromQuery[str] = "",
    born: FromQuery[str] = "",
    phone: FromQuery[str] = "",
) -> Response[str]:
    """Find before registering: candidates with why they match."""
    _ = gettext_for(request)
    form = blank_form({"name": name, "born": born, "phone": phone})
    day = _day(born)
    if born and day is None:
        form.refuse("born", _("Write the day as year-month-day."))
    found = await service.find_patients(actor, name=name, born=day, phone=phone)
    has_searched = bool(name or born or phone)
    return render(request, "patients/find.html", form=form, found=found, has_searched=has_searched, sexes=SEX)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@get("/patients/new", opt={"action": Action.PATIENT_REGISTER})
async def register_page(
    request: PageRequest, name: FromQuery[str] = "", born: FromQuery[str] = "", phone: FromQuery[str] = ""
) -> Response[str]:
    given, _, family = name.partition(" ")
    known = {"given_name": given, "family_name": family, "birth_date": born, "phone": phone}
    return render(request, "patients/new.html", form=blank_form(known), sexes=SEX)


@post("/patients/new", opt={"action": Action.PATIENT_REGISTER}, status_code=303)
async def register(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, RegisterForm)
    if form.value is None:
        return render(request, "patients/new.html", status=422, form=form, sexes=SEX)
    wanted = form.value

    async def effect() -> str:
        return f"/patients/{await _register(actor, wanted)}"

    try:
        page = await identity.once(actor, form.key, identity.request_hash(wanted), effect)
    except identity.ContactInUse as fault:
        form.refuse("phone", _(fault.title))
        return render(request, "patients/new.html", status=422, form=form, sexes=SEX)
    return see_other(request, page, flash=_("The patient is registered."))


async def _register(actor: Actor, wanted: RegisterForm) -> UUID:
    """The record and, with a phone number, the patient's own sign-in."""
    clinic = await identity.organisation(actor.organisation_id)
    who = Demographics(
        given_name=wanted.given_name,
        family_name=wanted.family_name,
        birth_date=wanted.birth_date,
        sex=wanted.sex,
        contact=ContactPreference(phone=wanted.phone),
    )
    async with transaction():
        patient_id = await service.register_patient(
            actor, who, region=clinic.region, language=wanted.language, zone=clinic.zone
        )
        if wanted.phone:
            account_id = await identity.create_patient_account(
                actor,
                name=who.full_name,
                contact=wanted.phone,
                language=wanted.language,
                zone=clinic.zone,
                vault_id=await service.vault_of(actor, patient_id),
            )
            await grant(
                organisation_id=actor.organisation_id,
                patient_id=patient_id,
                grantee_id=account_id,
                capacity=Capacity.SELF,
            )
    return patient_id


@get("/patients/{patient_id:uuid}", opt={"action": Action.PATIENT_UPDATE})
async def record_page(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[str]:
    """Of an erased record the page that says so, and what is left."""
    if (await service.kept_summary(actor, patient_id)).is_erased:
        return await erasing_pages.show_erasure(request, actor, patient_id, status=Expired.status)
    return await _show_record(request, actor, patient_id)


@get("/record", opt={"action": Action.ACCESS_LIST_READ})
async def own_record_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """One's own record, or that of whom one chose to act for."""
    acting = await chosen(request, actor)
    if acting is None:
        return see_other(request, "/acting-for")
    return await _show_record(request, actor, acting.patient_id)


async def _show_record(
    request: PageRequest,
    actor: Actor,
    patient_id: UUID,
    *,
    item: Form[Any] | None = None,
    contact: Form[Any] | None = None,
    status: int = 200,
) -> Response[str]:
    who = await service.demographics(actor, patient_id)
    return render(
        request,
        "patients/record.html",
        status=status,
        patient_id=patient_id,
        about=await service.about(actor, patient_id),
        who=who,
        items=await service.items_of(actor, patient_id),
        consents=await service.consents_of(actor, patient_id),
        consent_texts={text.id: text.text for text in consent_texts().consents},
        item=item or blank_form(),
        acting=await about_whom(actor, patient_id),
        flags=blank_form(await service.flags_of(actor, patient_id)),
        may=partial(permits, actor),
        actions=Action,
        contact=contact or blank_form(who.contact),
        capacities=CAPACITY,
        kinds=ITEM_KIND,
        sexes=SEX,
    )


@post("/patients/{patient_id:uuid}/items", opt={"action": Action.PATIENT_UPDATE}, status_code=303)
async def add_item(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ItemForm)
    if form.value is None:
        return await _show_record(request, actor, patient_id, item=form, status=422)
    wanted = form.value

    async def effect() -> str:
        await service.add_item(actor, patient_id, wanted.kind, wanted.text)
        return _home(patient_id)

    page = await identity.once(actor, form.key, identity.request_hash(wanted), effect)
    return see_other(request, page, flash=_("Added."))


@post("/patients/{patient_id:uuid}/items/{item_id:uuid}/end", opt={"action": Action.PATIENT_UPDATE}, status_code=303)
async def end_item(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID], item_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.set_item_status(actor, item_id, service.RecordStatus.ENDED)
    return see_other(request, _home(patient_id), flash=_("Written down as no longer so."))


@post("/patients/{patient_id:uuid}/contact", opt={"action": Action.PATIENT_UPDATE}, status_code=303)
async def change_contact(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]
) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, ContactForm)
    if form.value is None:
        return await _show_record(request, actor, patient_id, contact=form, status=422)
    await service.change_contact(
        actor, patient_id, msgspec.convert(form.value, ContactPreference, from_attributes=True)
    )
    return see_other(request, _home(patient_id), flash=_("Saved."))


@post("/patients/{patient_id:uuid}/flags", opt={"action": Action.PATIENT_UPDATE}, status_code=303)
async def set_flags(request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    form = await read_form(request, FlagsForm)
    if form.value is not None:
        flags = msgspec.convert(form.value, service.Flags, from_attributes=True)
        await service.set_flags(actor, patient_id, flags)
    return see_other(request, _home(patient_id), flash=_("Saved."))


@post(
    "/patients/{patient_id:uuid}/consents/{consent:str}/withdraw",
    opt={"action": Action.CONSENT_MANAGE},
    status_code=303,
)
async def withdraw_consent(
    request: PageRequest, actor: NamedDependency[Actor], patient_id: FromPath[UUID], consent: FromPath[str]
) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.withdraw_consent(actor, patient_id, consent)
    return see_other(request, _home(patient_id), flash=_("Withdrawn from now on."))


@get("/record/access", opt={"action": Action.ACCESS_LIST_READ})
async def access_page(
    request: PageRequest, actor: NamedDependency[Actor], before: FromQuery[UUID | None] = None
) -> Response[Any]:
    """Who has looked at one's record, or changed it, and what for."""
    acting = await chosen(request, actor)
    if acting is None:
        return see_other(request, "/acting-for")
    looks = await accesses_of_patient(actor, acting.patient_id, before=before)
    organisations = {card.organisation_id: card.name for card in await identity.organisations()}
    return render(
        request,
        "patients/access.html",
        acting=acting,
        capacities=CAPACITY,
        looks=looks,
        names=await identity.person_names({look.actor_id for look in looks}),
        organisations=organisations,
        purposes=PURPOSE,
        tags=TAG,
        actor_kinds=ACTOR_KIND,
        before=before,
    )


def _home(patient_id: UUID) -> str:
    """The clinic's page of the record, which is also right for a patient who acts for several."""
    return f"/patients/{patient_id}"


def handlers(_: Settings) -> list[ControllerRouterHandler]:
    return [
        find_page,
        register_page,
        register,
        record_page,
        own_record_page,
        add_item,
        end_item,
        set_flags,
        change_contact,
        withdraw_consent,
        access_page,
        *acting_pages.handlers(),
        *linking_pages.handlers(),
        *erasing_pages.handlers(),
    ]
