"""``tomau colorize``: files, folders, patterns, or a pipe, from gray to colour."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import finish_options, folder_options, hint_options, options
from tomau.cli.console import Console, printable
from tomau.cli.figures import before_and_after, write_figure
from tomau.cli.folder_run import Teller, foreign_results, run_plan, watch_folders
from tomau.cli.variants_run import refuse_beside_variants, run_variants
from tomau.errors import UsageError

if TYPE_CHECKING:
    from tomau.cli.folder_run import Engine
    from tomau.edits.coloring import HintEdit
    from tomau.runtime import Colorizer, Existing, ModelCard, Naming, Plan, RunOptions, RunSummary

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
        help="Write jpg, png, webp, tif, avif or heic; by default the format of the input.",
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
    format: Format = None,  # noqa: A002 - the name of the option
    suffix: Suffix = None,
    overwrite: Overwrite = None,
    jobs: Jobs = 2,
    device: options.Device = "auto",
    report: folder_options.Report = None,
    manifest: folder_options.Manifest = None,
    contact_sheet: ContactSheet = None,
    shard: folder_options.Share = None,
    watch: folder_options.Watch = False,
    every: folder_options.Every = 2.0,
    engine: folder_options.Engine = "local",
    address: folder_options.Address = None,
    max_pixels: MaxPixels = None,
    dry_run: DryRun = False,
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
        _pipe(inputs, naming, chosen, Colorizer.load(model, device=device), console)
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
    work, card = _open_engine(engine, model, device, chosen, address, console)
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
) -> tuple[Engine, ModelCard]:
    """What does the work, with the card of the model that it is done by."""
    from tomau.runtime import Colorizer, load_model, run_on_ray, run_tasks

    if name == "ray":
        card = load_model(model).card
        console.detail(f"model {card.name} {card.version} on Ray")
        return partial(
            run_on_ray, model=model, device=device, options=chosen, address=address
        ), card
    colorizer = Colorizer.load(model, device=device)
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
    result = colorizer.colorize_picture(
        picture,
        size=chosen.size,
        strength=chosen.strength,
        finish=chosen.finish,
        edit=chosen.edit,
    )
    for note in (*result.notes, *losses(result, format_name)):
        console.note(note)
    overwrite = chosen.existing == "overwrite"
    write_picture(result, target, format=format_name, overwrite=overwrite)
    if isinstance(target, Path):
        console.result(printable(target))
