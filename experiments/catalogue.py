"""Every study there is: those in ``experiments/studies``, and those that other packages register.

A module in ``experiments/studies`` is found by itself. One in another installed package registers through the
entry point group ``computerace.experiments``::

    [project.entry-points."computerace.experiments"]
    my_question = "my_package.my_question"
"""

from __future__ import annotations

import importlib
import pkgutil
from importlib import metadata

import experiments.studies
from experiments.parameters import unknown
from experiments.registry import Study, registered
from theory.errors import InputError

ENTRY_POINTS = "computerace.experiments"


def studies() -> dict[str, Study]:
    """Studies by name, sorted.

    Raises
    ------
    InputError
        If a study that another package registers cannot be imported.
    """
    for module in pkgutil.iter_modules(experiments.studies.__path__):
        importlib.import_module(f"experiments.studies.{module.name}")
    for entry in metadata.entry_points(group=ENTRY_POINTS):
        try:
            entry.load()
        except Exception as error:  # someone else's package; say whose fault it is
            raise InputError(
                f"the study {entry.name!r} registered as {entry.value} cannot be loaded: {error}"
            ) from error
    return dict(sorted(registered().items()))


def find(name: str) -> Study:
    """Study of this name; only if it is not registered yet, all modules are imported.

    Raises
    ------
    InputError
        If there is none, with the nearest name.
    """
    if not isinstance(name, str):
        raise InputError(f"study is {str(name)[:80]!r}; it must be the name of a study. See: computerace experiments")
    known = registered() if name in registered() else studies()
    if name not in known:
        raise unknown(name, known, "study", "", "computerace experiments")
    return known[name]
