"""What the tests of the try-on page do again and again."""

from playwright.async_api import Page, expect

from tests.page_tryon.conftest import Open
from tests.pages import DESKTOP, Visit


async def colour(page: Page, x: float, y: float) -> tuple[int, int, int]:
    """Return the colour of the canvas at a place, given in fractions, once it is drawn."""
    look = """async (canvas, [x, y]) => {
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      const [across, down] = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
      return [...canvas.getContext("2d").getImageData(across, down, 1, 1).data].slice(0, 3);
    }"""
    red, green, blue = await page.locator("#canvas").evaluate(look, [x, y])
    return red, green, blue


async def masked(visit: Visit, width: int = 800, height: int = 600, size: dict[str, int] = DESKTOP) -> Open:
    """Open the page and go as far as the mask."""
    tryon = await visit(size)
    await tryon.marked(width, height)
    await tryon.page.click("#make-mask")
    await expect(tryon.page.locator("#show-mask")).to_be_enabled()
    return tryon


async def result(tryon: Open) -> None:
    """Wait for the pictures."""
    await expect(tryon.page.locator("#result")).to_be_visible()


async def share(page: Page) -> float:
    """Return how much of the left picture is seen, in percent."""
    return float(await page.locator(".window").evaluate("node => parseFloat(node.style.getPropertyValue('--at'))"))
