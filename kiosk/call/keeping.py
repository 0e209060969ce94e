"""What a call leaves with its case: stills that were asked for, and what was said while nobody could hear it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import msgspec

from kiosk.camera.stills import Still
from kiosk.spool.packing import Addition, confirm_addition
from kiosk.spool.spool import Spool
from server.contract.call_talk import StillKept
from server.contract.case import (
    EdgeFlaw,
    EdgeVerdict,
    Media,
    Observation,
    Part,
    PartsAdded,
    PhotographPart,
    View,
    VitalsPart,
    VoicePart,
)
from server.contract.wire import Coding, Laterality, Moment

VOICE_MEDIA_TYPE = "audio/ogg"


class CaseOfCall(msgspec.Struct, frozen=True, kw_only=True):
    """Which case the call is about, and where its photographs were taken so far."""

    case_id: UUID
    patient_id: UUID
    site: Coding | None = None
    """None of a visit that this kiosk has forgotten: then no photograph can be added from here."""
    laterality: Laterality = Laterality.NOT_APPLICABLE
    taken_by: UUID | None = None


class Keeper:
    """Durable on return: the uplink sends it by itself, whatever becomes of the call."""

    def __init__(self, spool: Spool, sealing_key: Callable[[], bytes], case: CaseOfCall, zone: str) -> None:
        self._spool = spool
        self._sealing_key = sealing_key
        self._case = case
        self._zone = zone

    @property
    def knows_place(self) -> bool:
        """Whether a photograph can be kept: it says where on the body it was taken."""
        return self._case.site is not None

    def keep_still(self, still_id: UUID, still: Still, because: str = "") -> StillKept:
        """A KioskFault where there is no room. `because`: why it is kept although it has a flaw."""
        if self._case.site is None:
            raise ValueError("a photograph of nowhere")
        flaws = tuple(
            EdgeFlaw(name=each.name, score=each.score, threshold=each.threshold) for each in still.verdict.flaws
        )
        digest = sha256(still.jpeg).hexdigest()
        part = PhotographPart(
            part_id=still_id,
            media=Media(sha256=digest, size_bytes=len(still.jpeg), media_type="image/jpeg"),
            site=self._case.site,
            laterality=self._case.laterality,
            view=View.OTHER,
            taken_at=self._now(),
            verdict=EdgeVerdict(checked=True, version=still.verdict.version, flaws=flaws, kept_because=because),
        )
        self._keep([part], {digest: still.jpeg})
        return StillKept(still_id=still_id, sha256=digest, flaws=flaws)

    def keep_voice(self, recording: bytes, began_at: datetime) -> None:
        digest = sha256(recording).hexdigest()
        part = VoicePart(
            part_id=uuid4(),
            media=Media(sha256=digest, size_bytes=len(recording), media_type=VOICE_MEDIA_TYPE),
            recorded_at=Moment(at=began_at, zone=self._zone),
        )
        self._keep([part], {digest: recording})

    def keep_reading(self, observation: Observation) -> None:
        """What a device measured during the call, once somebody has taken it."""
        part = VitalsPart(part_id=uuid4(), taken_at=observation.measured_at, observations=(observation,))
        self._keep([part], {})

    def _keep(self, parts: Sequence[Part], media: dict[str, bytes]) -> None:
        added = PartsAdded(
            addition_id=uuid4(),
            case_id=self._case.case_id,
            submitted_at=self._now(),
            parts=tuple(parts),
            taken_by=self._case.taken_by,
        )
        addition = Addition(added=added, patient_id=self._case.patient_id, media=media)
        confirm_addition(self._spool, self._sealing_key(), addition, datetime.now(UTC))

    def _now(self) -> Moment:
        return Moment(at=datetime.now(UTC), zone=self._zone)
