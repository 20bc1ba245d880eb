"""Scenario discovery: under which condition on its inputs an event is nearly certain.

A condition is a box in the space of the inputs: bounds, each on one side, on at most two of them, at deciles of the
draws. Among the boxes in which the event holds with at least a given probability, the one that the most draws lie in is
taken: the weakest condition that suffices. It is chosen on one part of the draws and measured on the other, because
the best of many boxes looks better on the draws that chose it than it is; if it is not confirmed, the next wide ones
are tried, a few in all, each at a confidence that allows for the number of trials (Bonferroni).

Source: scenario discovery (Bryant and Lempert 2010), with all boxes of two bounds looked at in place of the peeling of
Friedman and Fisher's (1999) patient rule induction; *share* and *holds* are their support and density.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.errors import InputError
from theory.intervals import LEVEL, Estimate, probability

Floats = NDArray[np.float64]

BINS = 10
"""Bounds are at the deciles of the draws."""

_SIDES = ((True, True), (True, False), (False, True), (False, False))

_CHOSEN_AT = 0.99
"""Confidence with which the event must be probable enough on the draws that choose the box."""

_TRIED = 5
"""Boxes that are measured on the draws held out, at most."""


@dataclass(frozen=True)
class Bound:
    """One side of a box: ``name`` lies above, or not above, a value."""

    name: str
    above: bool
    value: float


@dataclass(frozen=True)
class SufficientCondition:
    """A box and what was found in it, on draws that did not choose it.

    Attributes
    ----------
    bounds
        At most two; none if the event is probable enough without any condition.
    share
        Probability of the condition.
    holds
        Probability of the event given the condition; both with intervals wide enough for the number of boxes tried.
    """

    bounds: tuple[Bound, ...]
    share: Estimate
    holds: Estimate


def sufficient_condition(
    inputs: Mapping[str, ArrayLike], event: ArrayLike, held_out: ArrayLike, *, sure: float, least: float
) -> SufficientCondition | None:
    """Weakest condition of at most two bounds under which an event is nearly certain.

    Parameters
    ----------
    inputs
        Values by name, shape ``(draws,)`` each.
    event, held_out
        Shape ``(draws,)``; the condition is chosen on the draws that are not held out, and measured on the others.
    sure
        Smallest probability of the event given the condition.
    least
        Smallest share of the choosing draws that meet the condition: one that hardly ever holds says nothing.

    Returns
    -------
    SufficientCondition or None
        None if there is no such box, or if the draws held out do not confirm it: the lower end of ``holds`` is at least
        ``sure`` in what is returned.

    Raises
    ------
    InputError
        If shapes differ, there are no draws in one of the parts, or a probability is not in (0, 1).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.random((2, 4000))
    >>> found = sufficient_condition({"x": x, "y": y}, x > 0.7, np.arange(4000) % 2 == 1, sure=0.9, least=0.1)
    >>> [(bound.name, bound.above, round(bound.value, 2)) for bound in found.bounds], found.holds.value
    ([('x', True, 0.7)], 1.0)
    """
    arrays, holds, out = _checked(inputs, event, held_out, sure, least)
    names = list(arrays)
    cuts = {name: np.quantile(values[~out], np.arange(1, BINS) / BINS) for name, values in arrays.items()}
    codes = {name: np.searchsorted(cuts[name], values[~out], side="left") for name, values in arrays.items()}
    # an input with itself gives the boxes of one bound and of none
    pairs = list(itertools.combinations_with_replacement(names, 2))
    single = np.array([first == second for first, second in pairs])
    tables = [_tables(codes[one], codes[two], holds[~out], single=one == two) for one, two in pairs]
    draws, hits = (np.stack(each) for each in zip(*tables, strict=True))
    found = [_widest(draws, hits, single, sides, sure, least) for sides in _SIDES]
    wide: dict[tuple[Bound, ...], int] = {}
    for k, pair in enumerate(pairs):
        for sides, (masses, places) in zip(_SIDES, found, strict=True):
            if not masses[k]:
                continue
            bounds = tuple(
                Bound(name, above, float(cuts[name][place - 1 if above else BINS - 1 - place]))
                for name, above, place in zip(pair, sides, places[k].tolist(), strict=True)
                if place
            )
            wide[bounds] = int(masses[k])
    tried = sorted(wide, key=lambda bounds: (-wide[bounds], len(bounds)))[:_TRIED]
    measured = (_confirmed(bounds, arrays, holds, out, sure) for bounds in tried)
    return next((condition for condition in measured if condition), None)


def inside(bounds: tuple[Bound, ...], inputs: Mapping[str, Floats], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which draws meet all bounds."""
    met = np.ones(shape, bool)
    for bound in bounds:
        values = inputs[bound.name]
        met &= values > bound.value if bound.above else values <= bound.value
    return met


def _tables(
    first: NDArray[np.intp], second: NDArray[np.intp], event: NDArray[np.bool_], *, single: bool
) -> tuple[Floats, Floats]:
    """Number of draws, and of those with the event, by the bins of two inputs."""
    cell = first * BINS + (0 if single else second)
    draws, hits = np.bincount(cell, minlength=BINS**2), np.bincount(cell[event], minlength=BINS**2)
    return draws.reshape(BINS, BINS).astype(float), hits.reshape(BINS, BINS).astype(float)


def _widest(
    draws: Floats, hits: Floats, single: NDArray[np.bool_], sides: tuple[bool, bool], sure: float, least: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each pair of inputs, the draws in the widest box that will do, none if there is no such box, and its place.

    The place is how many bins are cut off each input.
    """
    from scipy import special

    mass, inside_event = (_tails(tables, sides) for tables in (draws, hits))
    mass = np.where(single[:, None, None] & (np.arange(BINS) > 0), 0.0, mass)  # the second bound is none
    wide = (mass >= least * draws[0].sum()) & (inside_event >= sure * mass)
    low = np.zeros(mass.shape)  # Clopper and Pearson's exact lower limit
    low[wide] = special.betaincinv(inside_event[wide], mass[wide] - inside_event[wide] + 1, 1 - _CHOSEN_AT)
    boxes = np.where(low >= sure, mass, 0.0).reshape(len(mass), -1)
    return boxes.max(axis=1).astype(np.intp), np.stack(np.divmod(boxes.argmax(axis=1), BINS), axis=-1)


def _tails(tables: Floats, sides: tuple[bool, bool]) -> Floats:
    """Sums over what is left if so many bins are cut off, from below where the bound is ``above``, else from above."""
    flipped = tuple(slice(None) if above else slice(None, None, -1) for above in sides)
    turned = tables[:, *flipped]
    return np.asarray(turned[:, ::-1, ::-1].cumsum(axis=1).cumsum(axis=2)[:, ::-1, ::-1])


def _confirmed(
    bounds: tuple[Bound, ...],
    arrays: Mapping[str, Floats],
    event: NDArray[np.bool_],
    out: NDArray[np.bool_],
    sure: float,
) -> SufficientCondition | None:
    met = inside(bounds, arrays, event.shape)
    if not (met & out).any():
        return None
    level = 1 - (1 - LEVEL) / _TRIED
    share, holds = (probability(flags, level=level) for flags in (met[out], event[met & out]))
    return SufficientCondition(bounds, share, holds) if holds.low >= sure else None


def _checked(
    inputs: Mapping[str, ArrayLike], event: ArrayLike, held_out: ArrayLike, sure: float, least: float
) -> tuple[dict[str, Floats], NDArray[np.bool_], NDArray[np.bool_]]:
    holds, out = np.asarray(event), np.asarray(held_out)
    arrays = {name: np.asarray(values, float) for name, values in inputs.items()}
    shapes = {"event": holds.shape, "held_out": out.shape} | {name: values.shape for name, values in arrays.items()}
    if not arrays or holds.ndim != 1 or len(set(shapes.values())) > 1:
        raise InputError(f"shapes are {shapes}; give at least one input, and all of shape (draws,)")
    if holds.dtype != bool or out.dtype != bool:
        raise InputError(
            f"event and held_out are of {holds.dtype} and {out.dtype}; both must be true or false per draw"
        )
    if not 0 < out.mean() < 1:
        raise InputError(f"{int(out.sum())} of {out.size} draws are held out; some must be, and some not")
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise InputError(f"{name} has {int((~np.isfinite(values)).sum())} draws that are no finite numbers")
    for name, value in {"sure": sure, "least": least}.items():
        if not 0 < value < 1:
            raise InputError(f"{name} is {value}; a probability strictly between 0 and 1 is needed")
    return arrays, holds, out
