"""The ring page's Temporal mode in a browser, against the real contract on a real stack."""

from playwright.async_api import Browser, Page, expect

from tests.page.test_console import canvas, golden, shown
from tests.pages import DESKTOP, Watched, watched
from tests.stack import RunningStack

CHANNEL = "An 18k yellow gold band with channel-set round diamonds"
STUCK_MS = 240_000


async def temporal(browser: Browser, origin: str, backend: str) -> Watched:
    """Open the page of `origin` in Temporal mode, its backend's address as the page itself proposes or as given."""
    seen = await watched(browser, DESKTOP)
    page = seen.page
    page.set_default_timeout(STUCK_MS)
    await page.goto(f"{origin}/test")
    await page.click("summary")
    await page.get_by_label("Temporal", exact=True).check()
    if backend:
        await page.fill("#backend", backend)
    await page.fill("#user", "testuser1")
    await page.select_option("#previews", "none")
    await page.fill("#prompt", CHANNEL)
    return seen


async def a_ring_is_shown(page: Page) -> bool:
    """Send the form and tell whether the viewer then shows gold."""
    await page.click("#make")
    await expect(page.locator("#spin")).to_be_visible(timeout=STUCK_MS)
    await shown(page)
    return bool(golden(await canvas(page)).mean() > 0.03)


async def test_a_workflow_started_on_the_page_ends_as_a_ring_on_its_canvas(
    browser: Browser, stack: RunningStack, agentic_url: str
) -> None:
    """From the ring's port to the contract's: started, followed, fetched, shown with its report, no complaint."""
    seen = await temporal(browser, stack.ring_url, agentic_url)
    assert await a_ring_is_shown(seen.page)
    await expect(seen.page.locator("#report")).to_contain_text("18k yellow gold")
    assert {url.split("/")[2] for url in seen.strangers(stack.ring_url)} == {agentic_url.split("/")[2]}
    assert seen.complaints == []


async def test_the_mounted_page_finds_the_contract_beside_it(browser: Browser, stack: RunningStack) -> None:
    """In the combined app the proposed backend is the one beside the page, and it works as proposed."""
    seen = await temporal(browser, f"{stack.api_url}/ring", backend="")
    assert await seen.page.input_value("#backend") == f"{stack.api_url}/agentic"
    assert await a_ring_is_shown(seen.page)
    assert seen.strangers(stack.api_url) == []
    assert seen.complaints == []


async def test_a_refusal_is_shown_in_the_contracts_words(
    browser: Browser, stack: RunningStack, agentic_url: str
) -> None:
    """Without a user the page says what is missing."""
    seen = await temporal(browser, stack.ring_url, agentic_url)
    await seen.page.fill("#user", "")
    await seen.page.click("#make")
    await expect(seen.page.get_by_role("alert")).to_contain_text("X-On-Behalf-Of", timeout=STUCK_MS)
