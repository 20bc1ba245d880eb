"""Risk at scale: a million draws of the two-action race from a cold start, and the same game against a loop of nashpy.

And what a further draw of the race over quantities costs: two cold runs, the difference of which holds no fixed part.

Run ``python -m tests.benchmarks.risk_at_scale``, with ``--ten`` for ten times the draws in place of four times,
``--quick`` without the millions.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import warnings

import nashpy
import numpy as np

from experiments.studies.dilemma_class import equilibria
from models import LabDilemma
from theory.two_by_two import two_by_two

DRAWS = 1000
ROUNDS = 5
QUANTITIES = (8192, 16_384)
COMMAND = [sys.executable, "-P", "-c", "import sys; from experiments.cli import main; sys.exit(main())"]


def against_nashpy():
    """Microseconds per draw of ours and of nashpy, over the same draws; and how often they find the same number."""
    model = LabDilemma()
    model = model.replace(**model.priors().sample(DRAWS, rng=np.random.default_rng(1)))
    game = model.game()
    equilibria(model)
    ours, peers = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        equilibria(model)
        ours.append((time.perf_counter() - began) / DRAWS * 1e6)
        began = time.perf_counter()
        counts = [len(list(nashpy.Game(*one.payoffs).support_enumeration())) for one in game]
        peers.append((time.perf_counter() - began) / DRAWS * 1e6)
    same = np.mean(np.array(counts) == two_by_two(game).mask.sum(axis=-1))
    return ours, peers, float(same)


def cold_run(draws, workers, study="dilemma_class"):
    """Seconds, seconds of the processors, and megabytes of the largest process, of the command from nothing."""
    with tempfile.TemporaryDirectory() as records:
        words = ["run", study, "--draws", str(draws), "--workers", str(workers), "--records", records]
        began = time.perf_counter()
        process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the run of {draws} draws of {study} failed with {process.returncode}")
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ten", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nashpy warns about degenerate games
        ours, peers, same = against_nashpy()
    ratios = np.array(peers) / np.array(ours)
    print(
        f"{DRAWS} draws, medians of {ROUNDS}: game, equilibria and selection {np.median(ours):.3g} µs per draw; "
        f"nashpy's support enumeration {np.median(peers):.3g} µs; ratio {np.median(ratios):.3g} "
        f"[{ratios.min():.3g}, {ratios.max():.3g}]; as many equilibria in {same:.1%} of the draws"
    )
    if options.quick:
        return
    most = 10**7 if options.ten else 4 * 10**6
    runs = [(10**6, 2), (most, 1), (most, 2)]
    measured = {}
    for draws, workers in runs:
        seconds, busy, megabytes = measured[draws, workers] = cold_run(draws, workers)
        print(
            f"{draws:,} draws, {workers} workers, cold start: {seconds:.1f} s, {busy:.1f} s of processors, "
            f"{megabytes:.0f} MB in the largest process"
        )
    print(f"two workers are {measured[most, 1][0] / measured[most, 2][0]:.2f} times as fast as one, {most:,} draws")
    quantities = {draws: cold_run(draws, 2, "overspend_underinvest") for draws in QUANTITIES}
    few, many = (quantities[draws] for draws in QUANTITIES)
    each, busy = ((many[k] - few[k]) / (QUANTITIES[1] - QUANTITIES[0]) for k in (0, 1))
    print(
        f"race over quantities, two workers: {each * 1e3:.2f} ms a draw ({busy * 1e3:.2f} ms of processors), "
        f"{each * 1e6 / 60:.0f} minutes a million; {many[2]:.0f} MB"
    )
    if options.ten:
        print(f"ten times the draws take {measured[10**7, 2][0] / measured[10**6, 2][0]:.1f} times as long")


if __name__ == "__main__":
    main()
