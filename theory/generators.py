"""Random numbers come from a generator that the caller gives: the same seed, the same bits."""

from __future__ import annotations

import numpy as np

from theory.errors import InputError


def require_generator(rng: object) -> np.random.Generator:
    """The generator, if it is one.

    Raises
    ------
    InputError
        For a seed, for None, and for numpy's older generators.

    Examples
    --------
    >>> require_generator(42)
    Traceback (most recent call last):
    theory.errors.InputError: rng is 42; it must be a numpy Generator, e.g. np.random.default_rng(42)
    """
    if isinstance(rng, np.random.Generator):
        return rng
    seed = rng if isinstance(rng, int) and not isinstance(rng, bool) and rng >= 0 else 1
    raise InputError(f"rng is {str(rng)[:80]}; it must be a numpy Generator, e.g. np.random.default_rng({seed})")
