"""A photograph of 50 megapixels on a case, prepared as an upload is, and a browser at a reader's desk."""

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from uuid import UUID

import cv2
import numpy as np
from PIL import Image
from playwright.async_api import Browser, BrowserContext

from imaging.drawn import Scene, Subject, View, draw
from imaging.drawn_skin import SkinTone
from imaging.pack import read_index
from imaging.prepare import PackedPhoto, prepare_photo
from imaging.prepare_options import PrepareOptions
from server.cases import service as cases
from server.core.access import Actor
from server.core.platform import platform
from server.identity.cookies import session_cookie_name
from tests.support.casework import Shot, arrive, send, shot
from tests.support.clinics import Clinic, answers
from tests.support.people import begin

WIDTH_PX, HEIGHT_PX = 8688, 5792
NOISE = 6.0


async def claimed_case(clinic: Clinic, *, scale: cases.Scale | None = None, photos: int = 1) -> tuple[UUID, list[Shot]]:
    """Read by the clinic's reader; the first photograph has 50 megapixels, and so have the others."""
    taken = [shot() for _ in range(photos)]
    case_id = await send(clinic, *(each.part for each in taken), answers())
    for each in taken:
        await arrive(clinic, case_id, each)
        await cases.record_prepared(clinic.organisation_id, each.id, _prepared(scale))
    await cases.claim_case(clinic.reader, case_id)
    return case_id, taken


@asynccontextmanager
async def desk(browser: Browser, address: str, actor: Actor, *, width_px: int = 1440) -> AsyncGenerator[BrowserContext]:
    """A browser in which the person is signed in."""
    context = await browser.new_context(
        base_url=address, viewport={"width": width_px, "height": 900}, locale="en", reduced_motion="reduce"
    )
    token = await begin(actor.actor_id, has_second_factor=actor.second_factor_at > 0)
    cookie = session_cookie_name(platform().settings)
    await context.add_cookies([{"name": cookie, "value": token, "url": address}])
    yield context
    await context.close()


def _prepared(scale: cases.Scale | None) -> cases.Prepared:
    packed = _packed()
    pack = b"".join(packed.buffers)
    return cases.Prepared(
        pack=pack,
        index=tuple(cases.PackEntry(*entry) for entry in read_index(pack)),
        preparation="test/1",
        evidence=cases.PhotoEvidence(
            width_px=packed.facts.width_px, height_px=packed.facts.height_px, verdict_version="1", flaws=(), scale=scale
        ),
    )


@cache
def _packed() -> PackedPhoto:
    """Drawn at a quarter of its size, with a sensor's noise: flat colour would be smaller than any photograph."""
    small = draw(Scene(Subject.WOUND, SkinTone.TAN, View.MEDIUM, width_px=WIDTH_PX // 4, height_px=HEIGHT_PX // 4))
    noise = np.random.default_rng(3).normal(0, NOISE, small.shape)
    noisy = np.clip(small + noise, 0, 255).astype(np.uint8)
    large = cv2.resize(noisy, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    file = io.BytesIO()
    Image.fromarray(large[:, :, ::-1]).save(file, "JPEG", quality=88)
    return prepare_photo(file.getvalue(), PrepareOptions(), lambda: b"")
