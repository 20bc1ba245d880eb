"""Draws from priors: scrambled Sobol or Latin hypercube, with rank correlations.

Both designs are uniform in every input; a Gaussian copula (`theory.copula`) then gives pairs of inputs the rank
correlation that is declared, and leaves every marginal as it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from theory.arrays import finite_floats, one_of, whole_number
from theory.copula import GaussianCopula
from theory.display import counted, shortened
from theory.errors import InputError
from theory.generators import require_generator

if TYPE_CHECKING:
    from models.base import PayoffModel

Floats = NDArray[np.float64]

DESIGNS = ("sobol", "latin hypercube")
"""Scrambled Sobol points (Owen 1997), or one point in each of n equal slices of every input (McKay et al. 1979)."""

MOST = 2**30
"""Length of a Sobol sequence of 30 bits."""


def sobol_points(start: int, stop: int, inputs: int, rng: np.random.Generator) -> Floats:
    """Points ``start`` to ``stop - 1`` of one scrambled Sobol sequence, shape ``(stop - start, inputs)``.

    The scrambling is drawn from ``rng``; a generator in the same state gives other parts of the same sequence.

    Examples
    --------
    >>> whole = sobol_points(0, 100, 3, np.random.default_rng(1))
    >>> part = sobol_points(40, 100, 3, np.random.default_rng(1))
    >>> bool((whole[40:] == part).all())
    True
    """
    from scipy.stats import qmc

    if not 0 <= start < stop <= MOST:
        raise InputError(f"draws {start} to {stop} of {MOST}: from one to 2**30 can be sampled")
    sequence = qmc.Sobol(inputs, rng=rng)
    if start:
        sequence.fast_forward(start)
        return np.asarray(sequence.random(stop - start))
    return np.asarray(sequence.random_base2(max(1, math.ceil(math.log2(stop))))[:stop])


def latin_hypercube(draws: int, inputs: int, rng: np.random.Generator) -> Floats:
    """Latin hypercube of ``draws`` points, shape ``(draws, inputs)``."""
    from scipy.stats import qmc

    if not 1 <= draws <= MOST:
        raise InputError(f"draws is {draws}; from one to 2**30 can be sampled")
    return np.asarray(qmc.LatinHypercube(inputs, rng=rng).random(draws))


def copula_of(names: Sequence[str], correlations: Mapping[tuple[str, str], float]) -> GaussianCopula | None:
    """Copula of named inputs from rank correlations of pairs; None if none is declared.

    Raises
    ------
    InputError
        For a name that is no input, a pair given twice, or correlations that no joint law has.
    """
    if not isinstance(correlations, Mapping) or not all(isinstance(k, tuple) and len(k) == 2 for k in correlations):
        raise InputError(
            f"rank_correlations is {str(correlations)[:60]}; it must be a dict by pairs of names: {{('a', 'b'): 0.5}}"
        )
    if not correlations:
        return None
    matrix = np.eye(len(names))
    for (first, second), value in correlations.items():
        for name in (first, second):
            if name not in names:
                raise InputError(
                    f"a rank correlation is declared for {name!r}; the uncertain inputs are {', '.join(names)}"
                )
        i, j = names.index(first), names.index(second)
        if i == j or matrix[i, j]:
            raise InputError(f"the rank correlation of {first} and {second} is declared twice, or of one with itself")
        matrix[i, j] = matrix[j, i] = value
    return GaussianCopula(matrix)


class Chunk(Protocol):
    """Some of the draws of a sample, ``start`` to ``stop - 1``, and the generator that all of the sample comes from."""

    @property
    def start(self) -> int:
        """First draw."""
        ...

    @property
    def stop(self) -> int:
        """One beyond the last draw."""
        ...

    @property
    def common(self) -> np.random.Generator:
        """Generator, in the same state for all parts of the sample."""
        ...


class Priors:
    """Priors of a model's uncertain parameters, sampled together.

    Parameters
    ----------
    model
        The model; parameters without a prior keep their values.
    rank_correlations
        Spearman correlations by pairs of names; what is not named is independent.

    Attributes
    ----------
    names
        One name per uncertain number: ``"prize"``, or ``"plan[2]"`` for the third player's.
    fields
        Names of the parameters that have priors, as `PayoffModel.replace` takes them.
    """

    def __init__(self, model: PayoffModel, rank_correlations: Mapping[tuple[str, str], float] | None = None) -> None:
        if not hasattr(model, "parameters") or isinstance(model, type):
            raise InputError(f"model is {str(model)[:60]}; priors are those of a payoff model: ComputeRace().priors()")
        specs = {name: spec for name, spec in model.parameters().items() if spec.prior is not None}
        self._priors = {
            name: spec.prior if isinstance(spec.prior, tuple) else (spec.prior,) for name, spec in specs.items()
        }
        self._per_player = {name for name, spec in specs.items() if isinstance(spec.prior, tuple)}
        if any(len(self._priors[name]) != model.n_players for name in self._per_player):
            raise InputError(
                f"the priors are for the named players, not for {model.n_players}; sample at the default number "
                "of players, or replace the per-player parameters yourself"
            )
        self.fields = tuple(specs)
        self._columns = [
            (name, j)
            for name, priors in self._priors.items()
            for j, prior in enumerate(priors)
            if prior is not None and prior.low < prior.high
        ]
        self.names = tuple(f"{name}[{j}]" if name in self._per_player else name for name, j in self._columns)
        self.copula = copula_of(self.names, {} if rank_correlations is None else rank_correlations)

    def __repr__(self) -> str:
        tied = "independent" if self.copula is None else "with rank correlations"
        names = ", ".join(shortened(self.names, "names"))
        return f"Priors({counted(len(self.names), 'uncertain number')}, {tied}: {' '.join(names.split())})"

    def ppf(self, u: Floats) -> dict[str, Floats]:
        """Parameter values at quantiles ``u`` of shape ``(draws, len(names))``, as arguments of ``replace``.

        The quantiles are those of each parameter by itself; correlations are for `sample`.
        """
        u = finite_floats(u, "u")
        if not u.ndim or u.shape[-1] != len(self.names):
            raise InputError(f"u has shape {u.shape}; it must be (draws, {len(self.names)}), a quantile for each name")
        values = {}
        for name, priors in self._priors.items():
            draws = [
                prior.ppf(u[..., self._columns.index((name, j))])
                if (name, j) in self._columns
                else np.full(u.shape[:-1], prior.central)
                for j, prior in enumerate(priors)
                if prior is not None
            ]
            values[name] = np.stack(draws, axis=-1) if name in self._per_player else draws[0]
        return values

    def sample(self, draws: int, *, rng: np.random.Generator, design: str = "sobol") -> dict[str, Floats]:
        """Draws from all priors.

        Parameters
        ----------
        draws
            How many, from 1 to 2**30; powers of two are best with Sobol points.
        rng
            What scrambles the points; the same state gives the same draws.
        design
            ``"sobol"``, scrambled (Owen 1997), or ``"latin hypercube"`` (McKay, Beckman and Conover 1979).

        Returns
        -------
        dict of arrays
            By name, ``(draws,)`` or ``(draws, N)`` for per-player parameters, in the units of the parameters
            (`PayoffModel.parameters`): ``model.replace(**sample)``.

        Raises
        ------
        InputError
            For another number of draws, another design, or what is no generator.

        Examples
        --------
        >>> from models import ComputeRace
        >>> sample = Priors(ComputeRace()).sample(8, rng=np.random.default_rng(1))
        >>> ComputeRace().replace(**sample).batch_shape
        (8,)
        """
        draws = whole_number(draws, "draws")
        if draws > MOST:
            raise InputError(f"draws is {draws}; a whole number from one to 2**30 can be sampled")
        return self._drawn(0, draws, design, rng, rng)

    def sample_part(self, part: Chunk, *, rng: np.random.Generator, design: str = "sobol") -> dict[str, Floats]:
        """Some of the draws of a sample that is too large for the memory: one part of one Sobol sequence.

        Latin hypercubes cannot be cut up: each part is one by itself, drawn from ``rng``.
        """
        return self._drawn(part.start, part.stop, design, part.common, rng)

    def _drawn(
        self, start: int, stop: int, design: str, common: np.random.Generator, rng: np.random.Generator
    ) -> dict[str, Floats]:
        require_generator(common), require_generator(rng)
        one_of(design, DESIGNS, "design")
        inputs = len(self.names)
        u = (
            sobol_points(start, stop, inputs, common)
            if design == "sobol"
            else latin_hypercube(stop - start, inputs, rng)
        )
        return self.ppf(u if self.copula is None else self.copula.join(u))
