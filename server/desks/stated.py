"""Where a DICOM file's header contradicts the case it came with: only its reader can know which of the two is right."""

from collections.abc import Iterator
from uuid import UUID

from server.cases.service import OpenedCase, StatedByFile
from server.contract.case import PhotographPart, View
from server.contract.wire import Laterality
from server.core.vault.blind import normalise
from server.desks.wording import SIDE
from server.patients.service import AboutPatient
from server.patients.wording import SEX
from server.web.forms import Translate


def doubts_of(opened: OpenedCase, about: AboutPatient, _: Translate) -> dict[UUID, tuple[str, ...]]:
    """For each photograph whose file says otherwise: what it says. What a header leaves out contradicts nothing."""
    found = {
        each.part.part_id: (*_of_person(each.evidence.stated, about, _), *_of_view(each.evidence.stated, each.part, _))
        for each in opened.parts
        if isinstance(each.part, PhotographPart) and each.evidence and each.evidence.stated
    }
    return {part_id: doubts for part_id, doubts in found.items() if doubts}


def _of_person(stated: StatedByFile, about: AboutPatient, _: Translate) -> Iterator[str]:
    name = f"{stated.given_name} {stated.family_name}".strip()
    if name and not _is_same_name(name, about.full_name):
        yield _("The file names another person: %(name)s") % {"name": name}
    if stated.birth_date and about.birth_date and stated.birth_date != about.birth_date.isoformat():
        yield _("The file gives another birth date: %(date)s") % {"date": stated.birth_date}
    if stated.sex and about.sex in ("female", "male", "other") and stated.sex != about.sex:
        yield _("The file gives another sex: %(sex)s") % {"sex": _(SEX[stated.sex])}


def _is_same_name(one: str, other: str) -> bool:
    """Whether one has no word that the other lacks: records and headers know different parts of a name."""
    words, others = set(normalise(one).split()), set(normalise(other).split())
    return words <= others or others <= words


def _of_view(stated: StatedByFile, part: PhotographPart, _: Translate) -> Iterator[str]:
    if stated.laterality and part.laterality not in (stated.laterality, Laterality.NOT_APPLICABLE):
        yield _("The file says another side: %(side)s") % {"side": _(SIDE[stated.laterality])}
    if stated.sites and part.site.code not in stated.sites:
        yield _("The file says another place of the body")
    if stated.is_dermoscopic != (part.view == View.DERMOSCOPIC):
        yield _("The file is of a dermatoscope") if stated.is_dermoscopic else _("The file is of no dermatoscope")
