"""Training: configuration, losses, steps, the loop, the logbook."""

from tomau.training.config import TrainConfig, load_config
from tomau.training.logbook import Observer
from tomau.training.run import Trainer

__all__ = ["Observer", "TrainConfig", "Trainer", "load_config"]
