"""How a run over photographs is told: results and failures, tables, progress, the exit code."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import typer

from tomau.cli.console import Console, printable, stop_on_ctrl_c

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from threading import Event

    from tomau.runtime import Manifest, Outcome, Plan, ReportWriter, RunOptions, RunSummary, Task

    Refusal = Callable[[Sequence[Task]], list[Outcome]]


class Engine(Protocol):
    """What colourizes the photographs of a plan and tells of each."""

    def __call__(
        self, tasks: Sequence[Task], *, on_outcome: Callable[[Outcome], None], stop: Event
    ) -> RunSummary: ...


class Teller:
    """Tells of each outcome on the console and in the tables of the run, and counts them."""

    def __init__(
        self,
        console: Console,
        *,
        as_json: bool,
        report: ReportWriter | None,
        manifest: Manifest | None,
    ) -> None:
        self._console = console
        self._as_json = as_json
        self._tables = [table for table in (report, manifest) if table is not None]
        self._counts: Counter[str] = Counter()
        self._is_said: set[Path] = set()
        self.advance: Callable[..., None] = lambda *, failed=False: None  # noqa: ARG005

    def __call__(self, outcome: Outcome) -> None:
        """Tell of one photograph."""
        self._counts[outcome.status] += 1
        self.advance(failed=outcome.status == "failed")
        for table in self._tables:
            table.add(outcome)
        if self._as_json:
            self._console.json(outcome.as_row())
        self._say(outcome)

    def passed_by(self, plan: Plan) -> None:
        """Tell, once, what a search left out and which folders it could not read."""
        from tomau.runtime import Outcome

        for path, reason in plan.left_out:
            if path not in self._is_said:
                self._console.detail(f"left out {printable(path)}: {reason}")
        for path, reason in plan.unreadable:
            if path not in self._is_said:
                self(Outcome(path, path, "failed", reason))
        self._is_said.update(path for path, _ in (*plan.left_out, *plan.unreadable))

    def _say(self, outcome: Outcome) -> None:
        source, console = printable(outcome.source), self._console
        if outcome.status == "failed":
            named = str(outcome.source) in outcome.reason
            console.error(outcome.reason if named else f"{source}: {outcome.reason}")
        elif outcome.status == "skipped":
            console.detail(f"skipped {source}: {outcome.reason}")
        else:
            for note in outcome.notes:
                console.note(f"{source}: {note}")
            if not self._as_json:
                console.result(printable(outcome.target))
            console.detail(f"{source}: {outcome.seconds:.2f} s")

    def finish(self, *, is_batch: bool, interrupted: bool) -> None:
        """Sum up on stderr, and leave with the exit code of the run."""
        counts = self._counts
        if is_batch:
            self._console.note(
                f"{counts['done']} done, {counts['skipped']} skipped, {counts['failed']} failed"
            )
        if interrupted:
            self._console.note("interrupted; the same call goes on where this one stopped")
            raise typer.Exit(130)
        if counts["failed"]:
            raise typer.Exit(1)


def foreign_results(manifest: Manifest | None, options: RunOptions) -> Refusal:
    """What refuses photographs whose results would be taken for those of others."""
    if manifest is None or options.existing == "overwrite":
        return lambda _: []
    return manifest.foreign


def run_plan(
    plan: Plan, engine: Engine, teller: Teller, console: Console, refuse: Refusal
) -> RunSummary:
    """Run a plan once, telling first of what cannot be done."""
    total = len(plan.tasks) + len(plan.unreadable)
    with stop_on_ctrl_c() as stop, console.progress("colourizing", total) as teller.advance:
        teller.passed_by(plan)
        return engine(_allowed(plan.tasks, teller, refuse), on_outcome=teller, stop=stop)


def _allowed(tasks: Sequence[Task], teller: Teller, refuse: Refusal) -> list[Task]:
    refused = refuse(tasks)
    for outcome in refused:
        teller(outcome)
    sources = {outcome.source for outcome in refused}
    return [task for task in tasks if task.source not in sources]


def watch_folders(
    look: Callable[[], Plan],
    engine: Engine,
    teller: Teller,
    console: Console,
    refuse: Refusal,
    *,
    every: float,
) -> None:
    """Run what arrives, look after look, until Ctrl-C."""
    from tomau.runtime import Arrivals

    arrivals = Arrivals()
    with stop_on_ctrl_c() as stop, console.progress("watching", None) as teller.advance:
        while not stop.is_set():
            plan = look()
            teller.passed_by(plan)
            tasks, refused = arrivals.ready(plan.tasks)
            for outcome in refused:
                teller(outcome)
            if allowed := _allowed(tasks, teller, refuse):
                engine(allowed, on_outcome=teller, stop=stop)
            stop.wait(every)
