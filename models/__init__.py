"""Labs and clouds: parameters with units and sources, turned into games.

Models are found by `models.catalogue`; a new one is one new file in this folder, or an entry point elsewhere.
"""

from models.base import PayoffModel, Value, choice, count, parameter, payoff_model
from models.capacity_race import CapacityRace
from models.compute_race import ComputeRace
from models.lab_dilemma import LabDilemma

__all__ = [
    "CapacityRace",
    "ComputeRace",
    "LabDilemma",
    "PayoffModel",
    "Value",
    "choice",
    "count",
    "parameter",
    "payoff_model",
]
