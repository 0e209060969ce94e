"""The answer as a form on the case page: filled from the draft, saved as typed, with a search for codes."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from server.cases import service as cases
from server.contract.problem import FieldProblem
from server.core.access import Action, Actor
from server.core.faults import InvalidForm
from server.reports import service as reports
from server.web.forms import Form, Translate, blank_form, read_form

PageRequest = Request[Any, Any, Any]
ROWS = 4
"""Diagnoses a form has room for; more belong into the findings."""
AMENDABLE = ("answered", "closed")
"""Statuses in which an answer stands and nobody reads again."""
Words = Annotated[str, msgspec.Meta(max_length=8000)]


class AnswerForm(msgspec.Struct, kw_only=True):
    """The answer as fields; diagnosis rows are numbered, empty ones are left out."""

    version: int = 0
    case_version: int = 0
    findings: Words = ""
    code1: str = ""
    code2: str = ""
    code3: str = ""
    code4: str = ""
    certainty1: reports.Certainty = reports.Certainty.LIKELY
    certainty2: reports.Certainty = reports.Certainty.POSSIBLE
    certainty3: reports.Certainty = reports.Certainty.POSSIBLE
    certainty4: reports.Certainty = reports.Certainty.POSSIBLE
    plan: Words = ""
    follow_up: Words = ""
    safety_net: Words = ""
    amendment_reason: Words = ""

    def content(self) -> reports.AnswerContent:
        """The answer's content; a code is whatever precedes the first space, so `L20.9 Atopic …` may be typed."""
        return reports.AnswerContent(
            findings=self.findings,
            diagnoses=tuple(
                _diagnosis(getattr(self, f"code{row}"), getattr(self, f"certainty{row}")) for row in self._rows()
            ),
            plan=self.plan,
            follow_up=self.follow_up,
            safety_net=self.safety_net,
            amendment_reason=self.amendment_reason,
        )

    def field_of(self, path: str) -> str:
        """The field in which that part of the content was typed: `diagnoses.1` is the second row that is not empty."""
        part, _, index = path.partition(".")
        if part != "diagnoses":
            return part
        return f"code{self._rows()[int(index)] if index else 1}"

    def _rows(self) -> list[int]:
        return [row for row in range(1, ROWS + 1) if getattr(self, f"code{row}").strip()]


class SavedDraft(msgspec.Struct):
    version: int


async def answer_form(actor: Actor, case: cases.Case) -> Form[Any]:
    """The form filled with the reader's draft."""
    draft = await reports.read_draft(actor, case.id)
    return blank_form(_fields(draft.content, draft.revision, case.version))


def amendment_form(answers: Sequence[reports.OpenedAnswer], actor: Actor, case: cases.Case) -> Form[Any] | None:
    """The form filled with the newest answer, for its author, once it has been released and nobody reads again."""
    if case.status not in AMENDABLE or not answers:
        return None
    newest = answers[-1]
    if newest.row.author_id != actor.actor_id or newest.row.released_at is None:
        return None
    return blank_form(_fields(msgspec.structs.replace(newest.content, amendment_reason=""), 0, case.version))


def _fields(content: reports.AnswerContent, revision: int, case_version: int) -> dict[str, Any]:
    """Rows without a diagnosis show the certainty that they begin with: nothing is signed that was not seen."""
    rows: dict[str, Any] = {f"certainty{row}": getattr(AnswerForm(), f"certainty{row}") for row in range(1, ROWS + 1)}
    for number, diagnosis in enumerate(content.diagnoses[:ROWS], start=1):
        rows[f"code{number}"] = f"{diagnosis.code} {diagnosis.title}".strip()
        rows[f"certainty{number}"] = diagnosis.certainty
    return {
        "version": revision,
        "case_version": case_version,
        "findings": content.findings,
        "plan": content.plan,
        "follow_up": content.follow_up,
        "safety_net": content.safety_net,
        "amendment_reason": content.amendment_reason,
        **rows,
    }


def _diagnosis(typed: str, certainty: reports.Certainty) -> reports.Diagnosis:
    code = typed.split(maxsplit=1)[0].upper()
    return reports.Diagnosis(code=code, title=reports.title_of(code), certainty=certainty)


def mark_refused(form: Form[AnswerForm], typed: AnswerForm, fault: InvalidForm, translate: Translate) -> None:
    """Tell each field what is wrong with it."""
    for each in fault.told_fields(translate):
        form.refuse(typed.field_of(each.path), each.message)


@post("/queue/cases/{case_id:uuid}/draft", opt={"action": Action.ANSWER_DRAFT}, status_code=200)
async def save_draft(request: PageRequest, actor: NamedDependency[Actor], case_id: FromPath[UUID]) -> SavedDraft:
    """Saves as typed; the next save names the version that this one answers."""
    form = await read_form(request, AnswerForm)
    if form.value is None:
        raise reports.AnswerIncomplete(
            fields=tuple(FieldProblem(path=name, message=message) for name, message in form.errors.items())
        )
    draft = await reports.save_draft(actor, case_id, form.value.content(), form.value.version)
    return SavedDraft(version=draft.revision)


@get("/icd", opt={"action": Action.ANSWER_DRAFT})
async def search_codes(words: FromQuery[str] = "") -> list[reports.IcdCode]:
    """ICD-10-CM leaf codes for the words, for the diagnosis fields; a process's first search takes seconds."""
    return await asyncio.to_thread(reports.search, words)
