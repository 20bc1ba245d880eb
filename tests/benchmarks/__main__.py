"""Side by side with peers, in one process: ``make bench``. Measures and prints; nothing is asserted on time.

Each line is one task done by this library and by a peer on the same inputs, in turn, several times; printed are the
median time of each and the ratio peer / ours with its range over the rounds. A ratio below one means that the
peer is faster, and is said so.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import nashpy
import numpy as np
import quantecon.game_theory as quantecon_games
from rich.console import Console
from rich.table import Table

from theory import Game, tullock_contest
from theory.batches import batch_support_enumeration
from theory.float_vertices import float_vertex_enumeration
from theory.two_by_two import two_by_two
from theory.vertices import vertex_enumeration

ROUNDS = 5
Task = Callable[[], object]
Payoffs = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def seconds(task: Task) -> float:
    """Processor time of one call: what others do on the same machine does not count. Nothing here runs in parallel."""
    start = time.process_time()
    task()
    return time.process_time() - start


def compare(ours: Task, peer: Task, *, ours_size: int, peer_size: int) -> tuple[float, float, list[float]]:
    """Median seconds per item of both, and the ratios of the rounds; the two alternate, after one warm-up each."""
    ours(), peer()
    pairs = [(seconds(ours) / ours_size, seconds(peer) / peer_size) for _ in range(ROUNDS)]
    mine, theirs = np.median(pairs, axis=0)
    return float(mine), float(theirs), [b / a for a, b in pairs]


def tasks() -> list[tuple[str, str, Task, int, Task, int]]:
    """(task, peer, ours, its size, peer's, its size)."""
    rng = np.random.default_rng(1)
    two, three, four = (rng.normal(size=(count, 2, n, n)) for count, n in ((1_000_000, 2), (100_000, 3), (10_000, 4)))
    eight = rng.normal(size=(2, 8, 8))
    eight_ours, eight_quantecon = Game(eight), Game(eight).to_quantecon()
    values = rng.uniform(1, 2, 100_000)
    rows = []
    for name, payoffs, solver in (
        ("2x2", two, two_by_two),
        ("3x3", three, batch_support_enumeration),
        ("4x4", four, batch_support_enumeration),
    ):
        rows += [
            (f"all equilibria of {len(payoffs):,} random {name}, per game", peer, *ours(solver, payoffs), *theirs)
            for peer, theirs in (
                ("quantecon support enumeration in a loop", quantecon_loop(payoffs[:200])),
                ("nashpy support enumeration in a loop", nashpy_loop(payoffs[:50])),
            )
        ]
    return [
        *rows,
        ("all equilibria, 8x8, floating point", "quantecon vertex enumeration (floating point)",
         lambda: float_vertex_enumeration(eight_ours), 1,
         lambda: quantecon_games.vertex_enumeration(eight_quantecon), 1),
        ("all extreme equilibria, 8x8, exact", "quantecon vertex enumeration (floating point)",
         lambda: vertex_enumeration(eight_ours), 1,
         lambda: quantecon_games.vertex_enumeration(eight_quantecon), 1),
        ("certified asymmetric contest, 100,000 players", "(no peer: itself again, the noise of the machine)",
         lambda: tullock_contest(values), 1, lambda: tullock_contest(values), 1),
    ]  # fmt: skip


def ours(solver: Callable[[Game], object], payoffs: Payoffs) -> tuple[Task, int]:
    """One call on the whole stack."""
    batch = Game(payoffs, batch_ndim=1)
    return lambda: solver(batch), len(payoffs)


def quantecon_loop(payoffs: Payoffs) -> tuple[Task, int]:
    """Peer's compiled support enumeration, game by game."""
    games = [Game(pair).to_quantecon() for pair in payoffs]
    return lambda: [quantecon_games.support_enumeration(game) for game in games], len(games)


def nashpy_loop(payoffs: Payoffs) -> tuple[Task, int]:
    """Peer's support enumeration, game by game."""
    games = [nashpy.Game(row, column) for row, column in payoffs]
    return lambda: [list(game.support_enumeration()) for game in games], len(games)


def main() -> None:
    """Print the table."""
    table = Table(title=f"medians of {ROUNDS} rounds; ratio = peer's time / ours, median [min, max]")
    for column in ("task", "peer", "ours", "peer's", "ratio"):
        table.add_column(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn about degenerate games
        for name, peer, ours, size, theirs, peer_size in tasks():
            mine, other, ratios = compare(ours, theirs, ours_size=size, peer_size=peer_size)
            slower = " (peer faster)" if np.median(ratios) < 1 and "no peer" not in peer else ""
            spread = f"{np.median(ratios):.3g} [{min(ratios):.3g}, {max(ratios):.3g}]{slower}"
            table.add_row(name, peer, f"{mine * 1e6:.3g} µs", f"{other * 1e6:.3g} µs", spread)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
