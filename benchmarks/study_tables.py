"""The committed tables of results/study, read for the report."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from study_plan import Scale

Row = dict[str, str]


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval, if it has one."""

    mean: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, row: Row) -> Estimate:
        """Read the columns mean, low and high."""
        low, high = (float(row[end]) if row[end] else None for end in ("low", "high"))
        return cls(float(row["mean"]), low, high)

    @property
    def sign(self) -> int:
        """1 or -1 if the whole interval lies above or below 0, else 0: undecided."""
        if self.low is None or self.high is None:
            return 0
        return 1 if self.low > 0 else -1 if self.high < 0 else 0

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.mean:+.2f}"
        return f"{self.mean:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


@dataclass(frozen=True)
class Tables:
    """What was measured at one scale; a table that is not there is empty."""

    folder: Path
    scale: Scale

    def path(self, name: str, suffix: str = "csv") -> Path:
        """Return where a table or picture of this scale lies."""
        return self.folder / f"{name}{self.scale.suffix}.{suffix}"

    def read(self, name: str) -> list[Row]:
        """Read a table; lines that begin with # tell how it was made."""
        path = self.path(name)
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(line for line in stream if not line.startswith("#")))

    def remarks(self, name: str) -> list[str]:
        """Read what a table tells of how it was made."""
        lines = self.path(name).read_text(encoding="utf-8").splitlines()
        return [line.removeprefix("# ") for line in lines if line.startswith("#")]

    @cached_property
    def runs(self) -> dict[str, Row]:
        """Experiment -> its facts."""
        return {row["experiment"]: row for row in self.read("runs")}

    @cached_property
    def scores(self) -> dict[str, dict[str, Estimate]]:
        """Experiment or anchor -> metric -> estimate."""
        scores: dict[str, dict[str, Estimate]] = {}
        for row in self.read("scores"):
            scores.setdefault(row["experiment"], {})[row["metric"]] = Estimate.of(row)
        return scores

    @cached_property
    def pairs(self) -> dict[tuple[str, str, str], dict[str, Estimate]]:
        """Photos, first, second -> metric -> the first's score less the second's."""
        pairs: dict[tuple[str, str, str], dict[str, Estimate]] = {}
        for row in self.read("pairs"):
            key = (row["photos"], row["first"], row["second"])
            pairs.setdefault(key, {})[row["metric"]] = Estimate.of(row)
        return pairs

    @cached_property
    def counts(self) -> dict[str, int]:
        """Kind of photos -> how many pairs were compared on."""
        return {row["photos"]: int(row["count"]) for row in self.read("pairs")}

    def seconds_per_photo(self, name: str) -> float:
        """Return the time that adversarial training takes for a photo."""
        rates = [
            float(row["images_per_s"])
            for row in self.read("curves")
            if row["experiment"] == name and row["regime"].startswith("adversarial")
        ]
        return len(rates) / sum(rates) if rates else float("nan")
