"""Games and how they are played. Knows nothing of AI.

Finite games (`Game`), games over quantities (`ContinuousGame`), what solvers find in them
(`Solution`, `ContinuousSolution`), and the measures that say how much is overspent and underinvested.
"""

from theory.automata import Automaton
from theory.batches import BatchSolution, batch_support_enumeration
from theory.best_replies import best_reply
from theory.commitment import Commitment, strong_stackelberg
from theory.common_objective import joint_optimum
from theory.comparative_statics import EquilibriumDerivative, equilibrium_derivative
from theory.contest import tullock_contest
from theory.continuation import EquilibriumMap, continue_equilibria
from theory.continuous import ContinuousGame, ContinuousSolution
from theory.discounting import (
    critical_discount_factor,
    grim_trigger,
    nash_reversion,
    symbolic_critical_discount_factor,
    turn_taking,
)
from theory.equilibrium import nash
from theory.errors import ComputeraceError, InputError, SolverError
from theory.finite_regimes import support_regimes
from theory.game import Game
from theory.intervals import Estimate, from_replicates, probability, ratio_of_means, share_in_replicates
from theory.newton import continuous_nash
from theory.nfg import from_nfg, to_nfg
from theory.potential import Decomposition, WeightedPotential, decompose, weighted_potential
from theory.pure import pure_nash
from theory.refinements import p_dominance, payoff_dominant, perfect_equilibria, risk_dominance
from theory.repeated_play import is_subgame_perfect, play, simulate
from theory.risk import HindsightSplit, cvar, hindsight_split, value_at_risk
from theory.shared_limit import SharedLimit
from theory.solution import Solution, product_distribution
from theory.supermodular import Supermodularity, supermodularity
from theory.symbolic_equilibria import SymbolicEquilibrium, symbolic_counts, symbolic_equilibria
from theory.taxonomy import CLASSES, dilemma_class, loss_asymmetry, ordinal_name, symbolic_boundaries
from theory.variational import VariationalSolution, variational_equilibrium
from theory.wedge import strategic_wedge

__all__ = [
    "CLASSES",
    "Automaton",
    "BatchSolution",
    "Commitment",
    "ComputeraceError",
    "ContinuousGame",
    "ContinuousSolution",
    "Decomposition",
    "EquilibriumDerivative",
    "EquilibriumMap",
    "Estimate",
    "Game",
    "HindsightSplit",
    "InputError",
    "SharedLimit",
    "Solution",
    "SolverError",
    "Supermodularity",
    "SymbolicEquilibrium",
    "VariationalSolution",
    "WeightedPotential",
    "batch_support_enumeration",
    "best_reply",
    "continue_equilibria",
    "continuous_nash",
    "critical_discount_factor",
    "cvar",
    "decompose",
    "dilemma_class",
    "equilibrium_derivative",
    "from_nfg",
    "from_replicates",
    "grim_trigger",
    "hindsight_split",
    "is_subgame_perfect",
    "joint_optimum",
    "loss_asymmetry",
    "nash",
    "nash_reversion",
    "ordinal_name",
    "p_dominance",
    "payoff_dominant",
    "perfect_equilibria",
    "play",
    "probability",
    "product_distribution",
    "pure_nash",
    "ratio_of_means",
    "risk_dominance",
    "share_in_replicates",
    "simulate",
    "strategic_wedge",
    "strong_stackelberg",
    "supermodularity",
    "support_regimes",
    "symbolic_boundaries",
    "symbolic_counts",
    "symbolic_critical_discount_factor",
    "symbolic_equilibria",
    "to_nfg",
    "tullock_contest",
    "turn_taking",
    "value_at_risk",
    "variational_equilibrium",
    "weighted_potential",
]
