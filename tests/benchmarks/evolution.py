"""Evolution side by side with EGTtools, numbers and times: ``python -m tests.benchmarks.evolution``.

Needs ``egttools`` (extra ``peers``; among the locked dependencies where it has wheels for Linux).
Agreement is printed as the largest relative difference; where a probability is below what the peer gives up at (it
returns 0 for what is below about 1e-7), ours is printed instead.
"""

from __future__ import annotations

import warnings

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.__main__ import ROUNDS, Task, compare
from theory.finite_population import log_fixation_matrix, small_mutation_distribution
from theory.mutation_chain import mutation_distribution
from theory.replicator import replicator_derivative

SELECTION = 0.05


def farthest(ours: np.ndarray, peer: np.ndarray) -> float:
    """Largest relative difference, over what the peer did not round to zero."""
    kept = peer > 1e-6
    return float((np.abs(ours - peer)[kept] / peer[kept]).max())


def comparisons() -> list[tuple[str, float, Task, Task]]:
    """(task, largest relative difference, ours, peer's)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import egttools
        from egttools.analytical import PairwiseComparison, StochDynamics
        from egttools.games import Matrix2PlayerGameHolder
    rng = np.random.default_rng(1)
    rows: list[tuple[str, float, Task, Task]] = []
    games: list[object] = []
    for n, size in ((3, 50), (10, 100)):
        payoffs = rng.normal(size=(n, n))
        games.append(Matrix2PlayerGameHolder(n, payoffs))  # the peer keeps no reference to its game, and crashes
        dynamics = PairwiseComparison(size, games[-1])
        python = StochDynamics(n, payoffs, size)
        ours = np.exp(log_fixation_matrix(payoffs, size, SELECTION))
        theirs = dynamics.calculate_transition_and_fixation_matrix_sml(SELECTION)[1]
        away = ~np.eye(n, dtype=bool)
        rows.append(
            (
                f"fixation between {n} strategies, Z = {size} (compiled)",
                farthest(ours[away], np.asarray(theirs)[away]),
                lambda p=payoffs, z=size: log_fixation_matrix(p, z, SELECTION),
                lambda d=dynamics, g=games: d.calculate_transition_and_fixation_matrix_sml(SELECTION),
            )
        )
        rows.append(
            (
                f"small-mutation distribution of {n}, Z = {size} (Python)",
                farthest(
                    small_mutation_distribution(payoffs, size, SELECTION),
                    python.calculate_stationary_distribution(SELECTION),
                ),
                lambda p=payoffs, z=size: small_mutation_distribution(p, z, SELECTION),
                lambda d=python: d.calculate_stationary_distribution(SELECTION),
            )
        )
    payoffs, size, mutation = rng.normal(size=(3, 3)), 30, 1e-2
    games.append(Matrix2PlayerGameHolder(3, payoffs))
    large = PairwiseComparison(size, games[-1])

    def full() -> np.ndarray:
        matrix = large.calculate_transition_matrix(SELECTION, mutation)
        return np.asarray(egttools.utils.calculate_stationary_distribution(matrix.transpose()))

    found = mutation_distribution(payoffs, size, SELECTION, mutation)
    order = [egttools.calculate_state(size, np.asarray(state, np.uint64)) for state in found.states]
    rows.append(
        (
            f"all {len(found.states)} states of 3 strategies with mutation",
            farthest(found.shares, full()[order]),
            lambda: mutation_distribution(payoffs, size, SELECTION, mutation),
            full,
        )
    )
    x = np.array([0.2, 0.3, 0.5])
    rows.append(
        (
            "replicator equation",
            farthest(
                np.abs(replicator_derivative(payoffs, x)), np.abs(egttools.analytical.replicator_equation(x, payoffs))
            ),
            lambda: replicator_derivative(payoffs, x),
            lambda: egttools.analytical.replicator_equation(x, payoffs),
        )
    )
    return rows


def table() -> Table:
    """Agreement and ratios."""
    found = Table(title=f"EGTtools; medians of {ROUNDS} rounds; ratio = peer's time / ours, median [min, max]")
    for column in ("task", "largest difference", "ours", "peer's", "ratio"):
        found.add_column(column)
    for name, difference, ours, theirs in comparisons():
        mine, other, ratios = compare(ours, theirs, ours_size=1, peer_size=1)
        spread = f"{np.median(ratios):.3g} [{min(ratios):.3g}, {max(ratios):.3g}]"
        found.add_row(name, f"{difference:.1e}", f"{mine * 1e6:.3g} µs", f"{other * 1e6:.3g} µs", spread)
    return found


if __name__ == "__main__":
    Console(width=160).print(table())
