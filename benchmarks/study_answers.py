"""The study's three claims and what the measured differences say to them.

Every sentence follows from a comparison: a difference counts if its whole interval lies on one side
of 0.
"""

from __future__ import annotations

from study_plan import EXPERIMENTS, train_command
from study_tables import Estimate, Tables

VALIDATION = "validation"
_DIRECTION = {1: "higher", -1: "lower", 0: "no different as far as these photos tell"}
_AGAINST_CLAIM = {
    1: "this agrees with the claim",
    -1: "this is the opposite of the claim",
    0: "this does not bear out the claim",
}
CLAIMS = {
    "Does adversarial training raise colourfulness?": (
        "The study adds an adversarial phase to L1 for livelier colours; it shows pictures (mean "
        "opinion 3.38 of 5, 20 pictures, 100 people) and no number for colourfulness."
    ),
    "Does more data lower RMSE?": (
        "The study's second model (S5: 18,000 photos, no L1) has RMSE 12.3 to 21.0 on four "
        "pictures, its first (S3: 10,000 photos) 15.5 to 25.1."
    ),
    "Which backbone pays?": (
        "The study puts a pre-trained ResNet18 in place of the plain U-Net, which it stopped at "
        "epoch 34 with poor results."
    ),
}
# First, second, what differs between them. Only pairs that the claim speaks of are held against it.
_DATA_PAIRS = (
    ("S6-resnet18", "S3", "more photos alone"),
    ("S5", "S3", "the study's own two models: more photos, no L1 phase, no L1 term"),
)
_BESIDE_DATA = ("S5", "S4", "more photos, no L1 term")
_BACKBONE_PAIRS = (
    ("S4", "S1", "ImageNet ResNet18 for the plain U-Net, and other epochs"),
    ("S3", "S1", "the same, with the L1 phase before"),
    ("S6", "S6-resnet18", "EfficientNet-Lite2 for ResNet18 alone"),
    ("S6-resnet34", "S6-resnet18", "ResNet34 for ResNet18 alone"),
    ("S6-resnet50", "S6-resnet18", "ResNet50 for ResNet18 alone"),
    ("S6-xception", "S6-resnet18", "Xception for ResNet18 alone"),
    ("S6", "S3", "EfficientNet-Lite2 for ResNet18, and more photos"),
)
_RANKED = ("rmse", "ciede2000", "colorfulness_error", "fd_efflite2")


def answers(tables: Tables) -> list[str]:
    """Return Markdown paragraphs: each question, the study's claim, and what was measured."""
    lines = []
    for (question, claim), answer in zip(
        CLAIMS.items(), (_adversarial, _more_data, _backbones), strict=True
    ):
        lines += [f"**{question}** {claim}", "", *(f"- {line}" for line in answer(tables)), ""]
    return lines


def _adversarial(tables: Tables) -> list[str]:
    pair = tables.pairs.get((VALIDATION, "S3", "S2"))
    if pair is None:
        return [_missing(tables, "S3", "S2")]
    change = pair["colorfulness"]
    truth = tables.scores["truth"]["colorfulness"].mean
    before, after = (tables.scores[name]["colorfulness"].mean / truth for name in ("S2", "S3"))
    raised = f"colourfulness {_told(change)}; {_AGAINST_CLAIM[change.sign]}"
    nearer = f"Of the truth's colourfulness S2 has {before:.0%}, S3 {after:.0%}"
    distance = f"distance from it, photo by photo: {_told(pair['colorfulness_error'])}"
    blobs = _told(pair["blobs"], percent=True)
    return [
        f"S3 less S2: {raised}.",
        f"{nearer}; {distance}.",
        f"Beside it: RMSE {_told(pair['rmse'])}; blobs {blobs}.",
    ]


def _more_data(tables: Tables) -> list[str]:
    lines = []
    for first, second, what in (*_DATA_PAIRS, _BESIDE_DATA):
        pair = tables.pairs.get((VALIDATION, first, second))
        if pair is None:
            lines.append(_missing(tables, first, second, what))
            continue
        change = pair["rmse"]
        verdict = f"; {_AGAINST_CLAIM[-change.sign]}" if what != _BESIDE_DATA[2] else ""
        lines.append(f"{first} less {second} ({what}): RMSE {_told(change)}{verdict}.")
    return lines


def _backbones(tables: Tables) -> list[str]:
    lines = []
    for first, second, what in _BACKBONE_PAIRS:
        pair = tables.pairs.get((VALIDATION, first, second))
        if pair is None:
            given = EXPERIMENTS[first].given
            lines += [] if given else [_missing(tables, first, second, what)]
            continue
        distance = _told(pair["colorfulness_error"])
        lines.append(
            f"{first} less {second} ({what}): RMSE {_told(pair['rmse'])}; distance from the "
            f"truth's colourfulness {distance}; {_time(tables, first, second)}."
        )
    whole = [name for name in tables.runs if not name.startswith("S7-")]
    ranked = {name: row for name, row in tables.scores.items() if name in whole}
    for metric in _RANKED:
        found = {name: row[metric].mean for name, row in ranked.items() if metric in row}
        if len(found) > 1:
            best = min(found, key=lambda name: found[name])
            network = tables.runs[best]["generator"]
            lines.append(f"Lowest mean {metric}: {best} ({network}), {found[best]:.4g}.")
    return lines


def specialists(tables: Tables) -> list[str]:
    """Return Markdown lines: each specialist against S3 on photos of its kind."""
    lines = []
    for name in EXPERIMENTS:
        kind = name.removeprefix("S7-")
        if kind == name:
            continue
        pair = tables.pairs.get((kind, name, "S3"))
        if pair is None:
            lines.append(_missing(tables, name, "S3"))
            continue
        lines.append(
            f"{name} less S3 on {tables.counts[kind]} photos of its kind that neither has seen: "
            f"RMSE {_told(pair['rmse'])}; distance from the truth's colourfulness "
            f"{_told(pair['colorfulness_error'])}."
        )
    return [f"- {line}" for line in lines]


def _told(change: Estimate, *, percent: bool = False) -> str:
    if percent:
        factor = 100
        ends = [None if end is None else end * factor for end in (change.low, change.high)]
        change = Estimate(change.mean * factor, *ends)
        return f"{change} percentage points, {_DIRECTION[change.sign]}"
    return f"{change}, {_DIRECTION[change.sign]}"


def _time(tables: Tables, first: str, second: str) -> str:
    """Compare what an adversarial step takes per photo, and say if the crops are not alike."""
    times = tables.seconds_per_photo(first) / tables.seconds_per_photo(second)
    crops = [tables.runs[name]["crop"] for name in (first, second)]
    unlike = f", at crops of {' and '.join(crops)} pixels" if crops[0] != crops[1] else ""
    return f"{times:.2g} times the time per photo in adversarial training{unlike}"


def _missing(tables: Tables, first: str, second: str, what: str = "") -> str:
    """Say which comparison was not made, and what makes it."""
    about = f" ({what})" if what else ""
    absent = [EXPERIMENTS[name] for name in (second, first) if name not in tables.runs]
    commands = [f"`{train_command(experiment, tables.scale)}`" for experiment in absent]
    commands.append(f"`python benchmarks/study.py score --scale {tables.scale.name}`")
    return f"{first} less {second}{about}: not measured; {', then '.join(commands)}."
