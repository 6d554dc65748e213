"""The same run on more than one machine: Ray spreads the photographs, each actor has a Colorizer.

Photographs, results and the model's folder have to be at the same paths on every machine. Only
paths and outcomes travel, no pixels. Ray restarts an actor that is killed and gives its
photographs to another: results that it had written are found there, half a result is none.
"""

from __future__ import annotations

import json
import logging
import math
import os
import socket
import threading
from contextlib import closing
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tomau.errors import MissingExtraError, UsageError
from tomau.runtime.batch import Outcome, RunSummary, already_there, colorize_file
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.folders import Task
from tomau.runtime.store import load_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Event

    from numpy.typing import NDArray

    from tomau.runtime.batch import Existing, RunOptions
    from tomau.runtime.session import Device

_BLOCK = 64
_BLOCKS_PER_ACTOR = 8
_CONNECT_SECONDS = 10.0
_READER = "iter_threaded"  # what Ray Data calls its threads that read results ahead
_READER_SECONDS = 30.0


def run_on_ray(
    tasks: Sequence[Task],
    on_outcome: Callable[[Outcome], None],
    *,
    model: str | Path,
    device: Device,
    options: RunOptions,
    address: str | None = None,
    stop: Event | None = None,
) -> RunSummary:
    """Colourize the photographs of a plan on a Ray cluster and tell of each as it is done.

    An actor for every processor of the cluster, each with one thread; the order is that of their
    getting done. ``address`` is that of a running cluster; None starts Ray on this machine alone,
    unless this process has joined a cluster already. Setting ``stop`` ends the run at the next
    outcome; results that are there by then are found by the next run.

    Raises:
        MissingExtraError: Ray is not installed.
        UsageError: there is no cluster at the address.
    """
    if find_spec("ray") is None:
        raise MissingExtraError("--engine ray", "cluster")
    outcomes: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        on_outcome(outcome)

    # Here, not in the actors: one that takes over from a killed one finds results of this run.
    waiting = []
    for task in tasks:
        if (outcome := already_there(task, options.existing)) is not None:
            tell(outcome)
        else:
            waiting.append(task)
    existing: Existing = "overwrite" if options.existing == "overwrite" else "skip"
    settings = {
        "model": str(load_model(model).folder.absolute()),
        "device": device,
        "options": replace(options, existing=existing),
    }
    if waiting:
        for outcome in _spread(waiting, settings, address):
            tell(outcome)
            if stop is not None and stop.is_set():
                break
    return RunSummary(tuple(outcomes), interrupted=len(outcomes) < len(tasks))


def _spread(
    tasks: Sequence[Task], settings: dict[str, Any], address: str | None
) -> Iterator[Outcome]:
    """Outcomes of the tasks in the order in which the actors of a cluster get them done."""
    # Ray reports its use to its makers unless told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray.data  # all of it: ray alone would import the rest later, and set levels of its own

    joined_before = ray.is_initialized()
    if not joined_before:
        _join(address)
    try:
        # A word on stderr for every step is more than a folder run says.
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        ray.data.DataContext.get_current().enable_progress_bars = False
        actors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        block = min(_BLOCK, math.ceil(len(tasks) / (actors * _BLOCKS_PER_ACTOR)))
        blocks = math.ceil(len(tasks) / block)
        rows = ray.data.from_items(
            [_as_row(number, task) for number, task in enumerate(tasks)],
            # Outcomes come back a block at a time, and a block is what is lost with an actor.
            override_num_blocks=blocks,
        )
        done = rows.map_batches(
            _Actor,
            batch_size=None,
            compute=ray.data.ActorPoolStrategy(size=min(actors, blocks)),
            num_cpus=1,
            fn_constructor_kwargs=settings,
        )
        with closing(iter(done.iter_rows())) as found:
            for row in found:
                task = tasks[row["number"]]
                facts = json.loads(row["facts"])
                facts["notes"] = tuple(facts["notes"])
                yield Outcome(task.source, task.target, **facts)
    finally:
        _wait_for_readers()
        if not joined_before:
            ray.shutdown()


def _wait_for_readers() -> None:
    """Wait until nothing reads results any more.

    When a run is stopped, threads of Ray Data still read for a moment. One that asks a cluster
    which has been left ends this process on the spot, with exit code 1 and without a word.
    """
    for thread in threading.enumerate():
        if thread.name == _READER:
            thread.join(_READER_SECONDS)


def _join(address: str | None) -> None:
    import ray

    try:
        host, _, port = (address or "").removeprefix("ray://").rpartition(":")
        if host and port.isdecimal():
            # Ray would go on trying for many minutes.
            socket.create_connection((host, int(port)), timeout=_CONNECT_SECONDS).close()
        ray.init(
            address=address,
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (OSError, ValueError) as error:  # Ray's are ConnectionError and ValueError
        raise UsageError(
            f"no Ray cluster at {address} ({' '.join(str(error).split())}); expected auto or "
            "HOST:PORT of a running one: start it with ray start --head"
        ) from error


def _as_row(number: int, task: Task) -> dict[str, Any]:
    # Names are bytes: they need not be text. Actors have a working folder of their own.
    return {
        "number": number,
        "source": os.fsencode(task.source.absolute()),
        "target": os.fsencode(task.target.absolute()),
        "format": task.format,
    }


class _Actor:
    """A Colorizer in a process of the cluster."""

    def __init__(self, model: str, device: Device, options: RunOptions) -> None:
        self._colorizer = Colorizer.load(Path(model), device=device, threads=1)
        self._options = options

    def __call__(self, batch: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        facts = []
        columns = (batch[name] for name in ("source", "target", "format"))
        for source, target, format_name in zip(*columns, strict=True):
            task = Task(Path(os.fsdecode(source)), Path(os.fsdecode(target)), str(format_name))
            values = asdict(colorize_file(task, self._colorizer, self._options))
            facts.append(
                json.dumps({k: v for k, v in values.items() if k not in ("source", "target")})
            )
        return {"number": batch["number"], "facts": np.array(facts, dtype=object)}
