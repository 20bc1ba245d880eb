"""The Gaussian copula: uniform inputs with given rank correlations.

With ``Z`` standard normal of correlation ``r``, the inputs are ``U = Phi(Z)``. Spearman's rank correlation of a pair
is then ``rho = (6 / pi) arcsin(r / 2)``, so that ``r = 2 sin(pi rho / 6)`` (Kruskal 1958). Conditional laws are normal
ones, which `theory.shapley` needs. A design of independent points keeps its evenness as far as its first inputs go,
for ``Z = L Phi^-1(u)`` with ``L`` the lower Cholesky factor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from theory.errors import InputError

Floats = NDArray[np.float64]

_END = 2.0**-53  # uniforms are kept this far from 0 and 1, whose normal quantiles are infinite


class GaussianCopula:
    """Joint law of uniform inputs by their rank correlations.

    Parameters
    ----------
    rank_correlations
        Spearman's rank correlations, shape ``(d, d)``, symmetric, with ones on the diagonal.

    Attributes
    ----------
    normal
        Correlations of the normal scores, shape ``(d, d)``.

    Raises
    ------
    InputError
        For another shape, entries beyond (-1, 1), or correlations that cannot hold together.

    Examples
    --------
    >>> from scipy import stats
    >>> copula = GaussianCopula([[1, 0.6], [0.6, 1]])
    >>> u = copula.join(np.random.default_rng(1).random((20_000, 2)))
    >>> round(float(stats.spearmanr(u[:, 0], u[:, 1]).statistic), 2)
    0.6
    """

    def __init__(self, rank_correlations: ArrayLike) -> None:
        ranks = np.array(rank_correlations, float)
        if ranks.ndim != 2 or ranks.shape[0] != ranks.shape[1] or not np.array_equal(ranks, ranks.T):
            raise InputError(f"rank correlations have shape {ranks.shape}; a symmetric matrix is needed")
        off = ranks[~np.eye(len(ranks), dtype=bool)]
        if not np.array_equal(np.diag(ranks), np.ones(len(ranks))) or not (np.abs(off) < 1).all():
            raise InputError(
                "rank correlations must have ones on the diagonal and lie strictly between -1 and 1 elsewhere"
            )
        self.normal: Floats = 2 * np.sin(np.pi * ranks / 6)
        np.fill_diagonal(self.normal, 1.0)
        try:
            self._factor = np.linalg.cholesky(self.normal)
        except np.linalg.LinAlgError:
            raise InputError(
                f"no joint law has these rank correlations: {ranks.tolist()}; make some of them smaller in size"
            ) from None

    @property
    def inputs(self) -> int:
        """Number of inputs, ``d``."""
        return len(self.normal)

    def join(self, u: Floats) -> Floats:
        """Inputs with the copula's correlations from independent uniform ones, shape ``(..., d)``."""
        return np.asarray(special.ndtr(_scores(u) @ self._factor.T))

    def given(self, known: Sequence[int], values: Floats, u: Floats) -> Floats:
        """Inputs given some of them.

        Parameters
        ----------
        known
            Which inputs are known.
        values
            Their values, shape ``(..., len(known))``.
        u
            Independent uniform numbers, shape ``(..., d)``; those in the places of unknown inputs are used.

        Returns
        -------
        array of shape ``(..., d)``
        """
        fixed = list(known)
        free = [i for i in range(self.inputs) if i not in fixed]
        result = np.empty((*np.broadcast_shapes(values.shape[:-1], u.shape[:-1]), self.inputs))
        result[..., fixed] = values
        if not free:
            return result
        weights = np.linalg.solve(self.normal[np.ix_(fixed, fixed)], self.normal[np.ix_(fixed, free)])  # (known, free)
        left = self.normal[np.ix_(free, free)] - self.normal[np.ix_(free, fixed)] @ weights
        mean = _scores(values) @ weights
        result[..., free] = special.ndtr(mean + _scores(u[..., free]) @ np.linalg.cholesky(left).T)
        return result


def _scores(u: Floats) -> Floats:
    return np.asarray(special.ndtri(np.clip(u, _END, 1 - _END)))
