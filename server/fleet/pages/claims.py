"""Adding a kiosk: a code with its picture, the fingerprint that two people compare, and the yes."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
import segno
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from server.contract.fleet import claim_link, grouped_code
from server.core.access import Action, Actor
from server.core.platform import platform
from server.fleet import service
from server.fleet.wording import STAGE
from server.identity import service as identity
from server.web.connection import PageRequest
from server.web.forms import Form, Nothing, blank_form, read_form
from server.web.layout import gettext_for, render, see_other

READ = {"action": Action.FLEET_READ}
MANAGE = {"action": Action.FLEET_MANAGE}
CLAIMS = "/fleet/claims"
CLAIM = f"{CLAIMS}/{{claim_id:uuid}}"


class ClaimForm(msgspec.Struct, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    group: UUID


@get(CLAIMS, opt=READ)
async def claims_page(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    return await _show(request, actor, blank_form())


@post(CLAIMS, opt=MANAGE, status_code=303)
async def make_claim(request: PageRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    form = await read_form(request, ClaimForm)
    wanted = form.value
    if wanted is None:
        return await _show(request, actor, form, status=422)

    async def effect() -> str:
        return f"{CLAIMS}/{await service.make_claim(actor, wanted.name, wanted.group)}"

    return see_other(request, await identity.once(actor, form.key, identity.request_hash(wanted), effect))


@get(CLAIM, opt=MANAGE)
async def claim_page(request: PageRequest, actor: NamedDependency[Actor], claim_id: FromPath[UUID]) -> Response[Any]:
    card = await service.show_claim(actor, claim_id)
    response = render(
        request,
        "fleet/claim.html",
        claim=card,
        typed=grouped_code(card.code) if card.code else "",
        picture=_picture(card.code) if card.code else "",
        server_url=platform().settings.web.public_url,
        stage_words=STAGE,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@post(f"{CLAIM}/approve", opt=MANAGE, status_code=303)
async def approve(request: PageRequest, actor: NamedDependency[Actor], claim_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.approve_claim(actor, claim_id)
    return see_other(request, f"/fleet/kiosks/{claim_id}", flash=_("Registered. It reports within a few minutes."))


@post(f"{CLAIM}/refuse", opt=MANAGE, status_code=303)
async def refuse(request: PageRequest, actor: NamedDependency[Actor], claim_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.refuse_claim(actor, claim_id)
    return see_other(request, CLAIMS, flash=_("Refused. This kiosk was not registered."))


@post(f"{CLAIM}/withdraw", opt=MANAGE, status_code=303)
async def withdraw(request: PageRequest, actor: NamedDependency[Actor], claim_id: FromPath[UUID]) -> Response[Any]:
    _ = gettext_for(request)
    await read_form(request, Nothing)
    await service.withdraw_claim(actor, claim_id)
    return see_other(request, CLAIMS, flash=_("The code does not work any more."))


async def _show(request: PageRequest, actor: Actor, form: Form[Any], *, status: int = 200) -> Response[Any]:
    groups = await service.list_groups(actor)
    return render(
        request,
        "fleet/claims.html",
        status=status,
        claims=await service.list_claims(actor),
        groups=[(group.group_id, group.name) for group in groups],
        form=form,
        stage_words=STAGE,
    )


def _picture(code: str) -> Markup:
    """The code and the server's address, for a kiosk's camera."""
    link = claim_link(platform().settings.web.public_url, code)
    drawing = segno.make(link, error="m", micro=False).svg_inline(scale=5, dark="#000", light="#fff", border=4)
    return Markup(drawing)  # noqa: S704  # segno draws no text


HANDLERS = (claims_page, make_claim, claim_page, approve, refuse, withdraw)
