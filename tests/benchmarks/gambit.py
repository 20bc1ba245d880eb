"""Cross-check against Gambit, each call in a process with a time limit: ``python -m tests.benchmarks.gambit``.

Needs ``pygambit`` 17, which the development dependencies hold where there is a wheel.
Every equilibrium that only one side lists is printed, and every call that did not return in time counted.
"""

from __future__ import annotations

import io
import multiprocessing
import warnings
from queue import Empty
from typing import Any

import numpy as np

from theory import Game, to_nfg
from theory.polynomial_nash import polynomial_nash
from theory.vertices import vertex_enumeration

SECONDS = 10.0
Profiles = set[tuple[float, ...]]


def rounded(profile: Any) -> tuple[float, ...]:
    """One profile as a tuple that can be compared."""
    return tuple(
        float(value) + 0.0 for value in np.round(np.concatenate([np.ravel(s) for s in profile]).astype(float), 5)
    )


def gambit(payoffs: np.ndarray[Any, Any], method: str, answers: Any) -> None:
    """Run in a process of its own: equilibria by one of Gambit's solvers."""
    import pygambit

    game = pygambit.read_nfg(io.StringIO(to_nfg(Game(payoffs))))
    options = {"rational": False} if method == "enummixed_solve" else {}
    found = getattr(pygambit.nash, method)(game, **options).equilibria
    answers.put([[[float(share) for _, share in strategy] for strategy in profile] for profile in found])


def limited(payoffs: np.ndarray[Any, Any], method: str) -> Profiles | None:
    """Gambit's equilibria, or None if it did not answer in time."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    process = context.Process(target=gambit, args=(payoffs, method, answers))
    process.start()
    try:
        return {rounded(profile) for profile in answers.get(timeout=SECONDS)}
    except Empty:
        return None
    finally:
        process.terminate()
        process.join()


def main() -> None:
    """Compare and count."""
    rng = np.random.default_rng(11)
    tasks = [(vertex_enumeration, "enummixed_solve", (m, n), 6) for m in (2, 3, 4) for n in (2, 3, 4)]
    tasks += [(polynomial_nash, "enumpoly_solve", (2, 2, 2), 20), (polynomial_nash, "enumpoly_solve", (2, 3, 2), 5)]
    warnings.simplefilter("ignore")
    for ours, method, shape, games in tasks:
        same = late = 0
        for _ in range(games):
            payoffs = rng.integers(-100, 100, (len(shape), *shape)).astype(float)
            theirs = limited(payoffs, method)
            mine = {rounded(profile) for profile in ours(Game(payoffs)).profiles()}
            if theirs is None:
                late += 1
            elif theirs == mine:
                same += 1
            else:
                print("differ", shape, "only Gambit:", theirs - mine, "only ours:", mine - theirs)
        print(f"{shape}: {ours.__name__} and Gambit's {method}: {same} of {games} equal, {late} not in time")


if __name__ == "__main__":
    main()
