"""Running models: from a photograph, or a folder of them, to the same in colour."""

from __future__ import annotations

from tomau.runtime.batch import (
    Existing,
    Outcome,
    RunOptions,
    RunSummary,
    already_there,
    make_folder,
    run_tasks,
)
from tomau.runtime.card import Model, ModelCard, file_sha256, read_model, verify_model, write_card
from tomau.runtime.cluster import run_on_ray
from tomau.runtime.colorizer import Colorizer, colorize
from tomau.runtime.finishing import Finish
from tomau.runtime.folders import Plan, Task, plan_run
from tomau.runtime.leftovers import remove_leftovers
from tomau.runtime.manifest import Manifest
from tomau.runtime.naming import Naming, stream_format
from tomau.runtime.prepared import Prepared
from tomau.runtime.report import ReportWriter
from tomau.runtime.session import Device, OnnxSession, Session, open_session, threads_of_each
from tomau.runtime.shard import Shard
from tomau.runtime.store import find_model_folder, list_model_folders, load_model
from tomau.runtime.verify import Finding, verify_manifest
from tomau.runtime.watching import Arrivals

__all__ = [
    "Arrivals",
    "Colorizer",
    "Device",
    "Existing",
    "Finding",
    "Finish",
    "Manifest",
    "Model",
    "ModelCard",
    "Naming",
    "OnnxSession",
    "Outcome",
    "Plan",
    "Prepared",
    "ReportWriter",
    "RunOptions",
    "RunSummary",
    "Session",
    "Shard",
    "Task",
    "already_there",
    "colorize",
    "file_sha256",
    "find_model_folder",
    "list_model_folders",
    "load_model",
    "make_folder",
    "open_session",
    "plan_run",
    "read_model",
    "remove_leftovers",
    "run_on_ray",
    "run_tasks",
    "stream_format",
    "threads_of_each",
    "verify_manifest",
    "verify_model",
    "write_card",
]
