"""``tomau colorize``: files, folders, patterns, or a pipe, from gray to colour."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tomau.cli import file_options, finish_options, folder_options, hint_options, options
from tomau.cli.console import Console, printable
from tomau.cli.figures import before_and_after, write_figure
from tomau.cli.folder_run import Teller, foreign_results, run_plan, watch_folders
from tomau.cli.pipe_run import STREAM, run_pipe
from tomau.cli.variants_run import refuse_beside_variants, run_variants
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.cli.folder_run import Engine
    from tomau.edits.coloring import HintEdit
    from tomau.runtime import Existing, ModelCard, Plan, RunOptions, RunSummary

SHEET_LIMIT = 100


def colorize(
    inputs: file_options.Inputs,
    output: file_options.Output = None,
    model: options.Model = "default",
    size: options.Size = None,
    strength: options.Strength = 1.0,
    hint: hint_options.Points = None,
    hints: hint_options.File = None,
    scribbles: hint_options.Scribbles = None,
    exact: hint_options.Exact = False,
    reach: hint_options.Reach = 1.0,
    reference: hint_options.References = None,
    exemplar_method: hint_options.Method = "auto",
    reference_trust: hint_options.Trust = 1.0,
    variants: hint_options.Variants = None,
    seed: hint_options.Seed = 0,
    luminance: finish_options.Luminance = "lab",
    recolor: finish_options.Recolor = False,
    profile: finish_options.Profile = "srgb",
    bits: finish_options.Bits = None,
    provenance: finish_options.Provenance = True,
    format: file_options.Format = None,  # noqa: A002 - the name of the option
    suffix: file_options.Suffix = None,
    overwrite: file_options.Overwrite = None,
    jobs: file_options.Jobs = 2,
    device: options.Device = "auto",
    report: folder_options.Report = None,
    manifest: folder_options.Manifest = None,
    contact_sheet: file_options.ContactSheet = None,
    shard: folder_options.Share = None,
    watch: folder_options.Watch = False,
    every: folder_options.Every = 2.0,
    engine: folder_options.Engine = "local",
    address: folder_options.Address = None,
    max_pixels: file_options.MaxPixels = None,
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Colourize black-and-white photographs.

    The result keeps the photograph's size, its own light and shade, its metadata and its
    transparency; the input is never changed. A coloured input is taken as if it were gray.
    Of 16 bits come 16 bits.

    \b
    tomau colorize grandma.jpg                  writes grandma.color.jpg
    tomau colorize album/ -o coloured/          a whole folder, mirrored
    tomau colorize in/ -o out/ --manifest out/manifest.jsonl    then: tomau verify
    tomau colorize scan.tif -o new.png --strength 1.3
    tomau colorize - < old.jpg > new.jpg        in a pipe

    Paths of what was written go to stdout. Exit code: 0 all done, 1 some failed, 2 the call was
    wrong, 130 interrupted.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.imaging import DEFAULT_MAX_PIXELS, silence_decoders
    from tomau.runtime import (
        Colorizer,
        Finish,
        Manifest,
        Naming,
        ReportWriter,
        RunOptions,
        Shard,
        plan_run,
        remove_leftovers,
    )
    from tomau.runtime.allocator import keep_freed_memory

    keep_freed_memory()
    silence_decoders()
    console = Console(quiet=quiet, verbose=verbose)
    naming = Naming(
        output=None if output is None else Path(output),
        into_folder=output is not None and output.endswith(("/", os.sep)),
        format=format,
        suffix=suffix,
    )
    limit = DEFAULT_MAX_PIXELS if max_pixels is None else max_pixels
    finish = Finish(
        luminance=luminance,
        recolor=recolor,
        profile=profile,
        bits=None if bits is None else (16 if bits == "16" else 8),
        provenance=provenance,
    )
    marks = hint_options.read_edit(hint, hints, scribbles, exact=exact, reach=reach)
    taken = hint_options.read_reference(reference, exemplar_method, reference_trust)
    chosen = RunOptions(
        size=options.asked_size(size),
        strength=strength,
        jobs=jobs,
        max_pixels=limit,
        finish=finish,
        edit=hint_options.joined(taken, marks),
    )
    _check_address(address, engine)
    _check_sheet(watch, contact_sheet)
    if variants is not None:
        refuse_beside_variants(STREAM in inputs, report, manifest, watch, shard, engine != "local")
    if STREAM in inputs or output == STREAM:
        if dry_run or as_json or report or manifest or contact_sheet or watch or shard:
            raise UsageError(
                "- came with --dry-run, --json, --report, --manifest, --contact-sheet, --watch or "
                "--shard; these need files: leave them out in a pipe"
            )
        chosen = replace(chosen, existing="overwrite" if overwrite else "refuse")
        run_pipe(inputs, naming, chosen, Colorizer.load(model, device=device), console)
        return
    part = None if shard is None else Shard.parse(shard)
    look = partial(plan_run, inputs, naming, shard=part, may_be_empty=watch)
    plan = look()
    chosen = replace(chosen, existing=_existing(overwrite, plan), digests=manifest is not None)
    _protect_photographs(plan, report, manifest, contact_sheet)
    _check_alone(plan, marks, variants, watch=watch)
    if dry_run:
        _show_plan(plan, chosen, console, as_json=as_json)
        return
    if variants is not None:
        colorizer = Colorizer.load(model, device=device)
        run_variants(
            plan.tasks[0], colorizer, chosen, variants, seed, contact_sheet, console,
            as_json=as_json,
        )  # fmt: skip
        return
    at_once = jobs if watch else min(jobs, len(plan.tasks))
    work, card = _open_engine(engine, model, device, chosen, address, console, at_once)
    remove_leftovers({task.target.parent for task in plan.tasks})
    with ExitStack() as stack:
        rows = None if report is None else stack.enter_context(ReportWriter(report))
        record = None if manifest is None else stack.enter_context(Manifest(manifest, card))
        teller = Teller(console, as_json=as_json, report=rows, manifest=record)
        refuse = foreign_results(record, chosen)
        if watch:
            watch_folders(look, work, teller, console, refuse, every=every)
            teller.finish(is_batch=True, interrupted=False)
            return
        summary = run_plan(plan, work, teller, console, refuse)
    if contact_sheet is not None and not summary.interrupted:
        _write_contact_sheet(contact_sheet, summary, console)
        if not as_json:
            console.result(printable(contact_sheet))
    teller.finish(is_batch=plan.is_batch, interrupted=summary.interrupted)


def _check_address(address: str | None, engine: str) -> None:
    if address is not None and engine != "ray":
        raise UsageError(f"--address {address} came without --engine ray; give both or none")


def _check_sheet(watch: bool, contact_sheet: Path | None) -> None:
    if watch and contact_sheet is not None:
        raise UsageError(
            "--contact-sheet came with --watch, which has no end; leave one of them out"
        )


def _check_alone(plan: Plan, marks: HintEdit | None, variants: int | None, *, watch: bool) -> None:
    """Refuse more photographs than one where one is meant."""
    count = len(plan.tasks)
    if marks is not None and (watch or count != 1):
        raise UsageError(
            f"hints came with {count} photographs; expected one: they are for its pixels"
        )
    if variants is not None and count != 1:
        raise UsageError(f"--variants came with {count} photographs; expected one")


def _open_engine(
    name: str,
    model: str,
    device: options.DeviceName,
    chosen: RunOptions,
    address: str | None,
    console: Console,
    at_once: int,
) -> tuple[Engine, ModelCard]:
    """What does the work, with the card of the model that it is done by.

    Of photographs that are in work ``at_once`` each gets fewer threads than one alone.
    """
    from tomau.runtime import Colorizer, load_model, run_on_ray, run_tasks, threads_of_each

    if name == "ray":
        card = load_model(model).card
        console.detail(f"model {card.name} {card.version} on Ray")
        return partial(
            run_on_ray, model=model, device=device, options=chosen, address=address
        ), card
    threads = threads_of_each(at_once)
    colorizer = Colorizer.load(model, device=device, threads=threads)
    card = colorizer.card
    console.detail(f"model {card.name} {card.version} on {colorizer.session.provider}")
    return partial(run_tasks, colorizer=colorizer, options=chosen), card


def _protect_photographs(plan: Plan, *extras: Path | None) -> None:
    """Refuse a report or contact sheet in the place of a photograph."""
    # Not Path.resolve: it raises where links run in a circle.
    photographs = {
        os.path.realpath(path) for task in plan.tasks for path in (task.source, task.target)
    }
    for extra in extras:
        if extra is not None and os.path.realpath(extra) in photographs:
            raise UsageError(f"{extra} is a photograph of this run; expected another file name")


def _existing(overwrite: bool | None, plan: Plan) -> Existing:
    if overwrite is None:
        return "skip" if plan.is_batch else "refuse"
    return "overwrite" if overwrite else "skip"


def _show_plan(plan: Plan, chosen: RunOptions, console: Console, *, as_json: bool) -> None:
    from tomau.runtime import already_there

    for path, reason in plan.left_out:
        console.detail(f"left out {printable(path)}: {reason}")
    for path, reason in plan.unreadable:
        console.error(f"{printable(path)}: {reason}")
    for task in plan.tasks:
        skipped = chosen.existing == "skip" and already_there(task, "skip") is not None
        if as_json:
            state = "skip" if skipped else "write"
            console.json({"source": str(task.source), "target": str(task.target), "planned": state})
        elif not skipped:
            console.result(f"{printable(task.source)} -> {printable(task.target)}")


def _write_contact_sheet(path: Path, summary: RunSummary, console: Console) -> None:
    """Draw inputs and results side by side; what was skipped is there as well."""
    pairs = [(done.source, done.target) for done in summary.outcomes if done.status != "failed"]
    if len(pairs) > SHEET_LIMIT:
        console.note(f"the contact sheet shows the first {SHEET_LIMIT} of {len(pairs)}")
    if pairs:
        write_figure(before_and_after(pairs[:SHEET_LIMIT]), path)
