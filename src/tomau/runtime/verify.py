"""Checking a manifest against the files it describes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tomau.runtime.card import file_sha256
from tomau.runtime.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

State = Literal["sound", "missing", "changed", "unreadable", "failed", "doubled"]


@dataclass(frozen=True)
class Finding:
    """What a photograph of a manifest and its result are now; ``reason`` is empty if sound."""

    source: Path
    target: Path
    state: State
    reason: str = ""

    def as_row(self) -> dict[str, str]:
        """The finding in plain values, for a JSON object."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "state": self.state,
            "reason": self.reason,
        }


def verify_manifest(path: Path, *, jobs: int = 2) -> Iterator[Finding]:
    """Hash every file of a manifest and compare, in the manifest's order, a photograph at a time.

    Of a photograph that was recorded more than once the last row counts; one that failed and was
    never done is a finding too, as are two that claim one result.

    Raises:
        UsageError: the file cannot be read, or is no manifest.
    """
    last: dict[str, dict[str, Any]] = {}
    for row in read_manifest(path):
        # A failure after success, as with a file that was refused, takes back no success.
        if row["status"] != "failed" or last.get(row["source"], row)["status"] == "failed":
            last[row["source"]] = row
    makers: dict[str, str] = {}
    doubled: dict[str, str] = {}
    for row in last.values():
        if row["status"] != "failed":
            first = makers.setdefault(row["target"], row["source"])
            if first != row["source"]:
                doubled[row["source"]] = first
    with ThreadPoolExecutor(jobs, thread_name_prefix="tomau-verify") as pool:
        yield from pool.map(
            lambda row: _examine(row, path.parent, doubled.get(row["source"])), last.values()
        )


def _examine(row: dict[str, Any], folder: Path, other: str | None) -> Finding:
    source, target = folder / row["source"], folder / row["target"]
    if row["status"] == "failed":
        return Finding(source, target, "failed", row["error"])
    if other is not None:
        return Finding(source, target, "doubled", f"{target} is recorded as made from {other} too")
    for path, kind in ((target, "target"), (source, "source")):
        try:
            digest = file_sha256(path)
        except FileNotFoundError:
            return Finding(source, target, "missing", f"{path} is missing")
        except OSError as error:
            return Finding(source, target, "unreadable", f"{path}: {error.strerror}")
        if digest != row[f"{kind}_sha256"]:
            reason = (
                f"{path} was changed: SHA-256 {digest[:12]}..., "
                f"the manifest says {row[f'{kind}_sha256'][:12]}..."
            )
            return Finding(source, target, "changed", reason)
    return Finding(source, target, "sound")
