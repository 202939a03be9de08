"""A small audio network from any labelled clips (torch): an AST in the transformers format."""

from earmark.dissection.training.config import EpochRecord, TrainingConfig, TrainingReport
from earmark.dissection.training.recipe import train_network

__all__ = ["EpochRecord", "TrainingConfig", "TrainingReport", "train_network"]
