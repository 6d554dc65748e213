"""Write what docs/howto say of the speed of folders from the tables of results/.

From folder_throughput.csv and folder_needs.csv come a paragraph of folders.md and the plan of
cluster.md, each between two marks. The rate is that of the row of `tomau colorize`.

    python benchmarks/folder_docs.py
"""

from __future__ import annotations

import csv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "docs" / "howto"
DEFAULT = "(tomau colorize)"
GAIN = "two threads at once, work of one"
CHAIN = "chain of stages, a thread each"
OF_SLOWEST, OF_ALL = ": share of the slowest stage's", ": share of all stages' on two threads"

SCANS = 10_000_000
CALL = 100_000
CORES = 96
PRICE = 0.04


def main() -> None:
    """Write both texts between their marks."""
    rates, needs = read("folder_throughput.csv"), read("folder_needs.csv")
    put(speed(rates, needs), DOCUMENTS / "folders.md", "speed")
    put(plan(rates, needs), DOCUMENTS / "cluster.md", "plan")


def put(text: str, document: Path, name: str) -> None:
    """Put a text between the two marks of a document that have a name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    head, rest = document.read_text(encoding="utf-8").split(begin)
    whole = f"{head}{begin}\n{text}\n{end}{rest.split(end)[1]}"
    document.write_text(whole, encoding="utf-8")


def read(name: str) -> dict[str, float]:
    """The values of a table of results by what they are of."""
    with (ROOT / "results" / name).open(newline="", encoding="utf-8") as stream:
        rows = csv.DictReader(line for line in stream if not line.startswith("#"))
        return {row["what"]: float(row["value"]) for row in rows}


def processor(name: str) -> str:
    """The kind of processor that a table of results was measured on, as its header tells."""
    text = (ROOT / "results" / name).read_text(encoding="utf-8")
    return text.partition("processors (")[2].partition(")")[0]


def speed(rates: dict[str, float], needs: dict[str, float]) -> str:
    """How quick a folder is, against its slowest stage and a chain of stages."""
    rate, of_slowest, of_all = (
        next(value for what, value in rates.items() if what.endswith(DEFAULT + kind))
        for kind in ("", OF_SLOWEST, OF_ALL)
    )
    stage, slowest = next(
        (what.partition("(")[2].rstrip(")"), value)
        for what, value in rates.items()
        if what.startswith("slowest stage alone")
    )
    small = [value for what, value in needs.items() if what.startswith("memory after")]
    chain_of_slowest, chain_of_all = rates[CHAIN + OF_SLOWEST], rates[CHAIN + OF_ALL]
    kind = processor("folder_throughput.csv")
    return f"""\
Measured on two cores ({kind}), which at that time did {rates[GAIN]:.2f} times the work of one: a
folder of 1.5-megapixel JPEGs ran at {rate:.1f} pictures a second. That is {of_slowest:.0%} of what
its slowest stage alone allows ({stage}, {slowest:.1f}), and {of_all:.0%} of what the work of all
stages allows on these cores; a chain of one thread for each stage with bounded queues reached
{chain_of_slowest:.0%} and {chain_of_all:.0%}. Memory stayed within {small[-1] - small[0]:.1f} MB
from the 200th to the 2,000th photograph."""


def plan(rates: dict[str, float], needs: dict[str, float]) -> str:
    """The table of ten million scans, what follows of it, and a call of a good size."""
    rate = next(value for what, value in rates.items() if what.endswith(DEFAULT))
    memory = next(value for what, value in needs.items() if what.startswith("peak memory")) / 1e3
    manifest, planning, held = needs["manifest"], needs["planning"], needs["plan"]
    a_core = rate / 2
    hours = SCANS / a_core / 3600
    return f"""\
| {processor("folder_throughput.csv")} | measured | for {SCANS:,} |
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
