"""Small studies in a package of their own, as somebody else would write them."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.registry import Study, registered

SOURCE = '''
import os, signal, time
from pathlib import Path

import numpy as np

from experiments.registry import Findings, experiment
from {package}.scale import scaled
from theory.intervals import from_replicates


@experiment("{name}", question="How large is the mean?", claims=(1,), replicates=4, quick={{"draws": 8}})
def study(*, draws: int = 64, step: float = 0.1, fault: str = "none", signs: str = "", rng):
    """Draw uniform numbers."""
    if fault == "raise":
        raise ZeroDivisionError("no luck")
    if fault == "refuse":
        from theory.errors import InputError
        raise InputError(f"draws is {{draws}}; too many")
    if fault == "ragged":
        return {{"x": np.zeros(2), "y": np.zeros(3)}}
    if fault == "always killed" or (fault == "killed once" and _first(signs)):
        os.kill(os.getpid(), signal.SIGKILL)
    values = scaled(rng.random(draws), step)
    if signs:
        Path(signs, f"done-{{values[0]:.15f}}-{{time.time_ns()}}").touch()
    while fault == "waits" and len(list(Path(signs).glob("done-*"))) > 2 and not Path(signs, "go").exists():
        time.sleep(0.02)
    return {{"x": values, "large": values > step / 2, "name": np.array(["a", "bc"] * (draws // 2))}}


def _first(signs):
    try:
        Path(signs, "killed").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


@study.summary
def summarise(replicates, *, rng, draws, step, fault, signs):
    """Mean with its interval."""
    means = [part["x"].mean() for part in replicates]
    numbers = {{"mean": from_replicates(means), "lambda": np.inf, "none": float("nan"), "noise": rng.random()}}
    return Findings(numbers, {{"means": {{"mean": np.array(means)}}}})
'''

CHUNKED = '''
import os, signal, time
from functools import partial
from pathlib import Path

import numpy as np

from experiments.registry import Findings, at_once, experiment
from models import LabDilemma
from {package}.scale import scaled
from theory.intervals import from_replicates


@experiment("{name}", question="How large is the mean?", replicates=3, chunk=4)
def study(*, draws: int = 48, pause: float = 0.0, design: str = "sobol", rng, part):
    """Draw prizes, slowly."""
    time.sleep(pause)
    sample = LabDilemma().priors().sample_part(part, design=design, rng=rng)
    return {{"x": scaled(sample["prize"], 0.1), "noise": rng.random(part.draws)}}


def reduce(part):
    """Mean and draws of one replicate."""
    return part["x"].mean() + part["noise"].mean(), part["x"]


def centre(rng, where):
    """A call that needs no replicate."""
    return where + rng.random()


@study.summary
def summarise(replicates, *, rng, draws, pause, design):
    """Mean with its interval, and all draws."""
    calls = {{f"at {{at}}": partial(centre, stream, at) for at, stream in enumerate(rng.spawn(3))}}
    found, made = at_once(replicates, reduce, calls)
    means, drawn = zip(*found)
    return Findings({{"mean": from_replicates(means), **made}}, {{"draws": {{"x": np.concatenate(drawn)}}}})
'''

SCALE = "def scaled(values, step):\n    return values * step\n"


@dataclass(frozen=True)
class Workshop:
    """A package with one study, on the import path of this process and of any that is started."""

    name: str
    root: Path
    records: Path
    signs: Path

    @property
    def study(self) -> Study:
        """The registered study."""
        importlib.import_module(f"{self.name}.study")
        return registered()[self.name]

    @property
    def helper(self) -> Path:
        """A module that the study imports."""
        return self.root / self.name / "scale.py"

    def computed(self) -> int:
        """How many replicates were computed so far, by any process."""
        return len(list(self.signs.glob("done-*")))


@pytest.fixture
def workshop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """A study of its own for each test."""
    yield from _workshop(SOURCE, request.node.nodeid, tmp_path, monkeypatch)


@pytest.fixture
def chunked(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """The same, of a study with chunks: 12 of them."""
    yield from _workshop(CHUNKED, request.node.nodeid, tmp_path, monkeypatch)


def _workshop(source: str, test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    # a name of its own, and the same in every run: the seed follows from it
    name = f"tiny_{hashlib.sha256(test.encode()).hexdigest()[:8]}"
    root = tmp_path / "site"
    package = root / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "scale.py").write_text(SCALE)
    (package / "study.py").write_text(source.format(name=name, package=name))
    metadata = root / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[computerace.experiments]\n{name} = {name}.study\n")
    monkeypatch.syspath_prepend(str(root))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]))
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.chdir(tmp_path)
    signs = tmp_path / "signs"
    signs.mkdir()
    yield Workshop(name, root, tmp_path / "records", signs)
    for module in [module for module in sys.modules if module.partition(".")[0] == name]:
        del sys.modules[module]
    from experiments import registry

    registry._STUDIES.pop(name, None)
