"""Games and how they are played. Knows nothing of AI.

Finite games (`Game`), games over quantities (`ContinuousGame`), what solvers find in them
(`Solution`, `ContinuousSolution`), and the measures that say how much is overspent and underinvested.
"""

from theory.adaptive_strategies import QLearner, adaptive_tit_for_tat, best_so_far, spending_trigger
from theory.agreements import capped, deterring_penalty, inspected
from theory.automata import Automaton
from theory.batches import BatchSolution, batch_support_enumeration
from theory.best_replies import best_reply
from theory.commitment import Commitment, strong_stackelberg
from theory.common_objective import joint_optimum
from theory.comparative_statics import EquilibriumDerivative, equilibrium_derivative
from theory.contest import tullock_contest
from theory.continuation import EquilibriumMap, continue_equilibria
from theory.continuous import ContinuousGame
from theory.continuous_commitment import ContinuousCommitment, continuous_commitment
from theory.continuous_penal_codes import ContinuousPenalCode, continuous_penal_threshold
from theory.continuous_solution import ContinuousSolution
from theory.continuous_thresholds import reversion_thresholds, symmetric_stick_and_carrot
from theory.cycle_thresholds import cournot_threshold, keeps_to_path, path_thresholds, tullock_threshold
from theory.discounting import (
    critical_discount_factor,
    grim_trigger,
    nash_reversion,
    stick_and_carrot,
    symbolic_critical_discount_factor,
    turn_taking,
)
from theory.distances import Distances, distances
from theory.equilibrium import nash
from theory.errors import ComputeraceError, InputError, SolverError
from theory.evolutionary_stability import StableStrategy, stable_strategies, strategy_stability
from theory.finite_population import (
    fermi_log_fixation,
    log_fixation_matrix,
    moran_log_fixation,
    small_mutation_distribution,
)
from theory.finite_regimes import support_regimes
from theory.game import Game
from theory.history_play import AutomatonStrategy, AxelrodStrategy, FunctionStrategy, match
from theory.homotopy import logit_homotopy
from theory.identity import follow_equilibria
from theory.intervals import Estimate, from_replicates, probability, ratio_of_means, share_in_replicates
from theory.invasion import InvasionDiagram, invasion_diagram
from theory.iterated_dominance import Survivors, iterated_dominance, rationalizable
from theory.learning import LearningPath, fictitious_play, local_interaction
from theory.limit_set import LimitScore, limit_score
from theory.lottery_free import PathPayoffs, path_payoffs
from theory.mediated import MediatedPlay, correlated_equilibrium
from theory.monitoring import abreu_milgrom_pearce_bound, delayed_discount_factor, green_porter
from theory.mutation_chain import (
    PopulationDistribution,
    moran_distribution,
    mutation_distribution,
    stochastic_stability,
)
from theory.newton import continuous_nash
from theory.nfg import from_nfg, to_nfg
from theory.noisy_restraint import SymmetricRace, Trigger, best_trigger, symmetric_bounds
from theory.payoff_polygon import PayoffSet, payoff_set
from theory.payoff_polytopes import PayoffBounds, SupportingPlay, payoff_bounds
from theory.penal_codes import PenalCode, penal_code, penal_threshold
from theory.plain_simulation import simulate
from theory.population_paths import population_generations, population_paths
from theory.potential import Decomposition, WeightedPotential, decompose, weighted_potential
from theory.public_monitoring import PublicBounds, public_bounds
from theory.pure import pure_nash
from theory.quantal_response import LogitBranch, fit_logit, logit_branch, logit_equilibrium
from theory.refinements import p_dominance, payoff_dominant, perfect_equilibria, risk_dominance
from theory.regret_learning import Learned, learn
from theory.repeated_play import expected_path, play
from theory.replicator import replicator_path, rest_points
from theory.risk import HindsightSplit, cvar, cvar_estimate, hindsight_split, value_at_risk
from theory.shared_limit import SharedLimit
from theory.simulated_play import Matches, Nature, Simulator, memory_one_counts
from theory.solution import Solution, product_distribution
from theory.strategies import CLASSICS
from theory.subgame_perfection import is_subgame_perfect, one_shot_deviations
from theory.supermodular import Supermodularity, supermodularity
from theory.symbolic_equilibria import SymbolicEquilibrium, symbolic_counts, symbolic_equilibria
from theory.symmetric_counts import CountEquilibria, count_vectors, symmetric_count_equilibria
from theory.symmetric_monitoring import symmetric_public_payoffs
from theory.taxonomy import CLASSES, dilemma_class, loss_asymmetry, ordinal_name, symbolic_boundaries
from theory.tournament import Tournament, ecology, from_programs, on_graph, round_robin
from theory.variational import VariationalSolution, variational_equilibrium
from theory.vertex_play import deviation_gain, supporting_play
from theory.wedge import strategic_wedge

__all__ = [
    "CLASSES",
    "CLASSICS",
    "Automaton",
    "AutomatonStrategy",
    "AxelrodStrategy",
    "BatchSolution",
    "Commitment",
    "ComputeraceError",
    "ContinuousCommitment",
    "ContinuousGame",
    "ContinuousPenalCode",
    "ContinuousSolution",
    "CountEquilibria",
    "Decomposition",
    "Distances",
    "EquilibriumDerivative",
    "EquilibriumMap",
    "Estimate",
    "FunctionStrategy",
    "Game",
    "HindsightSplit",
    "InputError",
    "InvasionDiagram",
    "Learned",
    "LearningPath",
    "LimitScore",
    "LogitBranch",
    "Matches",
    "MediatedPlay",
    "Nature",
    "PathPayoffs",
    "PayoffBounds",
    "PayoffSet",
    "PenalCode",
    "PopulationDistribution",
    "PublicBounds",
    "QLearner",
    "SharedLimit",
    "Simulator",
    "Solution",
    "SolverError",
    "StableStrategy",
    "Supermodularity",
    "SupportingPlay",
    "Survivors",
    "SymbolicEquilibrium",
    "SymmetricRace",
    "Tournament",
    "Trigger",
    "VariationalSolution",
    "WeightedPotential",
    "abreu_milgrom_pearce_bound",
    "adaptive_tit_for_tat",
    "batch_support_enumeration",
    "best_reply",
    "best_so_far",
    "best_trigger",
    "capped",
    "continue_equilibria",
    "continuous_commitment",
    "continuous_nash",
    "continuous_penal_threshold",
    "correlated_equilibrium",
    "count_vectors",
    "cournot_threshold",
    "critical_discount_factor",
    "cvar",
    "cvar_estimate",
    "decompose",
    "delayed_discount_factor",
    "deterring_penalty",
    "deviation_gain",
    "dilemma_class",
    "distances",
    "ecology",
    "equilibrium_derivative",
    "expected_path",
    "fermi_log_fixation",
    "fictitious_play",
    "fit_logit",
    "follow_equilibria",
    "from_nfg",
    "from_programs",
    "from_replicates",
    "green_porter",
    "grim_trigger",
    "hindsight_split",
    "inspected",
    "invasion_diagram",
    "is_subgame_perfect",
    "iterated_dominance",
    "joint_optimum",
    "keeps_to_path",
    "learn",
    "limit_score",
    "local_interaction",
    "log_fixation_matrix",
    "logit_branch",
    "logit_equilibrium",
    "logit_homotopy",
    "loss_asymmetry",
    "match",
    "memory_one_counts",
    "moran_distribution",
    "moran_log_fixation",
    "mutation_distribution",
    "nash",
    "nash_reversion",
    "on_graph",
    "one_shot_deviations",
    "ordinal_name",
    "p_dominance",
    "path_payoffs",
    "path_thresholds",
    "payoff_bounds",
    "payoff_dominant",
    "payoff_set",
    "penal_code",
    "penal_threshold",
    "perfect_equilibria",
    "play",
    "population_generations",
    "population_paths",
    "probability",
    "product_distribution",
    "public_bounds",
    "pure_nash",
    "ratio_of_means",
    "rationalizable",
    "replicator_path",
    "rest_points",
    "reversion_thresholds",
    "risk_dominance",
    "round_robin",
    "share_in_replicates",
    "simulate",
    "small_mutation_distribution",
    "spending_trigger",
    "stable_strategies",
    "stick_and_carrot",
    "stochastic_stability",
    "strategic_wedge",
    "strategy_stability",
    "strong_stackelberg",
    "supermodularity",
    "support_regimes",
    "supporting_play",
    "symbolic_boundaries",
    "symbolic_counts",
    "symbolic_critical_discount_factor",
    "symbolic_equilibria",
    "symmetric_bounds",
    "symmetric_count_equilibria",
    "symmetric_public_payoffs",
    "symmetric_stick_and_carrot",
    "to_nfg",
    "tullock_contest",
    "tullock_threshold",
    "turn_taking",
    "value_at_risk",
    "variational_equilibrium",
    "weighted_potential",
]
