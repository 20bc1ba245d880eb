"""Repeated play side by side with peers, in one process: ``python -m tests.benchmarks.repeated``.

As in ``tests.benchmarks``: ours and the peer's in turn, medians, ratio with its range. The time to compile the loop is
printed apart: with a warm cache it is that of loading it.
"""

from __future__ import annotations

import itertools
import time
import warnings

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.__main__ import ROUNDS, Task, compare, seconds
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


def main() -> None:
    """Print the tables."""
    console = Console(width=160)
    start = time.perf_counter()
    memory_one_counts([1] * 5, [1] * 5, rounds=1, matches=1, seed=1)
    Simulator(DILEMMA, [[CLASSICS["grim"].build(i)] for i in (0, 1)], rounds=1).play(matches=1, seed=1)
    console.print(f"compiling or loading the loops: {time.perf_counter() - start:.2f} s")
    rounds, matches = 1_000_000, 200
    task = lambda: memory_one_counts(  # noqa: E731
        [1, 1, 0, 1, 0], [1, 1, 0, 0, 1], rounds=rounds, matches=matches, seed=1, noise=NOISE
    )
    times = [seconds(task) for _ in range(ROUNDS)]
    console.print(f"memory-one play, two cores: {rounds * matches / np.median(times):.3g} rounds a second")
    table = Table(title=f"medians of {ROUNDS} rounds; ratio = peer's time / ours, median [min, max]")
    for column in ("task", "peer", "ours", "peer's", "ratio"):
        table.add_column(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, peer, (ours, size, theirs, peer_size) in (
            ("noisy round robin of 20, 200 turns, per match", "axelrod, one process", round_robins()),
            ("payoff set of a 20x20 Cournot game", "quantecon (compiled)", cournot()),
        ):
            mine, other, ratios = compare(ours, theirs, ours_size=size, peer_size=peer_size)
            spread = f"{np.median(ratios):.3g} [{min(ratios):.3g}, {max(ratios):.3g}]"
            table.add_row(name, peer, f"{mine * 1e6:.3g} µs", f"{other * 1e6:.3g} µs", spread)
    console.print(table)


if __name__ == "__main__":
    main()
