"""A real server, or a real worker, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0


def environment(home: Path, **variables: str) -> dict[str, str]:
    """The variables of a server whose data lie in ``home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOMAU_")}
    kept["TOMAU_MODELS"] = os.environ["TOMAU_MODELS"]
    return {**kept, "TOMAU_HOME": str(home), **variables}


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, true: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until something is so, looking again and again; what it was is answered."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"in {patience:g} s it did not come to pass: {what}")


def start(arguments: list[str], variables: dict[str, str]) -> subprocess.Popen[str]:
    """Start ``tomau`` with arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "tomau", *arguments],
        env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def end(process: subprocess.Popen[str], sent: int = signal.SIGINT) -> tuple[int, str]:
    """Stop a process as Ctrl-C does; answer its exit code and what it said."""
    if process.poll() is None:
        process.send_signal(sent)
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    return process.returncode, said


class Server:
    """A server that runs."""

    def __init__(self, port: int, process: subprocess.Popen[str]) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.process = process

    def ask(
        self, path: str, data: bytes | None = None, kind: str = "application/json",
        method: str | None = None,
    ) -> tuple[int, Any]:  # fmt: skip
        """Answer the status, and JSON or bytes."""
        headers = {"Content-Type": kind} if data is not None else {}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status, content = answer.status, answer.read()
                type_ = answer.headers.get_content_type()
        except urllib.error.HTTPError as error:
            with error:
                status, content = error.code, error.read()
                type_ = error.headers.get_content_type()
        return status, json.loads(content) if type_ == "application/json" else content

    def is_up(self) -> bool:
        """Whether it answers."""
        if self.process.poll() is not None:
            raise AssertionError(
                f"the server ended: {self.process.stdout and self.process.stdout.read()}"
            )
        try:
            return self.ask("/healthz")[0] == 200
        except OSError:
            return False

    def upload(self, content: bytes, name: str = "photo.jpg") -> dict[str, Any]:
        """Upload a photograph."""
        status, photo = self.ask("/api/v1/photos", *multipart("file", content, name))
        assert status == 201, photo
        found: dict[str, Any] = photo
        return found


def multipart(field: str, content: bytes, name: str) -> tuple[bytes, str]:
    """A form with one file, and its media type."""
    head = f'--xXx\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    kind = "Content-Type: application/octet-stream\r\n\r\n"
    body = (head + kind).encode() + content + b"\r\n--xXx--\r\n"
    return body, "multipart/form-data; boundary=xXx"


@contextmanager
def serving(home: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    """Run ``tomau serve`` on a free port; it is stopped by Ctrl-C at the end."""
    port = free_port()
    process = start(
        ["serve", "--port", str(port), "--threads", "8", *arguments],
        environment(home, **variables),
    )
    server = Server(port, process)
    try:
        wait_for("the server answers", server.is_up)
        yield server
    finally:
        code, said = end(process)
    assert code == 0, said
