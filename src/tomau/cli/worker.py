"""``tomau worker``: one more process that works on batches."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tomau.cli import options
from tomau.cli.server_loading import load_launch

Batch = Annotated[bool, typer.Option("--batch", help="End when nothing waits.")]


def worker(home: options.Home = None, batch: Batch = False) -> None:
    """Work on batches until Ctrl-C; the photograph in work is finished first.

    tomau serve starts one. More of them, on this machine or on others that share the database
    (DATABASE_URL) and the files (TOMAU_S3_BUCKET, or TOMAU_HOME on a shared disk), share the work.
    A worker that dies loses nothing: others take up what it had begun.
    """
    if home is not None:
        os.environ["TOMAU_HOME"] = str(home)
    launch = load_launch()
    launch.prepare()
    launch.work(batch=batch)
