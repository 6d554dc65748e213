"""Input, prediction and truth of Kodak pictures side by side, for a person to judge.

python benchmarks/kodak_grid.py --pictures ../shared/eval/kodak
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from tomau.evaluation.contact_sheet import contact_sheet
from tomau.runtime import Colorizer


def main() -> None:
    """Colourize every second picture and write the grid."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--out", type=Path, default=Path("results/first-light/kodak.jpg"))
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    rows, labels = [], []
    for path in sorted(options.pictures.iterdir())[::2]:
        with Image.open(path) as image:
            truth = image.convert("RGB")
        rows.append([truth.convert("L"), colorizer.colorize(truth), truth])
        labels.append(path.stem)
    sheet = contact_sheet(
        rows, labels=labels, titles=("input", "prediction", "truth"), tile=220, blocks=2
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(options.out, quality=88)


if __name__ == "__main__":
    main()
