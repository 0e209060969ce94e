"""kill -9 in the middle of uploads: nothing acknowledged is lost, nothing happens twice, every byte is equal."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import httpx
import pytest

from server.contract.upload import UPLOADS_PATH
from server.core.platform import Platform
from server.intake import queries, service
from tests.intake.clinic import Clinic, declare, make_clinic
from tests.intake.processes import WebProcess, web_process
from tests.intake.records import jobs_of
from tests.intake.serving import EAGER, WRITES_BEHIND
from tests.intake.tus import TusClient, actor_name

KILLS = 20
SENDERS = 3
UPLOAD_BYTES = 1_500_000
CHUNK_BYTES = 64 * 1024
LONGEST_LIFE_S = 0.3


class Loss(AssertionError):
    """An upload stands behind what was acknowledged, or its bytes are not the ones that were sent."""


class Sender:
    """A phone: sends one upload after the other and always resumes at the offset that the server tells."""

    def __init__(self, clinic: Clinic, tus: TusClient, random: Random) -> None:
        self._clinic = clinic
        self._tus = tus
        self._random = random
        self.sent: dict[str, bytes] = {}
        self.interrupted = 0

    async def send_uploads(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            content = self._random.randbytes(UPLOAD_BYTES)
            token = await self._send(content)
            self.sent[token] = content

    async def _send(self, content: bytes) -> str:
        new = declare(content, self._clinic.patient_id)
        url, acknowledged = "", 0
        while acknowledged < len(content):
            try:
                url = url or await self._tus.location(new)
                offset = await self._tus.offset(url)
                if offset < acknowledged:
                    raise Loss(f"{acknowledged} bytes were acknowledged, {offset} are there")
                acknowledged = offset
                answer = await self._tus.patch(url, offset, self._trickle(content[offset:]))
                acknowledged = int(answer.headers.get("Upload-Offset", acknowledged))
            except httpx.TransportError:
                self.interrupted += 1  # the server was killed: ask the next one
        return url.rpartition("/")[2]

    async def _trickle(self, content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), CHUNK_BYTES):
            yield content[start : start + CHUNK_BYTES]
            await asyncio.sleep(self._random.uniform(0, 0.004))


async def kill_at_random(web: WebProcess, http: httpx.AsyncClient, random: Random) -> None:
    """Each kill comes at a random moment after the process has begun to serve."""
    for _ in range(KILLS):
        await http.options(UPLOADS_PATH)
        await asyncio.sleep(random.uniform(0, LONGEST_LIFE_S))
        web.kill()
        web.start()


async def verify(clinic: Clinic, sent: dict[str, bytes]) -> None:
    for token, content in sent.items():
        upload = await queries.get_own_upload(clinic.worker, token)
        if await service.read_upload(clinic.worker, upload.id) != content:
            raise Loss(f"{upload.id} is not what was sent")


@pytest.mark.timeout(300)
async def test_uploads_survive_kills_at_random_moments(platform: Platform, clinic: Clinic) -> None:
    seed = Random().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201  (shown when it fails)
    random = Random(seed)
    with web_process(platform.settings, [clinic.worker], **{EAGER: "1"}) as web:
        async with httpx.AsyncClient(base_url=web.url, timeout=30) as http:
            tus = TusClient(http, actor_name(clinic.worker.actor_id))
            senders = [Sender(clinic, tus, Random(random.random())) for _ in range(SENDERS)]
            stop = asyncio.Event()
            sending = [asyncio.create_task(sender.send_uploads(stop)) for sender in senders]
            await kill_at_random(web, http, random)
            stop.set()
            await asyncio.gather(*sending)
    sent = {token: content for sender in senders for token, content in sender.sent.items()}
    await verify(clinic, sent)
    completed = [job["upload_id"] for job in await jobs_of("intake.upload_completed")]
    assert len(completed) == len(set(completed)) == len(sent)
    assert sum(sender.interrupted for sender in senders) >= KILLS, "the kills met no uploads"


async def test_without_durability_the_same_rig_finds_a_loss(sqlite_platform: Platform) -> None:
    """The control: were nothing lost here, the test above would prove nothing."""
    clinic = await make_clinic()
    content = Random(1).randbytes(UPLOAD_BYTES)
    with web_process(sqlite_platform.settings, [clinic.worker], **{WRITES_BEHIND: "1"}) as web:
        async with httpx.AsyncClient(base_url=web.url, timeout=30) as http:
            tus = TusClient(http, actor_name(clinic.worker.actor_id))
            url = await tus.location(declare(content, clinic.patient_id))
            answer = await tus.patch(url, 0, content)
            assert answer.headers["Upload-Offset"] == str(len(content))
            web.kill()
    with pytest.raises(Exception, match=r"could not be found|not what was sent"):
        await verify(clinic, {url.rpartition("/")[2]: content})
