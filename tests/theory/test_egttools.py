"""Evolution in finite populations is that of EGTtools, where its wheels are: Linux on x86_64, up to Python 3.12."""

import importlib.util
import warnings

import numpy as np
import pytest

from theory import log_fixation_matrix, small_mutation_distribution
from theory.mutation_chain import mutation_distribution
from theory.replicator import replicator_derivative

if importlib.util.find_spec("egttools") is not None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import egttools
        from egttools.analytical import PairwiseComparison, StochDynamics
        from egttools.games import Matrix2PlayerGameHolder

    LOST = 1e-6  # probabilities of that size and below come out as zero there

    def fixation(payoffs, size, selection):
        """Ours and the library's, off the diagonal."""
        holder = Matrix2PlayerGameHolder(len(payoffs), payoffs)  # kept: the library does not
        _, peer = PairwiseComparison(size, holder).calculate_transition_and_fixation_matrix_sml(selection)
        away = ~np.eye(len(payoffs), dtype=bool)
        return np.exp(log_fixation_matrix(payoffs, size, selection))[away], np.asarray(peer)[away]

    @pytest.mark.parametrize(("strategies", "size", "selection"), [(2, 20, 0.1), (3, 50, 0.03), (6, 100, 0.01)])
    @pytest.mark.parametrize("seed", range(3))
    def test_fixation_and_the_long_run_under_rare_mutations(strategies, size, selection, seed):
        payoffs = np.random.default_rng(seed).normal(size=(strategies, strategies))
        ours, peer = fixation(payoffs, size, selection)
        assert (peer > LOST).all()
        np.testing.assert_allclose(ours, peer, rtol=1e-9)
        share = StochDynamics(strategies, payoffs, size).calculate_stationary_distribution(selection)
        np.testing.assert_allclose(small_mutation_distribution(payoffs, size, selection), share, rtol=1e-8)

    def test_strong_selection_where_the_library_still_sees_it():
        ours, peer = fixation(np.random.default_rng(0).normal(size=(5, 5)), 100, 1.0)
        seen = peer > LOST
        np.testing.assert_allclose(ours[seen], peer[seen], rtol=1e-9)
        assert 3 < seen.sum() < len(seen) and (ours[~seen] > 0).all() and (ours[~seen] < 10 * LOST).all()

    @pytest.mark.parametrize("seed", range(3))
    def test_every_state_with_mutation(seed):
        payoffs, size, mutation = np.random.default_rng(seed).normal(size=(3, 3)), 20, 1e-2
        holder = Matrix2PlayerGameHolder(3, payoffs)
        matrix = PairwiseComparison(size, holder).calculate_transition_matrix(0.5, mutation)
        peer = np.asarray(egttools.utils.calculate_stationary_distribution(matrix.transpose()))
        found = mutation_distribution(payoffs, size, 0.5, mutation)
        order = [egttools.calculate_state(size, np.asarray(state, np.uint64)) for state in found.states]
        np.testing.assert_allclose(found.shares, peer[order], rtol=1e-8)

    def test_the_replicator_equation():
        rng = np.random.default_rng(1)
        for _ in range(10):
            payoffs, x = rng.normal(size=(4, 4)), rng.dirichlet(np.ones(4))
            peer = egttools.analytical.replicator_equation(x, payoffs)
            np.testing.assert_allclose(replicator_derivative(payoffs, x), peer, atol=1e-14)
