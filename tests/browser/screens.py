"""Write a picture of every view to results/screens, of the free photographs in examples/photos.

python -m tests.browser.screens
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import studio as studios
from tests.browser import views
from tests.runtime.conftest import write_hinting_model

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENS = studios.ROOT / "results" / "screens"
LOOKS = (
    ("desk-light", "en-US", {"width": 1280, "height": 860}, "light"),
    ("desk-dark", "vi-VN", {"width": 1280, "height": 860}, "dark"),
    ("phone-light", "vi-VN", {"width": 360, "height": 740}, "light"),
    ("phone-dark", "en-US", {"width": 360, "height": 740}, "dark"),
)


def shoot(page: Page, name: str) -> None:
    """Keep what is on the screen as a small JPEG."""
    file = SCREENS / f"{name}.jpg"
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(file, quality=82, optimize=True)


def shoot_empty(browser: Browser, studio: studios.Studio) -> None:
    """The first thing that anyone sees."""
    for look, locale, size, scheme in LOOKS:
        with studios.visiting(
            browser, studio, locale=locale, viewport=size, color_scheme=scheme
        ) as context:
            page = context.new_page()
            page.goto("/")
            page.locator(".large").wait_for()
            page.wait_for_load_state("networkidle")
            shoot(page, f"empty-{look}")


def main() -> None:
    """Serve, fill, walk, shoot."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = studios.launch(playwright)
        models = Path(folder) / "models"
        write_hinting_model(models / "painter")
        with studios.serving(Path(folder) / "home", models=models) as studio:
            shoot_empty(browser, studio)
            album = views.fill(studio.api(playwright), "painter")
            for votes in views.VOTES:
                views.vote(studio.api(playwright), album.rating, votes)
            for look, locale, size, scheme in LOOKS:
                with studios.visiting(
                    browser, studio, locale=locale, viewport=size, color_scheme=scheme
                ) as context:
                    page = context.new_page()
                    for name in views.walk(page, album):
                        shoot(page, f"{name}-{look}")
        with studios.serving(Path(folder) / "house", "--multi-user", "--workers", "0") as house:
            for look, locale, size, scheme in LOOKS[1:3]:
                with studios.visiting(
                    browser, house, locale=locale, viewport=size, color_scheme=scheme
                ) as context:
                    page = context.new_page()
                    page.goto("/login")
                    page.locator("input[type=password]").wait_for()
                    shoot(page, f"login-{look}")


if __name__ == "__main__":
    main()
