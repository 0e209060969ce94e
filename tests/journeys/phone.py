"""A patient's phone over HTTP: builds a case offline, sends it in pieces, resumes, believes signed receipts only."""

import hashlib
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import msgspec

from server.contract.case import (
    Answer,
    AnswersPart,
    CaseSubmission,
    ConsentGiven,
    EdgeVerdict,
    Media,
    MediaPart,
    Observation,
    Part,
    PartsAdded,
    PhotographPart,
    Quantity,
    TextPart,
    Topic,
    View,
    VitalsPart,
)
from server.contract.catalogue import BODY_SITE_SYSTEM
from server.contract.receipt import Receipt, SigningKey, follow, is_signed
from server.contract.upload import UPLOADS_PATH
from server.contract.wire import Coding, Laterality, Moment
from tests.contract.signatures import verify
from tests.intake.tus import PIECE_TYPE, RESUMABLE, metadata
from tests.journeys.people import Holder

ZONE = "Africa/Freetown"
PIECE_BYTES = 64 * 1024
CSRF = re.compile(r'<meta name="csrf-token" content="([^"]*)">')
LINK_TIMEOUT_S = 30.0


class UnsignedReceipt(AssertionError):
    """The server said that it holds something, and no key that this phone believes has signed it."""


class AcknowledgedLost(AssertionError):
    """The server stands behind what it acknowledged before."""


class Draft(msgspec.Struct, kw_only=True):
    """A case as it lies in the phone: what will be said, and the photographs beside it by digest."""

    case_id: UUID
    body: bytes
    photos: dict[str, bytes]
    parts: dict[str, MediaPart]
    acknowledged: dict[str, int] = {}
    """How many bytes of each photograph the server said it has."""


class Refused(AssertionError):
    """The server answered something that a phone of this version cannot go on from."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.request.method} {response.request.url.path}: {response.status_code}")
        self.response = response


class Phone:
    """`http` holds the session's cookie; requests raise httpx.TransportError where the link or the server is away."""

    def __init__(self, http: httpx.AsyncClient, holder: Holder) -> None:
        self.http = http
        self.holder = holder
        self._token = ""
        self._keys: dict[str, SigningKey] = {}

    async def get_ready(self, pinned: SigningKey) -> None:
        """Fetch what a signed-in phone keeps: a token for its requests and the keys to believe from `pinned` on."""
        found = CSRF.search((await self.http.get("/cases")).text)
        assert found is not None, "signed in, a page carries a token"
        self._token = found.group(1)
        keys = await self.http.get("/.well-known/careferry-receipt-keys.json")
        self._keys = follow(pinned, msgspec.json.decode(keys.content, type=tuple[SigningKey, ...]), verify)

    def draft(self, *photos: tuple[bytes, str], keeps_originals: bool = False, words: str = "It itches.") -> Draft:
        """A case of these photographs (bytes, media type), built without any link."""
        parts: dict[str, MediaPart] = {
            sha256_of(content): photograph(content, media_type) for content, media_type in photos
        }
        at = moment()
        consents = ("care", "keep-original") if keeps_originals else ("care",)
        submission = CaseSubmission(
            case_id=uuid4(),
            patient_id=self.holder.patient_id,
            topic=Topic.RASH,
            language="en",
            started_at=at,
            submitted_at=at,
            parts=(*parts.values(), *said(words)),
            consents=tuple(ConsentGiven(consent=name, version="1", given_at=at) for name in consents),
        )
        return Draft(
            case_id=submission.case_id,
            body=msgspec.json.encode(submission),
            photos={sha256_of(content): content for content, _ in photos},
            parts=parts,
        )

    async def submit(self, draft: Draft) -> Receipt:
        """What the server signed for; the same again gets the same."""
        return self._believe(await self._post("/api/cases", draft.body))

    async def add(self, draft: Draft, part: PhotographPart, content: bytes) -> Receipt:
        """Add a photograph to a case that was sent before."""
        draft.photos[part.media.sha256], draft.parts[part.media.sha256] = content, part
        addition = PartsAdded(addition_id=uuid4(), case_id=draft.case_id, submitted_at=moment(), parts=(part,))
        return self._believe(await self._post("/api/cases/parts", msgspec.json.encode(addition)))

    async def receipt(self, draft: Draft) -> Receipt:
        return self._believe(await self.http.get(f"/api/cases/{draft.case_id}/receipt"))

    async def upload(
        self, draft: Draft, sha256: str, *, upto: int | None = None, piece_bytes: int = PIECE_BYTES
    ) -> int:
        """Send a photograph from wherever the server stands, as far as `upto`; returns what it acknowledged."""
        content, address = draft.photos[sha256], await self.open_upload(draft, sha256)
        offset = await self.offset(address)
        if offset < draft.acknowledged.get(sha256, 0):
            raise AcknowledgedLost(f"{offset} bytes are there, {draft.acknowledged[sha256]} were acknowledged")
        end = len(content) if upto is None else upto
        while offset < end:
            piece = content[offset : min(offset + piece_bytes, end)]
            headers = {**RESUMABLE, **PIECE_TYPE, **self._proof, "Upload-Offset": str(offset)}
            answer = _require(204, await self.http.patch(address, content=piece, headers=headers))
            offset = draft.acknowledged[sha256] = int(answer.headers["Upload-Offset"])
        return offset

    async def open_upload(self, draft: Draft, sha256: str) -> str:
        """The address of the photograph's upload; asking again finds the same one."""
        part = draft.parts[sha256]
        named = {
            "case": str(draft.case_id),
            "patient": str(self.holder.patient_id),
            "part": str(part.part_id),
            "sha256": sha256,
            "mediaType": part.media.media_type,
        }
        length = {"Upload-Length": str(part.media.size_bytes), "Upload-Metadata": metadata(named)}
        answer = await self.http.post(UPLOADS_PATH, headers={**RESUMABLE, **self._proof, **length})
        return _require(201, answer).headers["Location"]

    async def offset(self, address: str) -> int:
        answer = _require(200, await self.http.head(address, headers=RESUMABLE))
        return int(answer.headers["Upload-Offset"])

    async def say(self, draft: Draft, text: str, key: str) -> None:
        """Write a message; the same key again says nothing twice."""
        message = msgspec.json.encode({"text": text, "key": key})
        _require(201, await self._post(f"/api/cases/{draft.case_id}/messages", message))

    async def read(self, draft: Draft) -> str:
        """The patient's own page of the case."""
        return _require(200, await self.http.get(f"/cases/{draft.case_id}")).text

    async def _post(self, path: str, body: bytes) -> httpx.Response:
        return await self.http.post(path, content=body, headers={"Content-Type": "application/json", **self._proof})

    @property
    def _proof(self) -> dict[str, str]:
        return {"X-CSRF-Token": self._token}

    def _believe(self, response: httpx.Response) -> Receipt:
        if not response.is_success:
            raise Refused(response)
        receipt = msgspec.json.decode(response.content, type=Receipt)
        if not is_signed(receipt, self._keys, verify):
            raise UnsignedReceipt(f"signed with {receipt.key_id}")
        return receipt


def phone_link(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=LINK_TIMEOUT_S)


def photograph(content: bytes, media_type: str, *, replaces: UUID | None = None) -> PhotographPart:
    return PhotographPart(
        part_id=uuid4(),
        media=Media(sha256=sha256_of(content), size_bytes=len(content), media_type=media_type),
        site=Coding(system=BODY_SITE_SYSTEM, code="forearm"),
        laterality=Laterality.LEFT,
        view=View.FAR,
        taken_at=moment(),
        verdict=EdgeVerdict(checked=False),
        replaces=replaces,
    )


def said(words: str) -> tuple[Part, ...]:
    """What goes beside the photographs: history, free text and one measured value."""
    at = moment()
    answers = (Answer(question="onset", choices=("this-week",)), Answer(question="worry", text=words))
    temperature = Observation(
        observation_id=uuid4(),
        code=Coding(system="http://loinc.org", code="8310-5"),
        measured_at=at,
        method="manual",
        value=Quantity(text="37.2", unit="Cel"),
    )
    return (
        AnswersPart(
            part_id=uuid4(), instrument="skin-history", version="1", language="en", answered_at=at, answers=answers
        ),
        TextPart(part_id=uuid4(), written_at=at, text=words),
        VitalsPart(part_id=uuid4(), taken_at=at, observations=(temperature,)),
    )


def moment() -> Moment:
    return Moment(at=datetime.now(UTC), zone=ZONE)


def _require(status: int, response: httpx.Response) -> httpx.Response:
    if response.status_code != status:
        raise Refused(response)
    return response


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
