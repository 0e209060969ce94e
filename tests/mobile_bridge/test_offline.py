"""What the phone keeps of the app itself: little on a metered link, a new version when there is one."""

import pytest
from playwright.async_api import Route, expect

from mobile_bridge.files import FILES_PATH, SERVICE_WORKER, load_files
from tests.mobile_bridge.phone import Phone

pytestmark = pytest.mark.requires("chromium")

CACHED = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return requests.flat().map((request) => new URL(request.url).pathname);
}"""
SAVE_DATA = "Object.defineProperty(NetworkInformation.prototype, 'saveData', {get: () => true});"


async def test_the_app_opens_without_a_link_after_the_first_visit(phone: Phone) -> None:
    await phone.open()
    await phone.context.set_offline(offline=True)
    await phone.page.goto("/app")

    await expect(phone.page.get_by_role("link", name="New case")).to_be_visible()
    await expect(phone.page.get_by_text("No link. You can go on")).to_be_visible()


async def test_nothing_about_a_person_is_in_the_cache(phone: Phone) -> None:
    await phone.open()
    cached = await phone.page.evaluate(CACHED)

    assert "/app" in cached
    assert all(path == "/app" or path.startswith(("/app/files/", "/static/")) for path in cached)


async def test_a_metered_link_brings_only_what_the_screens_need(phone: Phone) -> None:
    async def save_data(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=SAVE_DATA + await answer.text())

    built = {f"{FILES_PATH}{name}" for plain, name in load_files().names.items() if plain != SERVICE_WORKER}
    await phone.context.route("**/app/service-worker.js", save_data)
    await phone.open()
    kept = set(await phone.page.evaluate(CACHED))
    await phone.context.set_offline(offline=True)
    await phone.page.reload()

    await expect(phone.page.get_by_role("link", name="New case")).to_be_visible()
    assert built - kept


async def test_whoever_is_not_signed_in_is_told_how(phone: Phone) -> None:
    await phone.context.clear_cookies()
    await phone.page.goto("/app")
    sign_in = phone.page.get_by_role("link", name="Sign in", exact=True)

    await expect(sign_in).to_have_attribute("href", "/sign-in/code?back=%2Fapp")
