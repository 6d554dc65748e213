from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from tomau.errors import UsageError
from tomau.runtime.batch import Outcome, RunOptions, run_tasks
from tomau.runtime.cluster import _join, run_on_ray
from tomau.runtime.colorizer import Colorizer
from tomau.runtime.folders import plan_run
from tomau.runtime.manifest import Manifest
from tomau.runtime.naming import Naming
from tomau.runtime.verify import verify_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.slow,  # starting the two nodes takes that long
    # Ray leaves streams of its processes open.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PHOTOS = 40


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """Two nodes of one processor each, and this process has joined them."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    nodes = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    nodes.add_node(**node)
    ray.init(address=nodes.address, log_to_driver=False)
    yield
    ray.shutdown()
    nodes.shutdown()


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album")
    random = np.random.default_rng(3)
    for number in range(PHOTOS - 1):
        name = os.fsdecode(b"%d\xff\n.png" % number)  # names travel as they are
        Image.fromarray(random.integers(0, 255, (300, 400), np.uint8)).save(folder / name)
    (folder / "bad.png").write_text("this is text")
    return folder


@pytest.fixture(scope="module")
def expected(album: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the local engine."""
    out = tmp_path_factory.mktemp("local")
    tasks = plan_run([album], Naming(output=out)).tasks
    run_tasks(tasks, Colorizer.load(tiny_model), RunOptions(), lambda _: None)
    return out


def results(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.png")}


def actors() -> list[int]:
    """Processes of the actors that descend from this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if not (folder / "cmdline").read_bytes().startswith(b"ray::MapWorker"):
                continue
            parent = int(folder.name)
            while parent > 1 and parent != os.getpid():
                parent = int(Path(f"/proc/{parent}/stat").read_text().rsplit(")")[-1].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        if parent == os.getpid():
            found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes by /proc")
def test_a_killed_worker_loses_nothing_and_results_are_those_of_the_local_engine(
    album: Path, expected: Path, tiny_model: Path, tmp_path: Path
) -> None:
    tasks = plan_run([album], Naming(output=tmp_path)).tasks
    told: list[Outcome] = []
    killed: list[int] = []
    with Manifest(tmp_path / "m.jsonl", Colorizer.load(tiny_model).card) as manifest:

        def tell(outcome: Outcome) -> None:
            told.append(outcome)
            manifest.add(outcome)
            if not killed:
                killed.extend(actors())
                for process in killed:
                    os.kill(process, signal.SIGKILL)

        options = RunOptions(existing="skip", digests=True)
        summary = run_on_ray(tasks, tell, model=tiny_model, device="cpu", options=options)
    assert logging.getLogger("ray.data").level == logging.ERROR  # no word for every step
    assert len(killed) == 2
    assert not summary.interrupted
    assert {outcome.source for outcome in told} == {task.source for task in tasks}
    assert len(told) == PHOTOS
    assert [outcome.source.name for outcome in told if outcome.status == "failed"] == ["bad.png"]
    assert results(tmp_path) == results(expected)
    states = [finding.state for finding in verify_manifest(tmp_path / "m.jsonl")]
    assert sorted(states) == ["failed"] + ["sound"] * (PHOTOS - 1)


def test_a_run_may_be_stopped(
    album: Path, expected: Path, tiny_model: Path, tmp_path: Path
) -> None:
    tasks = plan_run([album], Naming(output=tmp_path)).tasks
    stop = Event()
    told: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        told.append(outcome)
        stop.set()

    options = RunOptions(existing="refuse")
    summary = run_on_ray(tasks, tell, model=tiny_model, device="cpu", options=options, stop=stop)
    assert summary.interrupted
    assert summary.outcomes == tuple(told)
    assert len(told) == 1
    assert results(tmp_path).items() <= results(expected).items()
    # Whoever leaves the cluster now is not ended by a thread that still asks it for results.
    assert "iter_threaded" not in {thread.name for thread in enumerate_threads()}


def test_what_is_there_is_not_sent_to_the_cluster(
    album: Path, expected: Path, tiny_model: Path
) -> None:
    tasks = plan_run([album], Naming(output=expected)).tasks[:3]
    options = RunOptions(existing="skip")
    told: list[Outcome] = []
    run_on_ray(tasks, told.append, model=tiny_model, device="cpu", options=options)
    assert [(outcome.source, outcome.status) for outcome in told] == [
        (task.source, "skipped") for task in tasks
    ]


def test_an_unknown_model_is_told_before_any_work(album: Path, tmp_path: Path) -> None:
    tasks = plan_run([album], Naming(output=tmp_path)).tasks
    with pytest.raises(UsageError, match="defualt"):
        run_on_ray(tasks, print, model="defualt", device="cpu", options=RunOptions())


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_an_address_without_a_cluster_is_told(address: str) -> None:
    with pytest.raises(UsageError, match=f"no Ray cluster at {address}"):
        _join(address)
