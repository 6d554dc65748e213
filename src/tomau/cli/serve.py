"""``tomau serve``: the web application and its API."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console
from tomau.cli.server_loading import load_launch

Host = Annotated[
    str,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        help="Address to listen on; with any but this machine's own, a token is asked for.",
    ),
]
Port = Annotated[int, typer.Option("--port", "-p", metavar="N", min=1, max=65535)]
MultiUser = Annotated[
    bool, typer.Option("--multi-user", help="Accounts and login (see: tomau user add).")
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers", metavar="N", min=0, max=64, help="Processes that work on batches beside it."
    ),
]
Threads = Annotated[
    int, typer.Option("--threads", metavar="N", min=2, max=512, help="Requests taken at once.")
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    home: options.Home = None,
    multi_user: MultiUser = False,
    workers: Workers = 1,
    threads: Threads = 32,
    quiet: options.Quiet = False,
) -> None:
    """Serve the web application and the REST API until Ctrl-C.

    On this machine alone everyone is the one local user. Bound to another address, a start-up
    token is printed and asked for; --multi-user asks for an account in its place.

    \b
    tomau serve                          http://127.0.0.1:8000
    tomau serve --host 0.0.0.0           for the house, by the printed token
    tomau user add grandma               an account
    tomau serve --multi-user --host 0.0.0.0
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    console = Console(quiet=quiet)
    environment = {"TOMAU_HOST": host, "TOMAU_PORT": str(port)}
    environment["TOMAU_MODE"] = "multi" if multi_user else "single"
    if home is not None:
        environment["TOMAU_HOME"] = str(home)
    os.environ.update(environment)
    launch = load_launch()
    os.environ.setdefault("TOMAU_TOKEN", launch.new_token())
    chosen = launch.prepare()
    launch.check_port(chosen)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    console.result(f"tomau at {address} (Ctrl-C stops it)")
    if chosen.needs_token:
        console.result(f"token: {chosen.token}")
    commands = [launch.web_command(chosen, threads=threads)]
    commands += [launch.worker_command()] * workers
    launch.Supervisor(commands, console.note).run()
