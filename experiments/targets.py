"""What the command line is pointed at: a model by its name, or a class of somebody's module as ``module:Class``."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from theory.errors import InputError

if TYPE_CHECKING:
    from models.base import PayoffModel


def model_class(target: str) -> type[PayoffModel]:
    """Model class of a name in the catalogue, or of ``module:Class``.

    Raises
    ------
    InputError
        For an unknown name, with the nearest one; for a module that cannot be loaded, whatever it raises; and for
        what is no payoff model.

    Examples
    --------
    >>> model_class("compute-race") is model_class("models.compute_race:ComputeRace")
    True
    """
    from models.base import PayoffModel
    from models.catalogue import model

    module, colon, name = target.partition(":")
    if not colon:
        try:
            return model(target)
        except InputError as error:
            if target.endswith(".py"):
                raise InputError(
                    f"{target!r} is a file; give module:Class of the class in it: {Path(target).stem}:NAME_OF_CLASS, "
                    "from the folder that it is in"
                ) from None
            text = str(error)
            end = "" if text.endswith(("?", ".")) else "."
            raise InputError(
                f"{text}{end} Or give module:Class, e.g. power_race:PowerRace for ./power_race.py"
            ) from None
    try:
        found = getattr(importlib.import_module(module), name)
    except (Exception, SystemExit) as error:  # someone else's module: whatever it does when it is loaded
        raise InputError(
            f"{target} cannot be loaded: {type(error).__name__}: {error}. Give module:Class of a module that Python "
            "finds from here, e.g. power_race:PowerRace for ./power_race.py"
        ) from error
    if not (isinstance(found, type) and issubclass(found, PayoffModel)):
        raise InputError(f"{target} is a {type(found).__name__}; it must be a class derived from models.PayoffModel")
    if found is PayoffModel:
        raise InputError(
            f"{target} is the base of all models; give a class derived from it, e.g. a name of: computerace models"
        )
    return found
