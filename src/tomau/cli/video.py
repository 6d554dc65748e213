"""``tomau video``: a film from gray to colour, its sound and its clock kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tomau.cli import film_options, finish_options, hint_options, options
from tomau.cli.console import Console, printable, stop_on_ctrl_c
from tomau.cli.film_options import told
from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tomau.runtime import Colorizer
    from tomau.video import FilmHints, FilmPlan, FilmResult, Progress

Input = Annotated[Path, typer.Argument(metavar="IN", help="A film.")]


def video(
    film: Input,
    output: film_options.Output = None,
    model: options.Model = "default",
    size: options.Size = None,
    strength: options.Strength = 1.0,
    hints: film_options.Hints = None,
    exact: hint_options.Exact = False,
    reach: hint_options.Reach = 1.0,
    reference: hint_options.References = None,
    exemplar_method: hint_options.Method = "auto",
    reference_trust: hint_options.Trust = 1.0,
    every: film_options.Every = 4,
    alone: film_options.Alone = False,
    codec: film_options.Codec = "h264",
    quality: film_options.Quality = None,
    bits: film_options.Bits = None,
    chroma: film_options.Chroma = None,
    keep_luma: film_options.KeepLuma = False,
    start: film_options.Start = None,
    end: film_options.End = None,
    preview: film_options.Preview = None,
    provenance: finish_options.Provenance = True,
    overwrite: options.Overwrite = False,
    device: options.Device = "auto",
    dry_run: options.DryRun = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Colourize a black-and-white film.

    Colours hold still from frame to frame, and begin anew at each cut. The film keeps its size, its
    light and shade, its time stamps, its sound, subtitles and chapters. Interrupted or killed, the
    same call goes on where it stopped; the result appears whole or not at all.

    \b
    tomau video wedding.avi                     writes wedding.color.mkv
    tomau video reel.mov -o reel-colour.mov --codec prores
    tomau video reel.mp4 --preview 12           writes reel.preview.jpg: look first
    tomau video reel.mp4 --start 1:20 --end 1:40

    The path of what was written goes to stdout, damage that was met to stderr. Exit code: 0 done,
    1 failed, 2 the call was wrong, 130 interrupted.
    """  # noqa: D301 - the real backspace keeps the lines of the examples apart
    from tomau.runtime import Colorizer
    from tomau.video import FilmSettings, default_target, look_at_film, plan_film, read_film_hints

    console = Console(quiet=quiet, verbose=verbose)
    marks: FilmHints | None = None
    if hints is not None:
        facts = look_at_film(film)
        marks = read_film_hints(hints, facts.shown_size, facts.rate, exact=exact, reach=reach)
    elif exact or reach != 1:
        raise UsageError("--exact or --reach came without --hints; give the file of hints too")
    settings = FilmSettings(
        size=options.asked_size(size),
        strength=strength,
        every=every,
        steady=not alone,
        codec=codec,
        quality=quality,
        bits=film_options.depth(bits),
        chroma=chroma,
        keep_luma=keep_luma,
        start=film_options.moment(start, "--start") or 0.0,
        end=film_options.moment(end, "--end"),
        edit=hint_options.read_reference(reference, exemplar_method, reference_trust),
        hints=marks,
        provenance=provenance,
    )
    is_film = output is not None and preview is None
    target = output if is_film and output is not None else default_target(film, codec)
    plan = plan_film(film, target, settings)
    if dry_run:
        _show(plan, console, as_json=as_json)
        return
    colorizer = Colorizer.load(model, device=device)
    if preview is not None:
        sheet = output or film.with_name(f"{film.stem}.preview.jpg")
        _write_preview(plan, colorizer, preview, sheet)
        console.result(printable(sheet))
        return
    result = _colour(plan, colorizer, console, overwrite=overwrite)
    _tell(result, console, as_json=as_json)


def _show(plan: FilmPlan, console: Console, *, as_json: bool) -> None:
    """Tell what would be done."""
    facts, encoding = plan.facts, plan.encoding
    rows = {
        "film": str(facts.path),
        "target": str(plan.target),
        "picture": f"{facts.width}x{facts.height}, {float(facts.rate):.3f} frames/s, "
        f"{facts.coding.bits} bits, {facts.codec} in {facts.container}",
        "frames": plan.total,
        "seconds": None if facts.seconds is None else round(facts.seconds, 3),
        "written as": f"{encoding.codec}, {encoding.pixel_format}, in {plan.container}",
        "copied": [f"{s.kind} ({s.codec})" for s in facts.others if s.index in plan.kept],
    }
    if as_json:
        console.json({**rows, "notes": plan.notes}, indent=2)
        return
    for name, value in rows.items():
        text = ", ".join(value) if isinstance(value, list) else value
        console.result(f"{name:<10}  {'unknown' if text is None else text or 'nothing'}")
    for note in plan.notes:
        console.note(f"{printable(facts.path)}: {note}")


def _write_preview(plan: FilmPlan, colorizer: Colorizer, count: int, sheet: Path) -> None:
    """Draw frames before and after, a labelled row each."""
    from tomau.cli.figures import write_figure
    from tomau.evaluation.contact_sheet import contact_sheet
    from tomau.video.preview import preview_film

    rate = plan.facts.rate
    rows, labels = [], []
    for frame in preview_film(plan, colorizer, count):
        rows.append([frame.gray, frame.rgb])
        labels.append(f"{told(frame.seconds)}   frame {round(frame.seconds * rate)}")
    blocks = 1 if len(rows) <= 3 else 2
    write_figure(contact_sheet(rows, labels=labels, tile=400, blocks=blocks), sheet)


def _colour(
    plan: FilmPlan, colorizer: Colorizer, console: Console, *, overwrite: bool
) -> FilmResult:
    from tomau.video import colorize_film

    path = printable(plan.facts.path)
    for note in plan.notes:
        console.note(f"{path}: {note}")
    with stop_on_ctrl_c() as stop, console.progress("colouring", plan.total) as advance:
        return colorize_film(
            plan.facts.path, plan.target, colorizer, plan.settings,
            observer=_mover(advance), stop=stop, overwrite=overwrite,
        )  # fmt: skip


def _mover(advance: Callable[..., None]) -> Callable[[Progress], None]:
    """What moves the bar to where the film is."""
    shown = 0

    def move(progress: Progress) -> None:
        nonlocal shown
        for _ in range(progress.done - shown):
            advance()
        shown = progress.done

    return move


def _tell(result: FilmResult, console: Console, *, as_json: bool) -> None:
    """Tell what became of the film, and leave with the exit code of that."""
    rate = (result.frames - result.resumed) / max(result.seconds, 1e-6)
    if as_json:
        console.json(
            {
                "target": str(result.target),
                "status": "done" if result.finished else "interrupted",
                "frames": result.frames,
                "resumed": result.resumed,
                "scenes": [round(moment, 3) for moment in result.scenes],
                "lost": [round(moment, 3) for moment in result.lost],
                "patched": [round(moment, 3) for moment in result.patched],
                "notes": result.notes,
                "seconds": round(result.seconds, 2),
            }
        )
    for note in result.damage:
        console.error(f"{result.target}: {note}")
    if not result.finished:
        console.note(
            f"interrupted after {result.frames} frames; the same call goes on from the last mark"
        )
        raise typer.Exit(130)
    before = f" ({result.resumed} by an earlier run)" if result.resumed else ""
    scenes = len(result.scenes)
    console.note(
        f"{result.frames} frames{before}, {scenes} scene{'s' if scenes != 1 else ''}, "
        f"{rate:.1f} frames/s"
    )
    for stage, seconds in result.times.items():
        console.detail(f"{stage}: {seconds:.1f} s")
    if not as_json:
        console.result(printable(result.target))
