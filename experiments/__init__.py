"""Registered questions, and the records that answer them. Also the command line.

A study (`experiments.registry`) returns values; the runner (`experiments.runner`) makes the record, with its
key, seed and provenance (`experiments.keys`, `experiments.records`). The paper asks for records by key.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path


class ShadowedPackageError(ImportError):
    """A package of this project that Python finds somewhere else: a folder of that name comes first."""


def refuse_shadows(names: tuple[str, ...] = ("theory", "models")) -> None:
    """Check that the packages beside this one are those that Python imports.

    They have plain names, so a user's own ``models/`` on ``PYTHONPATH`` or beside a script can hide ours.

    Raises
    ------
    ShadowedPackageError
        Naming the path that comes first. (Not a `theory.errors.ComputeraceError`: that may be what is hidden.)
    """
    home = Path(__file__).resolve().parent.parent
    for name in names:
        spec = importlib.util.find_spec(name)
        places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or [])]
        found = next((Path(place) for place in places if place), None)
        if found is None:
            raise ShadowedPackageError(
                f"the package {name} is not installed beside {home / 'experiments'}; install again"
            )
        folder = found.parent if found.name == "__init__.py" else found
        if folder.resolve() != home / name:
            raise ShadowedPackageError(
                f"{folder} hides the package {name} of computerace in {home / name}; "
                "rename it, leave its folder, or take it off PYTHONPATH"
            )
