"""Pictures of the how-to pages on hints, references and variants, from free photographs.

python benchmarks/edit_pictures.py --model MODEL --pictures ../shared/eval/kodak --out docs/images
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from tomau import Colorizer, Hints, Prepared, Reference
from tomau.edits.variants import draw_variants
from tomau.evaluation.contact_sheet import contact_sheet
from tomau.imaging import read_picture, to_pil
from tomau.runtime.prediction import Edit

SIDE = 320
PARROTS, HAT, BOATS, BOATS_TOO = "kodim23.avif", "kodim04.avif", "kodim10.avif", "kodim09.avif"
SETTLERS = Path(__file__).parents[1] / "examples/photos/settlers.jpg"
DRESS = "184,198=#b02030"
STAYING = ("125,185=#d0c8b8", "205,135=#c8a888")
FEATHERS = ("560,200=#c02018", "180,420=#e0b020")


def looked_at(prepared: Prepared, edit: Edit | None = None) -> Image.Image:
    """Draw an answer small."""
    return to_pil(prepared.reduced(SIDE).answer(edit))


def near_ones(colorizer: Colorizer) -> Image.Image:
    """Show one hint on a dress, and how it is kept from what is beside it."""
    prepared = colorizer.prepare(read_picture(SETTLERS))
    size = (prepared.width, prepared.height)
    edits = {
        "no hint": None,
        "one hint": Hints.parse(*size, DRESS),
        "--reach 0.3": Hints.parse(*size, DRESS, reach=0.3),
        "two more on what stays": Hints.parse(*size, DRESS, *STAYING),
    }
    row = [looked_at(prepared, edit) for edit in edits.values()]
    return contact_sheet([row], titles=[*edits], tile=SIDE)


def main() -> None:
    """Write hints.jpg, hints-near.jpg, references.jpg, variants.jpg."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="default")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)

    def prepared(name: str) -> Prepared:
        return colorizer.prepare(read_picture(options.pictures / name))

    parrots = prepared(PARROTS)
    size = (parrots.width, parrots.height)
    reaches = (0.5, 1.0, 2.5)
    hinted = [looked_at(parrots, Hints.parse(*size, *FEATHERS, reach=reach)) for reach in reaches]
    titles = ["no hints", *(f"two hints, --reach {reach:g}" for reach in reaches)]
    sheet = contact_sheet([[looked_at(parrots), *hinted]], titles=titles, tile=SIDE)
    sheet.save(options.out / "hints.jpg", quality=88)

    near_ones(colorizer).save(options.out / "hints-near.jpg", quality=88)

    boats, like = prepared(BOATS), read_picture(options.pictures / BOATS_TOO)
    methods = ("deep", "welsh", "reinhard", "transport")
    taken = [looked_at(boats, Reference((like,), method)) for method in methods]  # type: ignore[arg-type]
    taken.insert(1, looked_at(boats, Reference((like,), "deep", trust=2.5)))
    shown = [to_pil(like), looked_at(boats), *taken]
    titles = ["the reference", "no reference", "deep", "deep, trust 2.5", *methods[1:]]
    rows = [[picture] for picture in shown]
    sheet = contact_sheet(rows, labels=titles, tile=SIDE, blocks=4)
    sheet.save(options.out / "references.jpg", quality=88)

    hat = prepared(HAT)
    variants = [looked_at(hat, variant) for variant in draw_variants(6)]
    sheet = contact_sheet([variants], titles=[str(k + 1) for k in range(6)], tile=SIDE)
    sheet.save(options.out / "variants.jpg", quality=88)


if __name__ == "__main__":
    main()
