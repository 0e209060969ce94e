"""Templates: one's own and those that colleagues share, and what beginning with one leaves of what was typed."""

from uuid import uuid4

import pytest

from server.core.access import Role
from server.core.faults import BadInput, Forbidden, NotFound
from server.reports import service as reports
from server.reports.schemas import AnswerContent
from server.reports.service import templates
from server.reports.service.templates import TemplateChanged, TooManyTemplates
from server.reports.tables import AnswerTemplate
from tests.support.casework import claimed
from tests.support.clinics import Clinic
from tests.support.people import make_organisation, make_person

WORDS = reports.TemplateWords(name="Eczema", findings="Dry skin.", plan="Keep the skin moist.", safety_net="Fever.")


async def test_what_was_typed_stays_and_the_words_come_behind_it(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    template_id = await reports.write_template(clinic.reader, WORDS)
    typed = AnswerContent(findings="Both elbows.  ", follow_up="In a month")
    await reports.begin_with(clinic.reader, case_id, template_id, typed)
    draft = await reports.read_draft(clinic.reader, case_id)
    assert draft.content == AnswerContent(
        findings="Both elbows.\n\nDry skin.", plan="Keep the skin moist.", safety_net="Fever.", follow_up="In a month"
    )


async def test_a_second_press_adds_nothing(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    template_id = await reports.write_template(clinic.reader, WORDS)
    once = await reports.begin_with(clinic.reader, case_id, template_id, AnswerContent(findings="Both elbows."))
    twice = await reports.begin_with(clinic.reader, case_id, template_id, once.content)
    assert twice.content == once.content


async def test_colleagues_see_what_is_shared_and_change_nothing(clinic: Clinic) -> None:
    colleague = await make_person(clinic.reading_id, Role.SPECIALIST)
    own_id = await reports.write_template(clinic.reader, WORDS)
    shared = reports.TemplateWords(name="Acne", plan="Wash gently.", is_shared=True)
    shared_id = await reports.write_template(clinic.reader, shared)
    assert [row.id for row in await reports.templates_of(clinic.reader)] == [shared_id, own_id]
    assert [row.id for row in await reports.templates_of(colleague)] == [shared_id]
    for template_id in (own_id, shared_id):
        with pytest.raises(NotFound):
            await reports.change_template(colleague, template_id, WORDS, 1)
        with pytest.raises(NotFound):
            await reports.delete_template(colleague, template_id)


async def test_another_organisation_sees_none(clinic: Clinic) -> None:
    await reports.write_template(clinic.reader, reports.TemplateWords(name="A", plan="B", is_shared=True))
    stranger = await make_person((await make_organisation("Elsewhere")).organisation_id, Role.SPECIALIST)
    assert await reports.templates_of(stranger) == []
    with pytest.raises(Forbidden):
        await reports.templates_of(clinic.worker)


async def test_a_form_sent_twice_makes_one(clinic: Clinic) -> None:
    first = await reports.write_template(clinic.reader, WORDS, form_key="once")
    assert await reports.write_template(clinic.reader, WORDS, form_key="once") == first
    assert await AnswerTemplate.count() == 1


async def test_a_change_over_another_is_refused_and_the_first_kept(clinic: Clinic) -> None:
    template_id = await reports.write_template(clinic.reader, WORDS)
    await reports.change_template(clinic.reader, template_id, reports.TemplateWords(name="Eczema", plan="New."), 1)
    with pytest.raises(TemplateChanged):
        await reports.change_template(clinic.reader, template_id, WORDS, 1)
    (row,) = await reports.templates_of(clinic.reader)
    assert (row.plan, row.findings, row.revision) == ("New.", "", 2)


async def test_one_that_is_deleted_is_gone(clinic: Clinic) -> None:
    case_id, _ = await claimed(clinic)
    template_id = await reports.write_template(clinic.reader, WORDS)
    await reports.delete_template(clinic.reader, template_id)
    with pytest.raises(NotFound):
        await reports.begin_with(clinic.reader, case_id, template_id, AnswerContent())


async def test_a_template_without_words_and_one_too_many_are_refused(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput):
        await reports.write_template(clinic.reader, reports.TemplateWords(name="Empty", plan="  "))
    monkeypatch.setattr(templates, "MOST_TEMPLATES", 1)
    await reports.write_template(clinic.reader, WORDS)
    with pytest.raises(TooManyTemplates):
        await reports.write_template(clinic.reader, WORDS, form_key=str(uuid4()))
