"""Repeated play side by side with peers, in one process: ``python -m tests.benchmarks.repeated``.

As in ``tests.benchmarks``: ours and the peer's in turn, medians, ratio with its range. The time to compile the loops is
printed apart. Evolution is compared where EGTtools is installed.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec

import numba
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks import evolution
from tests.benchmarks.__main__ import ROUNDS, Task, compare
from theory import Game
from theory.payoff_polygon import payoff_set
from theory.simulated_play import Simulator, memory_one_counts
from theory.strategies import CLASSICS

NAMES = [name for name, classic in CLASSICS.items() if classic.axelrod][:20]
TURNS, NOISE = 200, 0.02
DILEMMA = Game.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def round_robins() -> tuple[Task, int, Task, int]:
    """Noisy round robin of twenty strategies, matches; the peer's in one process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import axelrod
    pairs = list(itertools.combinations_with_replacement(range(len(NAMES)), 2))
    library = [[CLASSICS[name].build(i) for name in NAMES] for i in (0, 1)]
    simulator = Simulator(DILEMMA, library, rounds=TURNS, noise=NOISE)
    repetitions = 200
    players = [getattr(axelrod, CLASSICS[n].axelrod)(**CLASSICS[n].arguments) for n in NAMES]

    def theirs() -> object:
        tournament = axelrod.Tournament(players, turns=TURNS, repetitions=1, noise=NOISE, seed=1)
        return tournament.play(progress_bar=False)

    return (
        lambda: simulator.play(matches=repetitions, seed=1, lineups=pairs),
        repetitions * len(pairs),
        theirs,
        len(pairs),
    )


def cournot(size: int = 20) -> tuple[Task, int, Task, int]:
    """Payoff set of a Cournot duopoly (Abreu & Sannikov 2014, example 5.2, on a grid), vertices found."""
    import quantecon.game_theory as peer

    quantity = np.linspace(0, 6, size)
    own, other = np.meshgrid(quantity, quantity, indexing="ij")
    payoff = np.maximum(6 - own - other, 0) * own
    game = Game.from_bimatrix(payoff, payoff.T)
    players = [peer.Player(payoff), peer.Player(payoff)]
    repeated = peer.RepeatedGame(peer.NormalFormGame(players), 0.3)
    return lambda: payoff_set(game, 0.3), 1, lambda: repeated.equilibrium_payoffs(), 1


def compiling(cache: str | None) -> float:
    """Seconds from the start of a process to the first result of every loop, with this cache of compiled code."""
    code = (
        "import time; start = time.perf_counter(); import numpy as np; from theory import Game, payoff_set, Simulator;"
        "from theory.simulated_play import memory_one_counts; from theory.strategies import CLASSICS;"
        "game = Game(np.random.default_rng(1).normal(size=(2, 12, 12))); payoff_set(game, 0.3);"
        "memory_one_counts([1] * 5, [1] * 5, rounds=1, matches=1, seed=1);"
        "Simulator(Game(np.zeros((2, 2, 2))), [[CLASSICS['grim'].build(i)] for i in (0, 1)], rounds=1)"
        ".play(matches=1, seed=1); print(time.perf_counter() - start)"
    )
    where = {} if cache is None else {"NUMBA_CACHE_DIR": cache}
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | where, capture_output=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Print the tables."""
    console = Console(width=160)
    with tempfile.TemporaryDirectory() as cache:
        console.print(
            f"first match and first payoff set in a new process: {compiling(cache):.1f} s with an empty cache of "
            f"compiled code, once; {compiling(cache):.1f} s ever after"
        )
    rounds, matches = 1_000_000, 200
    task = lambda: memory_one_counts(  # noqa: E731
        [1, 1, 0, 1, 0], [1, 1, 0, 0, 1], rounds=rounds, matches=matches, seed=1, noise=NOISE
    )
    task()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    console.print(
        f"memory-one play: {rounds * matches / np.median(times):.3g} rounds a second by the clock, with "
        f"{numba.get_num_threads()} threads, range {rounds * matches / max(times):.3g} to "
        f"{rounds * matches / min(times):.3g}"
    )
    table = Table(title=f"processor time, medians of {ROUNDS} rounds; ratio = peer's / ours, median [min, max]")
    for column in ("task", "peer", "ours", "peer's", "ratio"):
        table.add_column(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, peer, (ours, size, theirs, peer_size) in (
            ("noisy round robin of 20, 200 turns, per match", "axelrod, one process", round_robins()),
            ("payoff set of a 20x20 Cournot game", "quantecon, same tolerance", cournot()),
        ):
            mine, other, ratios = compare(ours, theirs, ours_size=size, peer_size=peer_size)
            spread = f"{np.median(ratios):.3g} [{min(ratios):.3g}, {max(ratios):.3g}]"
            table.add_row(name, peer, f"{mine * 1e6:.3g} µs", f"{other * 1e6:.3g} µs", spread)
    console.print(table)
    if find_spec("egttools") is None:
        console.print("evolution: EGTtools (extra peers) is not installed; see tests/benchmarks/evolution.py")
    else:
        console.print(evolution.table())


if __name__ == "__main__":
    main()
