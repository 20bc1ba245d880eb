"""Records of tiny runs of the real studies, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.catalogue import find
from experiments.runner import run
from experiments.studies import dilemma_class, overspend_underinvest
from experiments.verification_record import write_verification
from paper.assemble import studies_asked

PER_REPLICATE = {"dilemma_class": 32, "overspend_underinvest": 2, "repeated_race": 64, "linked_race": 2}
"""Draws of each replicate here; 16 for every other study."""


def few_points(rng: np.random.Generator, drivers: Any = dilemma_class.drivers) -> Any:
    """The study's own Sobol indices, on the smallest useful design."""
    return drivers(rng, points=16)


def three_counts() -> dict[str, dict[str, float]]:
    """Numbers of the shape of the study's own, which solves the race for every number of builders."""
    return {str(n): {"total GW": 2.0 + n, "joint GW": 1.0 + n / 2, "dissipation": 0.1 * n} for n in (2, 3, 4)}


@pytest.fixture(scope="session")
def tiny() -> Iterator[pytest.MonkeyPatch]:
    """Studies whose quick runs are tiny."""
    with pytest.MonkeyPatch.context() as patch:
        for name in studies_asked():
            study = find(name)
            if "draws" in study.parameters:
                patch.setitem(study.quick, "draws", PER_REPLICATE.get(name, 16) * study.replicates)
        patch.setattr(dilemma_class, "drivers", few_points)
        patch.setattr(overspend_underinvest, "rivals", three_counts)
        yield patch


@pytest.fixture(scope="session")
def records(tiny: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a record of every study, and an empty verification."""
    folder = tmp_path_factory.mktemp("records")
    for name in studies_asked():
        run(name, quick=True, workers=1, directory=folder, progress=False)
    write_verification([], folder)
    return folder
