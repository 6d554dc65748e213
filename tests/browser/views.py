"""Every view of the page, each in a state that a person meets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.browser.studio import color, payload, upload
from tests.films import film_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import APIRequestContext, Page

NAMES = (
    "market-street.jpg", "man-with-fox.jpg", "camel-driver.jpg", "monastery.jpg", "settlers.jpg",
    "sled-dog.jpg", "street-with-elms.jpg", "two-in-the-snow.jpg",
)  # fmt: skip
EDITED = "street-with-elms.jpg"
COAT = {"x": 487, "y": 545, "color": "#7c3f58"}
VOTES = ((5, 4, 4, 5, 3, 5, 4), (4, 4, 5, 3, 2, 5, 4), (5, 3, 4, 4, 2, 4, 3), (3, 4, 5, 4, 1, 5, 5))


@dataclass(frozen=True)
class Album:
    """What lies in the studio while its views are looked at."""

    edited: str
    rating: str
    pairwise: str


def fill(api: APIRequestContext, other_model: str) -> Album:
    """Upload the examples, colour all but one, let four people vote on them."""
    photos = upload(api, *NAMES)
    upload(api, "market-street.jpg", kind="reference")
    # The newest version of a photo is what its view shows: that of the default model.
    others = [color(api, photo, model=other_model)["id"] for photo in photos[3:5]]
    versions = [color(api, photo)["id"] for photo in photos[1:]]
    edited = next(photo for photo in photos if photo["name"] == EDITED)
    color(api, edited, hints=[COAT], strength=1.15, reach=0.4)
    asked = "How real do the colours of this picture look?"
    rating = _survey(api, "Family album", "rating", asked, versions)
    asked = "Which of the two looks more real?"
    pairwise = _survey(api, "Two models", "pairwise", asked, [*versions[2:4], *others])
    film = payload("wedding-1931.mp4", film_bytes(), "video/mp4")
    assert api.post("/api/v1/films", multipart={"film": film}).status == 202
    batch = {"photos": [photo["id"] for photo in photos[2:5]], "settings": {"strength": 1.2}}
    assert api.post("/api/v1/jobs", data=batch).status == 202
    return Album(edited["id"], rating, pairwise)


def _survey(
    api: APIRequestContext, title: str, mode: str, question: str, versions: list[str]
) -> str:
    body = {
        "title": title, "mode": mode, "question": question, "repeats": 0, "truths": [],
        "pictures": [{"version": version} for version in versions],
    }  # fmt: skip
    answer = api.post("/api/v1/surveys", data=body)
    assert answer.status == 201, answer.text()
    return str(answer.json()["slug"])


def vote(rater: APIRequestContext, slug: str, votes: tuple[int, ...]) -> None:
    """Let one person answer a whole rating survey."""
    items = rater.get(f"/api/v1/surveys/{slug}/rate").json()["items"]
    token = _token(rater)
    for item, value in zip(sorted(items, key=lambda one: str(one["id"])), votes, strict=True):
        answer = rater.put(
            f"/api/v1/surveys/{slug}/rate/{item['id']}", data={"vote": value}, headers=token
        )
        assert answer.status == 200, answer.text()


def _token(rater: APIRequestContext) -> dict[str, str]:
    rater.get("/api/v1/session")
    cookies: list[dict[str, Any]] = rater.storage_state()["cookies"]  # type: ignore[assignment]
    value = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
    return {"X-CSRFToken": value}


def walk(page: Page, album: Album) -> Iterator[str]:
    """Open every view after another; its name is told once it stands still."""
    page.goto("/")
    page.locator("article img").first.wait_for()
    yield _calm(page, "photos")
    page.goto(f"/photo/{album.edited}")
    page.locator(".after img").first.wait_for()
    yield _calm(page, "editor")
    page.locator("#tab-paint").click()
    page.locator("canvas").first.wait_for()
    page.locator("li.mark button.swatch").first.click()
    page.locator(".palette button.swatch").first.wait_for()
    page.locator(".swatches[role=status]").wait_for(state="detached")
    yield _calm(page, "editor-paint")
    page.locator("#tab-references").click()
    page.locator("li.reference img").first.wait_for()
    yield _calm(page, "editor-references")
    page.locator("li.reference button").first.click()
    page.get_by_role("dialog").locator("canvas").click(position={"x": 90, "y": 60}, trial=True)
    yield _calm(page, "editor-eyedropper")
    page.keyboard.press("Escape")
    page.locator("#tab-history").click()
    page.locator("li.version img").first.wait_for()
    yield _calm(page, "editor-versions")
    page.goto("/batches")
    page.locator("article.job").first.wait_for()
    yield _calm(page, "batches")
    page.get_by_role("button", name=re.compile("Colour a film|Tô màu một đoạn phim")).click()
    page.get_by_role("dialog").locator("input[type=range]").wait_for()
    yield _calm(page, "film")
    page.goto("/surveys")
    page.locator("li.survey").first.wait_for()
    yield _calm(page, "surveys")
    page.locator(".page-head button").first.click()
    page.locator(".choice img").first.wait_for()
    yield _calm(page, "survey-form")
    page.goto(f"/surveys/{album.rating}/results")
    page.locator(".bars canvas").first.wait_for()
    yield _calm(page, "results")
    page.goto(f"/s/{album.rating}")
    page.get_by_role("heading", name="Family album").wait_for()
    yield _calm(page, "rate-start")
    page.locator(".intro button").click()
    page.locator(".mat img").wait_for()
    yield _calm(page, "rate")
    page.goto(f"/s/{album.pairwise}")
    page.locator(".intro button").click()
    page.locator(".mat img").first.wait_for()
    yield _calm(page, "rate-pair")
    page.goto("/nowhere")
    page.locator(".empty").wait_for()
    yield _calm(page, "missing")


_STILL = """() => Promise.all([
  document.fonts.ready,
  ...[...document.images].filter((one) => {
    const { top, bottom, width } = one.getBoundingClientRect()
    // Pictures further down load later.
    return one.checkVisibility() && width > 0 && bottom > 0 && top < innerHeight
  }).map((one) => one.decode().catch(() => 0)),
  ...document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => 0)),
])"""

_DRAWN = """() => new Promise(
  (done) => requestAnimationFrame(() => requestAnimationFrame(done)),
)"""


def _calm(page: Page, name: str) -> str:
    """Wait until fonts and pictures are there, and nothing moves or is pointed at."""
    page.mouse.move(1, 1)  # nothing is shown as if it were pointed at
    page.wait_for_load_state("networkidle")
    page.evaluate(_STILL)
    page.wait_for_function("() => !document.querySelector('.stage .busy')")
    page.evaluate(_DRAWN)
    return name


def overflow(page: Page) -> int:
    """Pixels by which a view is wider than its window."""
    width: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


def told(violations: list[dict[str, Any]]) -> str:
    """Say what axe found, one line each."""
    lines = []
    for one in violations:
        for node in one["nodes"][:4]:
            html = re.sub(r"\s+", " ", node["html"])[:180]
            lines.append(f"{one['id']}: {html}: {node.get('failureSummary', '')[:200]!r}")
    return "\n".join(lines)
