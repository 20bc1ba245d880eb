"""Gambit's solvers behind the same interface: each in a process of its own with a time limit, and certified here.

``pygambit`` is optional: ``pip install pygambit``. Its solvers may miss equilibria and some may not return
(the polynomial one on small degenerate games), so an answer is a list of equilibria that were checked here, and never
called complete. Games of exact rationals are solved in rationals where Gambit does that.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from theory.errors import InputError, SolverError
from theory.game import Game, require_game
from theory.nfg import to_nfg
from theory.solution import Solution, product_distribution

SOLVERS = {
    "enumpure": "all equilibria in pure strategies",
    "enummixed": "extreme equilibria of two-player games",
    "enumpoly": "equilibria by support enumeration and polynomials",
    "lcp": "two-player games by Lemke's method",
    "lp": "constant-sum games by linear programming",
    "logit": "one equilibrium by the logit branch",
    "gnm": "equilibria by the global Newton method",
    "ipa": "one equilibrium by iterated polymatrix approximation",
}
"""Solvers of ``pygambit.nash`` by name."""

SECONDS = 30.0
"""Time limit of a call, start of the process included."""

_RATIONAL = ("enummixed", "lcp", "lp")

_OPTIONS = {"logit": {"maxregret": 1e-10}}
"""What a solver must be asked for to be precise enough."""

_PROGRAM = """
import io, json, sys
import pygambit
task = json.load(sys.stdin)
game = pygambit.read_nfg(io.StringIO(task["game"]))
result = getattr(pygambit.nash, task["solver"] + "_solve")(game, **task["options"])
found = result.equilibria if hasattr(result, "equilibria") else [result.equilibrium]
json.dump([[[str(share) for _, share in strategy] for strategy in profile] for profile in found], sys.stdout)
"""


def gambit(game: Game, solver: str = "enummixed", *, seconds: float = SECONDS) -> Solution:
    """Equilibria that one of Gambit's solvers finds, every one certified here.

    Parameters
    ----------
    game
        A single game.
    solver
        A name in `SOLVERS`.
    seconds
        Time limit.

    Returns
    -------
    Solution
        ``complete`` is False: what Gambit's list leaves out is not known here.

    Raises
    ------
    InputError
        If ``pygambit`` is not installed, for an unknown solver, a batch, or a game that the solver does not take.
    SolverError
        If there is no answer within the time limit.

    Examples
    --------
    >>> gambit(Game.from_bimatrix([[1]], [[1]]), "simplex")
    Traceback (most recent call last):
    theory.errors.InputError: Gambit has no solver 'simplex' here; there are enumpure, enummixed, enumpoly, lcp, lp, \
logit, gnm, ipa
    """
    require_game(game, "gambit")
    if solver not in SOLVERS:
        raise InputError(f"Gambit has no solver {solver!r} here; there are {', '.join(SOLVERS)}")
    if game.batch_ndim:
        raise InputError(f"Gambit solves one game at a time, not {game!r}; loop over the draws")
    if importlib.util.find_spec("pygambit") is None:
        raise InputError(
            f"gambit_{solver} needs pygambit, which is not installed: pip install pygambit, or leave out the method"
        )
    options: dict[str, object] = {"rational": game.is_exact} if solver in _RATIONAL else dict(_OPTIONS.get(solver, {}))
    task = {"game": to_nfg(_in_units(game)), "solver": solver, "options": options}
    answer = _answer(json.dumps(task), solver, seconds)
    read: Callable[[str], Fraction | float] = Fraction if game.is_exact and solver in _RATIONAL else float
    profiles = [[np.array([read(share) for share in strategy]) for strategy in profile] for profile in answer]
    shape = (0, *game.n_actions)
    found = np.stack([product_distribution(p) for p in profiles]) if profiles else np.empty(shape)
    right = Solution(game, f"gambit_{solver}", found).certified
    note = "as Gambit lists them; not proved complete"
    if not right.all():
        note += f"; {int((~right).sum())} of {len(right)} were no equilibria and were dropped"
    return Solution(game, f"gambit_{solver}", found[right], complete=False, note=note)


def _in_units(game: Game) -> Game:
    """Payoffs in units of each player's range, to twelve digits: Gambit's answers depend on units and on the level."""
    return game if game.is_exact else Game(game.in_ranges()[0].round(12))


@functools.lru_cache(maxsize=256)
def _answer(task: str, solver: str, seconds: float) -> list[list[list[str]]]:
    """What Gambit says to a task as JSON; the same each time, so it is asked once."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM], input=task, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise SolverError(f"gambit_{solver} gave no answer in {seconds:g} seconds; try another method") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"gambit_{solver} does not take this game: {reason}. See theory.gambit.SOLVERS")
    answer: list[list[list[str]]] = json.loads(done.stdout)
    return answer


METHODS: dict[str, Callable[[Game], Solution]] = {
    f"gambit_{name}": functools.partial(gambit, solver=name) for name in SOLVERS
}
"""As `theory.equilibrium.METHODS` takes them."""
