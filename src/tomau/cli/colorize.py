"""``tomau colorize``: files, folders, patterns, or a pipe, from gray to colour."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import options
from tomau.cli.console import Console, stop_on_ctrl_c
from tomau.cli.figures import before_and_after, write_figure
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.runtime import Colorizer, Existing, Naming, Outcome, Plan, RunOptions, RunSummary

STREAM = "-"
SHEET_LIMIT = 100

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="IN",
        help="Photographs, folders of them (with all below), patterns, or - for stdin.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="File for one photograph, folder for more, or - for stdout. "
        "Default: <name>.color.<ext> beside the input.",
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="Write jpg, png, webp or tif; by default the format of the input.",
    ),
]
Suffix = Annotated[
    str | None,
    typer.Option(
        "--suffix",
        metavar="TEXT",
        help="Put before the extension of the result. Default: .color beside the input, "
        "nothing with --output.",
    ),
]
Overwrite = Annotated[
    bool | None,
    typer.Option(
        "--overwrite/--skip-existing",
        help="What to do with results that are there already. Default: skip them in a run over "
        "several photographs, refuse for a single one.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs", "-j", metavar="N", min=1, max=64, help="Photographs in work at the same time."
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report", metavar="CSV", help="Write a table of what became of each photograph."
    ),
]
ContactSheet = Annotated[
    Path | None,
    typer.Option(
        "--contact-sheet", metavar="FILE", help="Write one picture of all inputs and results."
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        "--max-pixels",
        metavar="N",
        min=1,
        help="Refuse pictures with more pixels than this, as a guard against hostile files.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written and stop.")]


def colorize(
    inputs: Inputs,
    output: Output = None,
    model: options.Model = "default",
    size: options.Size = None,
    strength: options.Strength = 1.0,
    format: Format = None,  # noqa: A002 - the name of the option
    suffix: Suffix = None,
    overwrite: Overwrite = None,
    jobs: Jobs = 2,
    device: options.Device = "auto",
    report: Report = None,
    contact_sheet: ContactSheet = None,
    max_pixels: MaxPixels = None,
    dry_run: DryRun = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Colourize black-and-white photographs.

    The result keeps the photograph's size, its own light and shade, its metadata and its
    transparency; the input is never changed. A coloured input is taken as if it were gray.

    \b
    tomau colorize grandma.jpg                  writes grandma.color.jpg
    tomau colorize album/ -o coloured/          a whole folder, mirrored
    tomau colorize scan.tif -o new.png --strength 1.3
    tomau colorize - < old.jpg > new.jpg        in a pipe

    Paths of what was written go to stdout. Exit code: 0 all done, 1 some failed, 2 the call was
    wrong, 130 interrupted.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.imaging import DEFAULT_MAX_PIXELS
    from tomau.runtime import Colorizer, Naming, RunOptions, plan_run
    from tomau.runtime.allocator import keep_freed_memory

    keep_freed_memory()
    console = Console(quiet=quiet, verbose=verbose)
    naming = Naming(
        output=None if output is None else Path(output),
        into_folder=output is not None and output.endswith(("/", os.sep)),
        format=format,
        suffix=suffix,
    )
    limit = DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels
    chosen = RunOptions(
        size=options.asked_size(size), strength=strength, jobs=jobs, max_pixels=limit
    )
    if STREAM in inputs or output == STREAM:
        if dry_run or as_json or report or contact_sheet:
            raise UsageError(
                "- came with --dry-run, --json, --report or --contact-sheet; "
                "these need files: leave them out in a pipe"
            )
        chosen = replace(chosen, existing="overwrite" if overwrite else "refuse")
        _pipe(inputs, naming, chosen, Colorizer.load(model, device=device), console)
        return
    plan = plan_run(inputs, naming)
    chosen = replace(chosen, existing=_existing(overwrite, plan))
    _protect_photographs(plan, report, contact_sheet)
    for path, reason in plan.left_out:
        console.detail(f"left out {path}: {reason}")
    if dry_run:
        _show_plan(plan, chosen, console, as_json=as_json)
        return
    colorizer = Colorizer.load(model, device=device)
    card, provider = colorizer.card, colorizer.session.provider
    console.detail(f"model {card.name} {card.version} on {provider}")
    summary = _run(plan, colorizer, chosen, console, report=report, as_json=as_json)
    if contact_sheet is not None and not summary.interrupted:
        _write_contact_sheet(contact_sheet, summary, console)
        if not as_json:
            console.result(str(contact_sheet))
    _finish(summary, console, is_batch=plan.is_batch)


def _protect_photographs(plan: Plan, *extras: Path | None) -> None:
    """Refuse a report or contact sheet in the place of a photograph."""
    photographs = {path.resolve() for task in plan.tasks for path in (task.source, task.target)}
    for extra in extras:
        if extra is not None and extra.resolve() in photographs:
            raise UsageError(f"{extra} is a photograph of this run; expected another file name")


def _existing(overwrite: bool | None, plan: Plan) -> Existing:
    if overwrite is None:
        return "skip" if plan.is_batch else "refuse"
    return "overwrite" if overwrite else "skip"


def _show_plan(plan: Plan, chosen: RunOptions, console: Console, *, as_json: bool) -> None:
    for task in plan.tasks:
        skipped = chosen.existing == "skip" and task.target.exists()
        if as_json:
            state = "skip" if skipped else "write"
            console.json({"source": str(task.source), "target": str(task.target), "planned": state})
        elif not skipped:
            console.result(f"{task.source} -> {task.target}")


def _run(
    plan: Plan,
    colorizer: Colorizer,
    chosen: RunOptions,
    console: Console,
    *,
    report: Path | None,
    as_json: bool,
) -> RunSummary:
    """Run the plan and tell of each photograph as it is done."""
    from tomau.runtime import ReportWriter, run_tasks

    with (
        ReportWriter(report) if report else nullcontext() as rows,
        console.progress("colourizing", len(plan.tasks)) as advance,
        stop_on_ctrl_c() as stop,
    ):

        def tell(outcome: Outcome) -> None:
            advance()
            if rows is not None:
                rows.add(outcome)
            if as_json:
                console.json(outcome.as_row())
            _tell(outcome, console, with_path=not as_json)

        return run_tasks(plan.tasks, colorizer, chosen, tell, stop=stop)


def _tell(outcome: Outcome, console: Console, *, with_path: bool) -> None:
    if outcome.status == "failed":
        named = str(outcome.source) in outcome.reason
        console.error(outcome.reason if named else f"{outcome.source}: {outcome.reason}")
    elif outcome.status == "skipped":
        console.detail(f"skipped {outcome.source}: {outcome.reason}")
    else:
        for note in outcome.notes:
            console.note(f"{outcome.source}: {note}")
        if with_path:
            console.result(str(outcome.target))
        console.detail(f"{outcome.source}: {outcome.seconds:.2f} s")


def _write_contact_sheet(path: Path, summary: RunSummary, console: Console) -> None:
    """Draw inputs and results side by side; what was skipped is there as well."""
    pairs = [(done.source, done.target) for done in summary.outcomes if done.status != "failed"]
    if len(pairs) > SHEET_LIMIT:
        console.note(f"the contact sheet shows the first {SHEET_LIMIT} of {len(pairs)}")
    if pairs:
        write_figure(before_and_after(pairs[:SHEET_LIMIT]), path)


def _finish(summary: RunSummary, console: Console, *, is_batch: bool) -> None:
    """Sum up on stderr, and leave with the exit code of the run."""
    failed = summary.count("failed")
    if is_batch:
        console.note(
            f"{summary.count('done')} done, {summary.count('skipped')} skipped, {failed} failed"
        )
    if summary.interrupted:
        console.note("interrupted; the same call goes on where this one stopped")
        raise typer.Exit(130)
    if failed:
        raise typer.Exit(1)


def _pipe(
    inputs: list[str], naming: Naming, chosen: RunOptions, colorizer: Colorizer, console: Console
) -> None:
    """Colourize one picture from stdin, to stdout, or both."""
    from tomau.imaging import losses, read_picture, write_picture
    from tomau.runtime import stream_format

    if len(inputs) > 1:
        raise UsageError(f"{len(inputs)} inputs came with - for a pipe; expected exactly one")
    target = sys.stdout.buffer if naming.output in (None, Path(STREAM)) else naming.output
    if target is sys.stdout.buffer and sys.stdout.isatty():
        raise UsageError("a picture would go to the terminal; give -o FILE, or > FILE")
    source = sys.stdin.buffer if inputs[0] == STREAM else inputs[0]
    picture = read_picture(source, max_pixels=chosen.max_pixels)
    format_name = stream_format(picture.format, naming)
    result = colorizer.colorize_picture(picture, size=chosen.size, strength=chosen.strength)
    for note in (*picture.notes, *losses(result, format_name)):
        console.note(note)
    overwrite = chosen.existing == "overwrite"
    write_picture(result, target, format=format_name, overwrite=overwrite)
    if isinstance(target, Path):
        console.result(str(target))
