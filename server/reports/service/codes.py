"""ICD-10-CM: search by words or code, and the check that a signed diagnosis is a real, billable code."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType

from msgspec import Struct

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
    by_code = [entry for entry in _leaves() if entry.code.casefold().startswith(wanted[0].replace(" ", ""))]
    by_title = [entry for entry in _leaves() if all(word in entry.title.casefold() for word in wanted)]
    ranked = sorted(by_title, key=lambda entry: (len(entry.title), entry.code))
    return list(dict.fromkeys([*by_code, *ranked]))[:limit]


def check_diagnoses(diagnoses: Iterable[Diagnosis]) -> None:
    """Raise UnknownDiagnosis unless each is a leaf code of the installed edition with its own title."""
    for diagnosis in diagnoses:
        if not _edition().is_valid_item(diagnosis.code) or not _edition().is_leaf(diagnosis.code):
            raise UnknownDiagnosis(f"{diagnosis.code} is not a complete ICD-10-CM code.")


def title_of(code: str) -> str:
    """The code's title, or empty where there is no such code."""
    return _edition().get_description(code) if _edition().is_valid_item(code) else ""


@cache
def _edition() -> ModuleType:
    """The package reads the whole edition when it is imported, which takes seconds: not at every process's start."""
    return import_module("simple_icd_10_cm")


@cache
def _leaves() -> tuple[IcdCode, ...]:
    edition = _edition()
    codes = edition.get_all_codes(with_dots=True)
    return tuple(IcdCode(code, edition.get_description(code)) for code in codes if edition.is_leaf(code))
