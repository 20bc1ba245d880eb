"""Who invades whom in a finite population, and where that leads.

One individual turns up that plays another strategy than all others. It takes over with its fixation probability
(`theory.finite_population`), and selection favours or opposes that against a neutral mutant's ``1/Z`` (Nowak, Sasaki,
Taylor & Fudenberg 2004, Nature 428:646-650). Drawn as arrows from the resident to the invader, with the share of time
that the population spends in each strategy when mutations are rare (Fudenberg & Imhof 2006, J. Econ. Theory
131:251-262), this is the invasion diagram.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import number_between, square_table
from theory.errors import InputError
from theory.finite_population import log_fixation_matrix, moran_log_fixation, pair_payoffs, rare_mutation_distribution

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class InvasionDiagram:
    """Fixation probabilities between all strategies, and the long run.

    Attributes
    ----------
    names
        Of the strategies.
    population_size
        ``Z``.
    log_fixation
        Shape ``(S, S)``: log of the probability that one column takes over a population of rows.
    shares
        Share of time in each strategy when mutations are rare, shape ``(S,)``.
    """

    names: tuple[str, ...]
    population_size: int
    log_fixation: Floats
    shares: Floats

    def __repr__(self) -> str:
        shares = ", ".join(f"{name} {share:.3g}" for name, share in zip(self.names, self.shares, strict=True))
        return f"InvasionDiagram(population of {self.population_size}; long run: {shares})"

    @property
    def relative(self) -> Floats:
        """Fixation probabilities as multiples of a neutral mutant's, shape ``(S, S)``; 1 on the diagonal."""
        return np.asarray(np.exp(np.minimum(self.log_fixation + np.log(self.population_size), 700.0)))

    def arrow(self, resident: int, invader: int) -> str:
        """``"favoured"``, ``"neutral"`` or ``"opposed"``: the invasion by selection, up to rounding."""
        advantage = float(self.log_fixation[resident, invader] + np.log(self.population_size))
        if abs(advantage) <= 1e-9:
            return "neutral"
        return "favoured" if advantage > 0 else "opposed"

    def graph(self) -> Any:
        """The diagram as a `networkx.DiGraph`: an arrow to every invader that is not opposed.

        Nodes carry ``share``; arrows carry ``fixation``, ``relative`` (to ``1/Z``) and ``kind``.
        """
        import networkx

        found = networkx.DiGraph(population_size=self.population_size)
        for name, share in zip(self.names, self.shares, strict=True):
            found.add_node(name, share=float(share))
        for resident, invader, fixation, relative, kind in self.table():
            if kind != "opposed":
                found.add_edge(resident, invader, fixation=fixation, relative=relative, kind=kind)
        return found

    def table(self) -> list[tuple[str, str, float, float, str]]:
        """Rows (resident, invader, fixation probability, relative to ``1/Z``, kind), all ordered pairs."""
        size, relative = range(len(self.names)), self.relative
        return [
            (self.names[i], self.names[j], float(np.exp(self.log_fixation[i, j])), float(relative[i, j]),
             self.arrow(i, j))
            for i in size for j in size if i != j
        ]  # fmt: skip


def invasion_diagram(
    payoffs: ArrayLike,
    population_size: int,
    selection: float,
    *,
    names: Sequence[str] | None = None,
    process: str = "fermi",
) -> InvasionDiagram:
    """Fixation probabilities between all pairs of strategies, and the long run under rare mutations.

    Parameters
    ----------
    payoffs
        Shape ``(S, S)``: what the row strategy gets against the column strategy.
    population_size
        ``Z``, at least 2.
    selection
        With ``"fermi"`` per unit of payoff, as in `theory.finite_population.fermi_log_fixation`; with ``"moran"`` the
        weight of payoffs in fitness, ``1 - selection + selection payoff``, in [0, 1].
    process
        ``"fermi"`` (pairwise comparison) or ``"moran"`` (birth and death).

    Raises
    ------
    InputError
        For wrong shapes or numbers out of range, or fitness that is not positive.

    Examples
    --------
    >>> diagram = invasion_diagram([[3, 0], [5, 1]], 50, 0.05, names=("restrain", "race"))
    >>> diagram.arrow(0, 1), diagram.arrow(1, 0), diagram.shares
    ('favoured', 'opposed', array([0.0208, 0.9792]))
    """
    table = square_table(payoffs)
    given = tuple(str(k) for k in range(len(table))) if names is None else names
    fits = isinstance(given, Sequence) and all(isinstance(name, Hashable) for name in given)
    if isinstance(given, str) or not fits or len(set(given)) != len(table):
        raise InputError(f"names is {given!r}; a list of {len(table)} different ones is needed")
    given = tuple(given)
    if not isinstance(process, str) or process not in ("fermi", "moran"):
        raise InputError(f"process is {process!r}; it must be 'fermi' or 'moran'")
    if process == "fermi":
        rates = log_fixation_matrix(table, population_size, number_between(selection, "selection", -np.inf))
    else:
        rates = _moran(table, population_size, selection)
    return InvasionDiagram(given, int(population_size), rates, rare_mutation_distribution(rates))


def _moran(table: Floats, population_size: int, selection: float) -> Floats:
    selection = number_between(selection, "selection", 0, 1)
    n = len(table)
    rates = np.empty((n, n))
    for i, j in np.ndindex(n, n):
        pair = pair_payoffs(table, population_size, invader=j, resident=i)
        rates[i, j] = moran_log_fixation(*(1 - selection + selection * payoff for payoff in pair))
    return rates
