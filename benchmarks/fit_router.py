"""Train the router of ``--model auto`` and measure it.

Photos are labelled by their source, a column of train.csv: the sources that the specialists of
study-s7-*.yaml learn from, and the rest as "other", for which no specialist answers. The
network's own features of each photo, pooled, are all that the classifier sees.

    python benchmarks/fit_router.py --out results/router.csv
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from tomau.color import luminance
from tomau.data import Pack, PackOptions, first_photos, from_sources, open_pack
from tomau.runtime import Colorizer
from tomau.runtime.router import ROUTER_NAME, Router, pool
from tomau.runtime.store import EMBEDDED_FOLDER
from tomau.training import load_config
from tomau.training.routing import cross_validated, fit_classifier

SUBJECTS = ("people", "animals", "outdoor", "indoor")
NAMES = (*SUBJECTS, "other")


def by_subject(pack: Pack, index: Path, each: int) -> list[Pack]:
    """Photos of every subject, then of none: at most ``each``, in the order of a hash."""
    packs, taken = [], set()
    for subject in SUBJECTS:
        sources = load_config(Path(f"configs/train/study-s7-{subject}.yaml")).data.sources
        own = from_sources(pack, index, sources)
        taken.update(own.keys)
        packs.append(first_photos(own, each))
    rest = [number for number, key in enumerate(pack.keys) if key not in taken]
    return [*packs, first_photos(pack.subset(rest), each)]


def features_of(colorizer: Colorizer, pack: Pack) -> NDArray[np.float32]:
    """Pooled features ``[N, C]`` of the photos of a pack."""
    rows = []
    for number in range(len(pack)):
        features = colorizer.predict(luminance(pack.photo(number))).features
        if features is None:
            raise SystemExit("the model tells no features; expected a hint-*.tomau1 network")
        rows.append(pool(features))
    return np.stack(rows)


def write_table(path: Path, labels: NDArray[np.int64], answers: NDArray[np.int64]) -> None:
    """Write accuracy and confusions for each subject."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        stream.write(f"# python {' '.join(sys.argv)}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("subject", "photos", "accuracy", *(f"taken_for_{n}" for n in NAMES)))
        for number, name in enumerate(NAMES):
            counts = np.bincount(answers[labels == number], minlength=len(NAMES))
            writer.writerow((name, counts.sum(), f"{counts[number] / counts.sum():.3f}", *counts))
        counts = np.bincount(answers, minlength=len(NAMES))
        writer.writerow(("all", len(labels), f"{(answers == labels).mean():.3f}", *counts))


def main() -> None:
    """Fit, measure, write the table, and router.json into the model's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=EMBEDDED_FOLDER, help="a model's folder")
    parser.add_argument("--data", default="../shared/data/train-*.tar")
    parser.add_argument("--index", type=Path, default=Path("../shared/data/train.csv"))
    parser.add_argument("--each", type=int, default=400, help="photos of each subject")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    colorizer = Colorizer.load(options.model)
    pack = open_pack(options.data, user_cache_path("tomau") / "packs", PackOptions())
    packs = by_subject(pack, options.index, options.each)
    features = np.concatenate([features_of(colorizer, own) for own in packs])
    labels = np.repeat(np.arange(len(packs)), [len(own) for own in packs])
    answers = cross_validated(features, labels)
    accuracy = float((answers == labels).mean())
    write_table(options.out, labels, answers)
    classifier = fit_classifier(features, labels)
    router = Router(
        sha256=colorizer.card.sha256,
        subjects=NAMES,
        weights=tuple(tuple(row) for row in classifier.weights.round(5).tolist()),
        bias=tuple(classifier.bias.round(5).tolist()),
        metrics={"accuracy_5_fold": round(accuracy, 3), "photos": len(labels)},
    )
    text = router.model_dump_json() + "\n"
    (options.model / ROUTER_NAME).write_text(text, encoding="utf-8")
    print(f"{accuracy:.1%} of {len(labels)} photos, by classifiers that had not seen them")


if __name__ == "__main__":
    main()
