"""ICD-10-CM: search by words or code, and the check that a signed diagnosis is a real, billable code."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType

from msgspec import Struct

from server.contract.problem import FieldProblem
from server.core.faults import InvalidForm
from server.reports.schemas import Diagnosis

RESULTS = 12


class UnknownDiagnosis(InvalidForm):
    code = "unknown-diagnosis"
    title = "A diagnosis is not in ICD-10-CM"


class IcdCode(Struct, frozen=True):
    code: str
    title: str


def search(words: str, limit: int = RESULTS) -> list[IcdCode]:
    """Leaf codes whose code begins with `words` or whose title contains every word, shortest titles first."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    by_code = [entry for entry, _ in _folded() if entry.code.casefold().startswith(wanted[0])]
    by_title = [entry for entry, title in _folded() if all(word in title for word in wanted)]
    ranked = sorted(by_title, key=lambda entry: (len(entry.title), entry.code))
    return list(dict.fromkeys([*by_code, *ranked]))[:limit]


def check_diagnoses(diagnoses: Iterable[Diagnosis]) -> None:
    """Raise UnknownDiagnosis unless each is a leaf code of the installed edition with its own title."""
    for index, diagnosis in enumerate(diagnoses):
        fields = (FieldProblem(path=f"diagnoses.{index}", message=""),)
        title = _leaves().get(diagnosis.code)
        if title is None:
            raise UnknownDiagnosis("{code} is not a complete ICD-10-CM code.", code=diagnosis.code, fields=fields)
        if title != diagnosis.title:
            raise UnknownDiagnosis("{code} is: {title}.", code=diagnosis.code, title=title, fields=fields)


def title_of(code: str) -> str:
    """The code's title, or empty where there is no such code."""
    return _edition().get_description(code) if _edition().is_valid_item(code) else ""


@cache
def _edition() -> ModuleType:
    """The package reads the whole edition when it is imported, which takes seconds: not at every process's start."""
    return import_module("simple_icd_10_cm")


@cache
def _leaves() -> dict[str, str]:
    """Title by complete code, written with its dot."""
    edition = _edition()
    codes = edition.get_all_codes(with_dots=True)
    return {code: edition.get_description(code) for code in codes if edition.is_leaf(code)}


@cache
def _folded() -> tuple[tuple[IcdCode, str], ...]:
    """Every leaf with its title as it is searched."""
    return tuple((IcdCode(code, title), title.casefold()) for code, title in _leaves().items())
