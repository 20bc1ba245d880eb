"""Games and how they are played. Knows nothing of AI.

Finite games (`Game`), games over quantities (`ContinuousGame`), what solvers find in them
(`Solution`, `ContinuousSolution`), and the measures that say how much is overspent and underinvested.
"""

from theory.errors import ComputeraceError, InputError, SolverError
from theory.game import Game
from theory.solution import Solution, product_distribution

__all__ = [
    "ComputeraceError",
    "Game",
    "InputError",
    "Solution",
    "SolverError",
    "product_distribution",
]
