"""Photographs: the living picture, view by view, with a verdict while the patient is still there."""

import time
from collections.abc import Iterator
from uuid import uuid4

import msgspec

from kiosk.camera.process import Camera
from kiosk.camera.standing import CameraState
from kiosk.camera.watching import WORDS
from kiosk.ui.desk import Desk
from kiosk.ui.draft import MOST_PHOTOGRAPHS, VIEWS, Draft, Photo, moment
from kiosk.ui.guides import GUIDES
from kiosk.ui.http import Reply, Request, see_other
from kiosk.ui.mjpeg import as_stream
from kiosk.ui.pages_visit import in_visit
from kiosk.ui.previews import previews_of
from kiosk.ui.rendering import page
from server.contract.case import View
from server.contract.catalogue import photo_flaws, text_in

STREAM_EVERY_S = 0.15


@in_visit
def show_photos(desk: Desk, request: Request, draft: Draft) -> Reply:
    asked = request.asked("view")
    view = View(asked) if asked in set(VIEWS) else draft.next_view
    state = desk.camera.preview().state
    taken = [(photo, GUIDES[photo.view][0]) for photo in draft.photos]
    return page(
        desk,
        "photos.html",
        view=view,
        guide=GUIDES[view] if view else ("", ""),
        views=[(each, GUIDES[each][0]) for each in VIEWS],
        trouble=WORDS[state],
        taken=taken,
        is_full=len(draft.photos) >= MOST_PHOTOGRAPHS,
        step=4,
    )


@in_visit
def take(desk: Desk, request: Request, draft: Draft) -> Reply:
    view = View(request.one("view")) if request.one("view") in set(VIEWS) else VIEWS[0]
    shown = desk.camera.take()
    if shown.still is None or len(draft.photos) >= MOST_PHOTOGRAPHS:
        return see_other(f"/visit/photos?view={view}")
    draft.pending = Photo(part_id=uuid4(), view=view, still=shown.still, taken_at=moment(draft.zone))
    return see_other("/visit/photos/check")


@in_visit
def show_check(desk: Desk, request: Request, draft: Draft) -> Reply:
    """The photograph that was just taken, or one of the visit that a phone sent."""
    photo = _named(draft, request.asked("photo")) or draft.pending
    if photo is None:
        return see_other("/visit/photos")
    flaws = [each.name for each in photo.still.verdict.flaws]
    known = photo_flaws()
    return page(
        desk,
        "check.html",
        photo=photo,
        is_kept=photo is not draft.pending,
        guide=GUIDES[photo.view][0],
        advice=[text_in(texts, desk.language) for texts in known.advice(flaws)],
        has_flaws=bool(flaws),
        reasons=[text_in(reason.text, desk.language) for reason in known.reasons],
        step=4,
    )


def _named(draft: Draft, part_id: str) -> Photo | None:
    return next((photo for photo in draft.photos if str(photo.part_id) == part_id), None)


@in_visit
def keep(_: Desk, request: Request, draft: Draft) -> Reply:
    """Into the visit with its previews, and with the reason where it has a flaw; one of the same view stays too."""
    reason = request.one("reason")[:500]
    if kept := _named(draft, request.one("photo")):
        draft.photos[draft.photos.index(kept)] = msgspec.structs.replace(kept, kept_because=reason)
        return see_other("/visit/phone")
    if draft.pending:
        previews = previews_of(draft.pending.still.jpeg)
        draft.photos.append(msgspec.structs.replace(draft.pending, kept_because=reason, previews=previews))
        draft.pending = None
    return see_other("/visit/photos")


@in_visit
def discard(desk: Desk, request: Request, draft: Draft) -> Reply:
    """Throw away what was just taken, or one that was kept; a phone that sent it is told."""
    if draft.pending and not request.one("photo"):
        view, draft.pending = draft.pending.view, None
        return see_other(f"/visit/photos?view={view}")
    if thrown := _named(draft, request.one("photo")):
        draft.photos = [photo for photo in draft.photos if photo is not thrown]
        if desk.phone and thrown.sent_as:
            desk.phone.handoff.remove(thrown.sent_as)
    return see_other("/visit/phone" if request.one("back") == "phone" else "/visit/photos")


@in_visit
def picture(_: Desk, request: Request, draft: Draft) -> Reply:
    """A photograph of this visit, small; of no other there is one."""
    photos = [*draft.photos, *([draft.pending] if draft.pending else [])]
    for photo in photos:
        if str(photo.part_id) == request.asked("photo"):
            return Reply(body=photo.still.small, content_type="image/jpeg")
    return Reply(status=404)


def stream(desk: Desk, _: Request) -> Reply:
    """The living picture, frame after frame for as long as there is one."""
    return as_stream(_frames(desk.camera))


def _frames(camera: Camera) -> Iterator[bytes]:
    while (shown := camera.preview()).state is CameraState.FINE:
        yield shown.preview
        time.sleep(STREAM_EVERY_S)


PAGES = {
    ("GET", "/visit/photos"): show_photos,
    ("POST", "/visit/photos/take"): take,
    ("GET", "/visit/photos/check"): show_check,
    ("POST", "/visit/photos/keep"): keep,
    ("POST", "/visit/photos/discard"): discard,
    ("GET", "/visit/picture"): picture,
    ("GET", "/camera"): stream,
}
