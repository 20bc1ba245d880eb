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
from theory.two_by_two import two_by_two
from theory.vertices import vertex_enumeration

ROUNDS = 5
Task = Callable[[], object]


def seconds(task: Task) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def compare(ours: Task, peer: Task, *, ours_size: int, peer_size: int) -> tuple[float, float, list[float]]:
    """Median seconds per item of both, and the ratios of the rounds; the two alternate, after one warm-up each."""
    ours(), peer()
    pairs = [(seconds(ours) / ours_size, seconds(peer) / peer_size) for _ in range(ROUNDS)]
    mine, theirs = np.median(pairs, axis=0)
    return float(mine), float(theirs), [b / a for a, b in pairs]


def tasks() -> list[tuple[str, str, Task, int, Task, int]]:
    """(task, peer, ours, its size, peer's, its size)."""
    rng = np.random.default_rng(1)
    many = rng.normal(size=(200_000, 2, 2, 2))
    few = many[:100]
    batch = Game(many, batch_ndim=1)
    as_nashpy = [nashpy.Game(a, b) for a, b in few]
    as_quantecon = [Game(pair).to_quantecon() for pair in few]
    eight = rng.normal(size=(2, 8, 8))
    eight_ours, eight_quantecon = Game(eight), Game(eight).to_quantecon()
    values = rng.uniform(1, 2, 100_000)
    return [
        ("all equilibria, 2x2, per game", "nashpy support enumeration in a loop",
         lambda: two_by_two(batch), len(many), lambda: [list(g.support_enumeration()) for g in as_nashpy], len(few)),
        ("all equilibria, 2x2, per game", "quantecon support enumeration in a loop",
         lambda: two_by_two(batch), len(many),
         lambda: [quantecon_games.support_enumeration(g) for g in as_quantecon], len(few)),
        ("all extreme equilibria, 8x8, exact", "quantecon vertex enumeration (floating point)",
         lambda: vertex_enumeration(eight_ours), 1,
         lambda: quantecon_games.vertex_enumeration(eight_quantecon), 1),
        ("asymmetric contest, 100,000 players", "(no peer: itself again, the noise of the machine)",
         lambda: tullock_contest(values, certify=False), 1, lambda: tullock_contest(values, certify=False), 1),
    ]  # fmt: skip


def main() -> None:
    """Print the table."""
    table = Table(title=f"medians of {ROUNDS} rounds; ratio = peer's time / ours, median [min, max]")
    for column in ("task", "peer", "ours", "peer's", "ratio"):
        table.add_column(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn about degenerate games
        for name, peer, ours, size, theirs, peer_size in tasks():
            mine, other, ratios = compare(ours, theirs, ours_size=size, peer_size=peer_size)
            spread = f"{np.median(ratios):.3g} [{min(ratios):.3g}, {max(ratios):.3g}]"
            table.add_row(name, peer, f"{mine * 1e6:.3g} µs", f"{other * 1e6:.3g} µs", spread)
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
