"""``--variants``: several results of one photograph, and a sheet to choose by."""

from __future__ import annotations

import os
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING

from tomau.cli.console import printable
from tomau.cli.figures import write_figure
from tomau.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from tomau.cli.console import Console
    from tomau.runtime import Colorizer, Prepared, RunOptions, Task
    from tomau.runtime.prediction import Edit

_TILE = 320


def refuse_beside_variants(*others: object) -> None:
    """Refuse what a run over photographs has, where one is to have variants.

    Raises:
        UsageError: any of the others was asked for.
    """
    if any(others):
        raise UsageError(
            "--variants came with -, --report, --manifest, --watch, --shard or --engine; it is for "
            "one photograph: leave them out"
        )


def run_variants(
    task: Task,
    colorizer: Colorizer,
    chosen: RunOptions,
    count: int,
    seed: int,
    sheet: Path | None,
    console: Console,
    *,
    as_json: bool,
) -> None:
    """Write ``count`` results of a photograph, numbered, and a contact sheet of them.

    Raises:
        UsageError: one of the files is there already and may not be replaced.
        TomauError: the photograph cannot be read, or a result not be written.
    """
    from tomau.cli.hint_options import joined
    from tomau.edits.variants import draw_variants
    from tomau.imaging import losses, read_picture, write_picture
    from tomau.runtime import make_folder

    variants = draw_variants(count, seed=seed)
    overwrite = chosen.existing == "overwrite"
    targets = [_numbered(task.target, k + 1) for k in range(count)]
    sheet = sheet or task.target.with_name(f"{task.target.stem}.variants.jpg")
    for path in (*targets, sheet):
        if os.path.lexists(path) and not overwrite:
            raise UsageError(
                f"{path} is there already; expected new files: give --overwrite or another --output"
            )
    make_folder(task.target.parent)
    prepared = colorizer.prepare(
        read_picture(task.source, max_pixels=chosen.max_pixels),
        size=chosen.size,
        finish=chosen.finish,
    )
    seen = prepared.reduced(_TILE)
    shown: list[NDArray[np.uint8]] = []
    said: dict[str, None] = {}
    for variant, target in zip(variants, targets, strict=True):
        edit = joined(variant, chosen.edit)
        result = prepared.answer(edit, strength=chosen.strength)
        said |= dict.fromkeys((*result.notes, *losses(result, task.format)))
        write_picture(result, target, format=task.format, overwrite=overwrite)
        shown.append(_looked_at(seen, edit, chosen.strength))
        if not as_json:
            console.result(printable(target))
    spread = diversity(shown)
    for note in said:
        console.note(f"{printable(task.source)}: {note}")
    _write_sheet(shown, sheet, task.source.name)
    if as_json:
        files = [str(target) for target in targets]
        console.json({"variants": files, "sheet": str(sheet), "mean_de00": round(spread, 2)})
    else:
        console.result(printable(sheet))
        console.note(f"{count} variants, on average {spread:.1f} dE00 apart")


def diversity(pictures: Sequence[NDArray[np.uint8]]) -> float:
    """Mean CIEDE2000 between each two of several pictures (H, W, 3) of one size; 0 for one."""
    from tomau.color import srgb_to_lab
    from tomau.evaluation.metrics import ciede2000

    labs = [srgb_to_lab(picture.astype("float32") / 255) for picture in pictures]
    apart = [float(ciede2000(one, other).mean()) for one, other in combinations(labs, 2)]
    return fmean(apart) if apart else 0.0


def _looked_at(seen: Prepared, edit: Edit | None, strength: float) -> NDArray[np.uint8]:
    return seen.answer(edit, strength=strength).rgb_u8


def _numbered(target: Path, number: int) -> Path:
    return target.with_name(f"{target.stem}.{number}{target.suffix}")


def _write_sheet(pictures: Sequence[NDArray[np.uint8]], path: Path, name: str) -> None:
    from tomau.evaluation.contact_sheet import contact_sheet

    columns = min(3, len(pictures))
    labels = [str(number + 1) for number in range(len(pictures))]
    sheet = contact_sheet(
        [[picture] for picture in pictures],
        labels=labels,
        heading=name,
        tile=_TILE,
        blocks=columns,
    )
    write_figure(sheet, path)
