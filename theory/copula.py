"""The Gaussian copula: uniform inputs with given rank correlations.

With ``Z`` standard normal of correlation ``r``, the inputs are ``U = Phi(Z)``. Spearman's rank correlation of a pair
is then ``rho = (6 / pi) arcsin(r / 2)``, so that ``r = 2 sin(pi rho / 6)`` (Kruskal 1958). Conditional laws are normal
ones, which `theory.shapley` needs. A design of independent points keeps its evenness as far as its first inputs go,
for ``Z = L Phi^-1(u)`` with ``L`` the lower Cholesky factor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from theory.arrays import finite_floats
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
        ranks = finite_floats(rank_correlations, "rank correlations")
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
        u = finite_floats(u, "u")
        if not u.ndim or u.shape[-1] != self.inputs:
            raise InputError(f"u has shape {u.shape}; it must be (..., {self.inputs}): a uniform number for each input")
        return np.asarray(special.ndtr(_scores(u) @ self._factor.T))

    def resampled(self, orders: NDArray[np.int64], outer: Floats, u: Floats) -> Floats:
        """Points that keep more and more inputs of an outer point, the others drawn afresh given those.

        With the inputs in reverse order, the scores are ``L e`` with independent ``e``: what is kept fixes the first
        entries of ``e``, the others are new.

        Parameters
        ----------
        orders
            Permutations of the inputs, shape ``(m, d)``; those that come first are drawn afresh first.
        outer
            Points, shape ``(m, d)``.
        u
            Independent uniform numbers, shape ``(m, d - 1, n, d)``.

        Returns
        -------
        array of shape ``(m, d - 1, n, d)``
            In ``[:, k - 1]`` the first ``k`` inputs of each order are new.
        """
        d = self.inputs
        turned = orders[:, ::-1]
        factors = np.linalg.cholesky(self.normal[turned[:, :, None], turned[:, None, :]])
        scores = np.take_along_axis(_scores(outer), turned, axis=1)
        old = np.linalg.solve(factors, scores[..., None])[..., 0]
        kept = np.arange(d) < d - np.arange(1, d)[:, None]  # (d - 1, d)
        mixed = np.where(kept[:, None], old[:, None, None], _scores(u))
        found = mixed @ factors.swapaxes(1, 2)[:, None]
        found = np.where(kept[:, None], scores[:, None, None], found)  # to the last bit
        points = np.empty(u.shape)
        np.put_along_axis(points, np.broadcast_to(turned[:, None, None], u.shape), special.ndtr(found), axis=-1)
        return points


def _scores(u: Floats) -> Floats:
    return np.asarray(special.ndtri(np.clip(u, _END, 1 - _END)))
