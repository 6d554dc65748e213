"""Write the plan of docs/howto/cluster.md from the tables of folder_throughput and folder_needs.

python benchmarks/cluster_plan.py
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "howto" / "cluster.md"
BEGIN, END = "<!-- plan: begin -->", "<!-- plan: end -->"

SCANS = 10_000_000
CALL = 100_000
CORES = 96
PRICE = 0.04


def main() -> None:
    """Write the plan between its two marks."""
    document = DOCUMENT.read_text(encoding="utf-8")
    head, rest = document.split(BEGIN)
    text = f"{head}{BEGIN}\n{plan()}\n{END}{rest.split(END)[1]}"
    DOCUMENT.write_text(text, encoding="utf-8")


def read(name: str) -> dict[str, float]:
    """The values of a table of results by what they are of."""
    with (ROOT / "results" / name).open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(line for line in stream if not line.startswith("#"))
        return {row["what"]: float(row["value"]) for row in rows}


def plan() -> str:
    """The table of ten million scans, what follows of it, and a call of a good size."""
    needs = read("folder_needs.csv")
    rates = read("folder_throughput.csv")
    rate = next(value for what, value in rates.items() if what.endswith("(tomau colorize)"))
    memory = next(value for what, value in needs.items() if what.startswith("peak memory")) / 1e3
    manifest, planning, held = needs["manifest"], needs["planning"], needs["plan"]
    a_core = rate / 2
    hours = SCANS / a_core / 3600
    return f"""\
| | measured | for {SCANS:,} |
|---|---|---|
| rate, two cores | {number(rate)} pictures a second | {number(hours / 2)} hours |
| rate, one core | {number(a_core)} a second | {number(hours)} core-hours: \
{number(hours / CORES)} hours on {CORES} cores |
| memory, a process of two jobs | {number(memory)} GB | {number(memory / 2)} GB a core |
| read | {of_all(needs["read, of 1.5 MP"], "scan", a_core)} |
| written (JPEG 95, 4:4:4) | {of_all(needs["written, of 1.5 MP"], "result", a_core)} |
| manifest | {number(manifest)} bytes a row | {number(manifest * SCANS / 1e9)} GB in all |
| planning, before work starts | {number(planning)} ms and {number(held)} kB a photograph | \
{number(planning * SCANS / 6e4)} minutes and {number(held * SCANS / 1e6)} GB in one call |

Time and cost are

    hours = scans / ({number(a_core)} x cores) / 3600
    cost = {number(hours)} core-hours x price of a core-hour

At an assumed price of {PRICE} a core-hour that is about {number(hours * PRICE)}; put in your own.
A call of {CALL:,} photographs takes {number(planning * CALL / 1e3)} seconds and \
{number(held * CALL / 1e3)} MB to plan and {number(hours * CALL / SCANS)} core-hours to do,
and leaves a manifest of {number(manifest * CALL / 1e6)} MB."""


def of_all(megabytes: float, name: str, a_core: float) -> str:
    """What the megabytes of one come to over all scans, and by the second."""
    by_second = megabytes * a_core
    return (
        f"{number(megabytes)} MB a {name} | {number(megabytes * SCANS / 1e6)} TB; "
        f"{number(by_second)} MB/s a core, {number(by_second * CORES)} MB/s for {CORES} cores"
    )


def number(value: float) -> str:
    """Two digits of a number, or three that begin with 1, and no exponent."""
    digits = 3 if f"{value:e}".startswith("1") else 2
    return f"{float(f'{value:.{digits}g}'):,.10g}"


if __name__ == "__main__":
    main()
