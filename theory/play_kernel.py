"""Compiled inner loop of simulated play. Import it only where matches are simulated: numba takes a second to load.

Every match (*lane*) has a stream of its own, SplitMix64 (Steele, Lea & Flood 2014, OOPSLA, 453-472) started at a hash
of the seed and of the lane's number, and writes its own row of the results: neither the number of threads nor the
order of the lanes changes a bit. ``parallel=True`` is never switched off: numba's cache on disk does not tell the two
apart. With the loop of exact payoff sets, compiling takes some 20 s, once; the cache keeps it. ``make bench`` says it.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_A, _B, _C = np.uint64(30), np.uint64(27), np.uint64(31)
_DROP, _UNIT = np.uint64(11), 2.0**-53
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@numba.njit(inline="always")
def mix(x: Any) -> Any:
    """Output function of SplitMix64 on 64 bits."""
    x = (x ^ (x >> _A)) * _FIRST
    x = (x ^ (x >> _B)) * _SECOND
    return x ^ (x >> _C)


@numba.njit(inline="always")
def lane_start(seed: Any, lane: Any) -> Any:
    """State in which a lane's stream starts."""
    return mix(seed + mix(np.uint64(lane) * GAMMA + GAMMA))


@numba.njit(parallel=True, cache=True)
def play_lanes(
    seed: Any,
    first_lane: int,
    lineups: Any,
    first_state: Any,
    start: Any,
    fixed: Any,
    thresholds: Any,
    transition: Any,
    n_actions: Any,
    stride: Any,
    noise: Any,
    misperception: Any,
    rounds: int,
    continuation: float,
    discount: float,
    payoffs: Any,
    nature: Any,
    scores: Any,
    counts: Any,
) -> None:
    """Play one match per row of ``lineups`` and write its scores and how often each profile was played.

    Parameters
    ----------
    lineups
        ``(L, N)``: which automaton of the library each player uses.
    first_state, start
        ``(K, )``: where an automaton's states begin in the tables, and its initial state.
    fixed, thresholds, transition
        ``(S,)`` action of a pure state, else -1; ``(S, A - 1)`` cumulative chances; ``(S, profiles)`` next states.
    stride
        Of each player in the index of a profile.
    payoffs, nature
        ``(M, N, profiles)``; ``(M, profiles, M - 1)`` cumulative probabilities of the next state of nature.
    scores, counts
        Written: ``(L, N)`` sums of payoffs weighted by ``discount**t``; ``(L, profiles)``.
    """
    n = lineups.shape[1]
    for lane in numba.prange(lineups.shape[0]):
        x = lane_start(seed, first_lane + lane)
        state = np.empty(n, np.int64)
        action = np.empty(n, np.int64)
        total = np.zeros(n)
        for i in range(n):
            state[i] = start[lineups[lane, i]]
        world, weight, played = 0, 1.0, 0
        while played < rounds:
            profile = 0
            for i in range(n):
                row = first_state[lineups[lane, i]] + state[i]
                a = fixed[row]
                if a < 0:
                    x += GAMMA
                    u = (mix(x) >> _DROP) * _UNIT
                    a = 0
                    while a < n_actions[i] - 1 and u >= thresholds[row, a]:
                        a += 1
                if noise[i] > 0 and n_actions[i] > 1:
                    x += GAMMA
                    u = (mix(x) >> _DROP) * _UNIT
                    if u < noise[i]:  # what is left of the number picks one of the others
                        a = (a + 1 + int(u / noise[i] * (n_actions[i] - 1))) % n_actions[i]
                action[i] = a
                profile += a * stride[i]
            for i in range(n):
                seen = profile
                if misperception[i] > 0:
                    for j in range(n):
                        if j != i and n_actions[j] > 1:
                            x += GAMMA
                            u = (mix(x) >> _DROP) * _UNIT
                            if u < misperception[i]:
                                b = (action[j] + 1 + int(u / misperception[i] * (n_actions[j] - 1))) % n_actions[j]
                                seen += (b - action[j]) * stride[j]
                state[i] = transition[first_state[lineups[lane, i]] + state[i], seen]
                total[i] += weight * payoffs[world, i, profile]
            counts[lane, profile] += 1
            played += 1
            weight *= discount
            if nature.shape[0] > 1:
                x += GAMMA
                u = (mix(x) >> _DROP) * _UNIT
                following = 0
                while following < nature.shape[0] - 1 and u >= nature[world, profile, following]:
                    following += 1
                world = following
            if continuation < 1:
                x += GAMMA
                if (mix(x) >> _DROP) * _UNIT >= continuation:
                    break
        for i in range(n):
            scores[lane, i] = total[i]


@numba.njit(parallel=True, cache=True)
def memory_one_lanes(seed: Any, first_lane: int, restrain: Any, rounds: int, counts: Any) -> None:
    """Two players that remember one round, two actions: the fast case.

    Parameters
    ----------
    restrain
        ``(L, 5, 2)``, whole numbers of ``2**32``: chance of action 0 after CC, CD, DC, DD (first player's action
        first), and in the first round.
    counts
        Written: ``(L, 4)``, rounds at each of the four profiles.
    """
    for lane in numba.prange(counts.shape[0]):
        x = lane_start(seed, first_lane + lane)
        chance = restrain[lane]
        profile = 4
        a0, a1, a2 = 0, 0, 0
        for _ in range(rounds):
            x += GAMMA
            z = mix(x)
            first = 2 if (z & _LOW) >= chance[profile, 0] else 0
            second = 1 if (z >> _HALF) >= chance[profile, 1] else 0
            profile = first + second
            a0 += profile == 0
            a1 += profile == 1
            a2 += profile == 2
        counts[lane, 0], counts[lane, 1], counts[lane, 2] = a0, a1, a2
        counts[lane, 3] = rounds - a0 - a1 - a2
