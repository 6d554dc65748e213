"""Networks as nn.Modules, by name."""

from tomau.models.batchnorm import unfold_batchnorm
from tomau.models.checkpoint import LoadReport, load_matching, read_weights, write_weights
from tomau.models.discriminators import discriminators
from tomau.models.generators import create_generator, generators

__all__ = [
    "LoadReport",
    "create_generator",
    "discriminators",
    "generators",
    "load_matching",
    "read_weights",
    "unfold_batchnorm",
    "write_weights",
]
