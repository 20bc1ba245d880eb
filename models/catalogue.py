"""Every payoff model there is: those in this folder, and those that other packages register.

A module in ``models/`` that decorates a class with `payoff_model` is found by itself. A model in another
installed package registers through the entry point group ``computerace.models``::

    [project.entry-points."computerace.models"]
    power-race = "my_package.power_race:PowerRace"
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from importlib import metadata

import models
from models.base import PayoffModel, registered
from models.parameters import unknown_name
from theory.errors import InputError

ENTRY_POINTS = "computerace.models"


def catalogue() -> Mapping[str, type[PayoffModel]]:
    """Models by name, sorted.

    Examples
    --------
    >>> "compute-race" in catalogue()
    True
    """
    for module in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"models.{module.name}")
    for entry in metadata.entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except Exception as error:  # someone else's package; say whose fault it is
            raise InputError(
                f"the model {entry.name!r} registered as {entry.value} cannot be loaded: {error}"
            ) from error
    return dict(sorted(registered().items()))


def model(name: str) -> type[PayoffModel]:
    """Model class with this name.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    known = catalogue()
    if name not in known:
        raise unknown_name(name, known, "model")
    return known[name]
