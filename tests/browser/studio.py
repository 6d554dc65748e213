"""A real server and a real browser for the tests of the page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import (
        APIRequestContext,
        Browser,
        BrowserContext,
        FilePayload,
        Page,
        Playwright,
    )

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = ROOT / "examples" / "photos"
PAGE = ROOT / "src" / "tomau" / "server" / "static_page" / "index.html"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "a long pass phrase 31"
_START_SECONDS = 180.0
_PATIENCE_MS = 90_000  # a busy machine is no fault of the page
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a moving figure, and that nobody has to allow.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def what_is_missing() -> str | None:
    """Name what these tests lack here, with the command that brings it; None where all is there."""
    if chromium() is None:
        return "no chromium (apt-get install chromium)"
    if not PAGE.is_file():
        return "the page is not built (make page)"
    try:
        import django  # noqa: F401
        import playwright  # noqa: F401
    except ImportError as error:
        return f"no {error.name} (pip install 'tomau[web,dev]')"
    return None


def chromium() -> str | None:
    """Find Debian's browser; none is ever downloaded."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass(frozen=True)
class Studio:
    """A running server: its address and its data folder."""

    url: str
    home: Path

    def add_user(self, name: str, *, staff: bool = False) -> None:
        """Make an account with `PASSWORD`."""
        command = [sys.executable, "-m", "tomau", "user", "add", name, "--home", str(self.home)]
        command += ["--staff"] if staff else []
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, env=_environment())

    def api(self, playwright: Playwright) -> APIRequestContext:
        """Ask the API as a script does, without cookies."""
        return playwright.request.new_context(base_url=self.url)


@contextmanager
def serving(home: Path, *arguments: str, models: Path | None = None) -> Iterator[Studio]:
    """Run ``tomau serve`` on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = _environment()
    if models is not None:
        environment["TOMAU_MODELS"] = str(models)
    command = [sys.executable, "-m", "tomau", "serve", "--port", str(port), "--home", str(home)]
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{home.name}.log").open("w+") as log:
        process = subprocess.Popen(
            [*command, *arguments], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}/healthz", process, log.name)
            yield Studio(f"http://127.0.0.1:{port}", home)
        finally:
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            if process.poll() is None:
                process.kill()
                process.wait()


def _environment() -> dict[str, str]:
    dropped = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TOMAU_") and name not in dropped
    }
    return kept | {"PYTHONPATH": str(ROOT / "src")}


def _wait(url: str, process: subprocess.Popen[bytes], log: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"tomau serve did not start:\n{Path(log).read_text()}")


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=chromium(), args=list(_FLAGS))


@contextmanager
def visiting(
    browser: Browser, studio: Studio, *, errors: bool = True, **settings: Any
) -> Iterator[BrowserContext]:
    """Open a browser of its own cookies, in English; the page's script may fail nowhere.

    Args:
        browser: of `launch`.
        studio: the server.
        errors: whether an error on the browser's console is one of the test.
        settings: of the context, such as the size of the window.
    """
    given = {"locale": "en-US", "viewport": {"width": 1280, "height": 860}}
    context = browser.new_context(base_url=studio.url, **(given | settings))
    context.set_default_timeout(_PATIENCE_MS)
    found: list[str] = []
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on(
        "console",
        lambda message: found.append(message.text) if message.type == "error" else None,
    )
    try:
        yield context
    finally:
        context.close()
    if errors:
        # What the server refuses is told to the person; the browser writes it down all the same.
        broken = [line for line in found if not line.startswith("Failed to load resource")]
        assert not broken, "\n".join(broken)


def upload(api: APIRequestContext, *names: str, kind: str = "photo") -> list[dict[str, Any]]:
    """Upload examples by the API, in their order."""
    photos = []
    for name in names:
        file = payload(name, (PHOTOS / name).read_bytes())
        answer = api.post("/api/v1/photos", multipart={"file": file, "kind": kind})
        assert answer.status == 201, answer.text()
        photos.append(answer.json())
    return photos


def payload(name: str, content: bytes, kind: str = "image/jpeg") -> FilePayload:
    """Make a file of the memory, as the browser's file chooser and multipart forms take it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def color(api: APIRequestContext, photo: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """Save a version of a photograph by the API."""
    answer = api.post(f"/api/v1/photos/{photo['id']}/versions", data=settings)
    assert answer.status == 201, answer.text()
    version: dict[str, Any] = answer.json()
    return version


def drag(page: Page, paths: list[Path], x: float, y: float, *, drop: bool = True) -> None:
    """Drag files from the desk over a place of the page, as a hand does, and let go."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", *(["drop"] if drop else [])):
        session.send("Input.dispatchDragEvent", {"type": step, "x": x, "y": y, "data": data})
    session.detach()
