r"""The mean of the weights of several runs of one network, as a run that can be exported.

    python benchmarks/soup.py runs/tomau-1-settled runs/tomau-1-squeezed.safetensors \
        --out runs/tomau-1

Weights that came from one start lie in one valley, and their mean is mostly better than each.
Source: Wortsman et al., "Model soups", ICML 2022.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch

from tomau.models import read_weights
from tomau.models.checkpoint import write_weights

WEIGHTS = "checkpoint/ema.safetensors"


def main() -> None:
    """Read the command line, average, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="a run; the mean takes its configuration")
    parser.add_argument("others", type=Path, nargs="+", help="runs, or .safetensors files")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    files = [path / WEIGHTS if path.is_dir() else path for path in (options.run, *options.others)]
    first, *rest = (read_weights(file) for file in files)
    for file, weights in zip(files[1:], rest, strict=True):
        if {name: value.shape for name, value in weights.items()} != {
            name: value.shape for name, value in first.items()
        }:
            raise SystemExit(f"{file} is of another network than {files[0]}")
    mean = {
        name: torch.stack([value.double(), *(weights[name].double() for weights in rest)])
        .mean(0)
        .to(value.dtype)
        for name, value in first.items()
    }
    write_weights(options.out / WEIGHTS, mean)
    shutil.copy(options.run / "config.json", options.out)


if __name__ == "__main__":
    main()
