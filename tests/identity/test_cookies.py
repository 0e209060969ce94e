"""The session's cookie: what browsers are told about it."""

from http.cookies import SimpleCookie

import msgspec
import pytest
from litestar import Response

from server.core.platform import Platform, bind_platform, now
from server.identity.cookies import forget_session, keep_asked, keep_session, session_cookie_name
from server.identity.schemas import Asked, NewSession, OrganisationCard
from server.identity.tables import Stage
from tests.identity.browser import Browser
from tests.identity.enrolled import PASSWORD, enrol
from tests.support.people import hold_session

SESSION = NewSession(token="secret", stage=Stage.FULL, lasts_s=3600)


@pytest.fixture
def https(sqlite_platform: Platform) -> Platform:
    web = msgspec.structs.replace(sqlite_platform.settings.web, public_url="https://care.example")
    settings = msgspec.structs.replace(sqlite_platform.settings, web=web)
    secure = msgspec.structs.replace(sqlite_platform, settings=settings)
    bind_platform(secure)
    return secure


def header(response: Response[None]) -> SimpleCookie:
    return SimpleCookie(response.cookies[0].to_header(header=""))


def test_the_cookie_is_bound_to_the_host_and_kept_from_scripts(https: Platform) -> None:
    response = Response(None)
    keep_session(response, SESSION)
    [(name, morsel)] = header(response).items()
    assert name == "__Host-careferry" == session_cookie_name(https.settings)
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"]) == (True, True, "lax")
    assert (morsel["path"], morsel["domain"], morsel["max-age"]) == ("/", "", "3600")


def test_the_asking_browsers_cookie_is_no_looser(https: Platform) -> None:
    response = Response(None)
    keep_asked(response, Asked(token="t", number=123, expires_at=now()))
    [(name, morsel)] = header(response).items()
    assert name == "__Host-careferry-asked"
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "lax", "/")


def test_forgetting_names_the_same_cookie(https: Platform) -> None:
    response = Response(None)
    forget_session(response)
    [(name, morsel)] = header(response).items()
    assert (name, morsel.value, morsel["max-age"], morsel["path"]) == ("__Host-careferry", "", "0", "/")


def test_over_plain_http_it_has_a_plain_name(sqlite_platform: Platform) -> None:
    """Browsers refuse `__Host-` and Secure there: the demo and tests on loopback."""
    response = Response(None)
    keep_session(response, SESSION)
    [(name, morsel)] = header(response).items()
    assert (name, morsel["secure"], morsel["httponly"], morsel["samesite"]) == ("careferry", "", True, "lax")


async def test_signing_in_changes_the_cookie_at_each_step(browser: Browser, place: OrganisationCard) -> None:
    person = await enrol(place.organisation_id)
    await browser.send("/sign-in", email=person.email, password=PASSWORD)
    first = browser.client.cookies["careferry"]
    await browser.follow()
    await browser.send_again("/sign-in/app-code", code=person.code())
    second = browser.client.cookies["careferry"]
    assert first != second
    hold_session(browser.client, first)
    await browser.open("/queue")
    assert browser.location.startswith("/sign-in")
