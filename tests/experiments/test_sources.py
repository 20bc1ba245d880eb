"""The closure of imports: everything that a result depends on, and not everything there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.sources import file_digests, import_closure


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "__init__.py": '"""Text."""\nfrom closed.one import first\nfrom closed.two import second\n__all__ = []\n',
        "one.py": "def first(): ...\n",
        "two.py": "def second(): ...\n",
        "three.py": "import numpy\n",
        "lazy/__init__.py": "def __getattr__(name): ...\n",
        "lazy/deep.py": "from ..three import numpy\n",
        "sub/__init__.py": "from closed.two import second\nVALUE = second()\n",
        "sub/leaf.py": "",
        "uses_name.py": "from closed import first\n",
        "uses_all.py": "import closed\n",
        "uses_star.py": "from closed import *\n",
        "uses_function.py": "def f():\n    from closed.three import numpy\n",
        "uses_relative.py": "from . import three\nfrom .one import first as other\n",
        "uses_lazy.py": "from closed.lazy import anything\n",
        "uses_sub.py": "import closed.sub.leaf\n",
        "uses_code.py": "from closed.sub.leaf import x\n",
        "uses_run_time.py": "import importlib\nimportlib.import_module('closed.' + 'three')\n",
    }
    for name, text in files.items():
        path = tmp_path / "closed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / "closed"


@pytest.mark.parametrize(
    ("module", "needs"),
    [
        ("uses_name", {"one"}),
        ("uses_all", {"one", "two"}),
        ("uses_function", {"three"}),
        ("uses_relative", {"one", "three"}),
        ("uses_lazy", {"lazy", "lazy.deep", "three"}),
        ("uses_sub", {"one", "two", "sub", "sub.leaf"}),
        ("uses_code", {"two", "sub", "sub.leaf"}),
    ],
)
def test_closure_holds_what_is_needed(package: Path, module: str, needs: set[str]) -> None:
    found = {name.removeprefix("closed.") for name in import_closure(f"closed.{module}")}
    assert found == needs | {module}


@pytest.mark.parametrize("module", ["uses_star", "uses_run_time"])
def test_what_cannot_be_traced_needs_the_whole_package(package: Path, module: str) -> None:
    found = {name.removeprefix("closed.") for name in import_closure(f"closed.{module}")}
    assert {"one", "two", "three", "lazy.deep", "sub.leaf"} <= found


def test_a_study_needs_its_theory_and_not_the_runner() -> None:
    found = import_closure("experiments.studies.dilemma_class")
    assert {"theory.taxonomy", "models.lab_dilemma", "experiments.registry"} <= found.keys()
    assert not {"experiments.runner", "experiments.cli", "experiments.studies.calibration"} & found.keys()


def test_an_edit_is_seen_and_line_ends_are_not(package: Path) -> None:
    before = file_digests(import_closure("closed.uses_name"))
    (package / "one.py").write_bytes(b"def first(): ...\r\n")
    assert file_digests(import_closure("closed.uses_name")) == before
    (package / "one.py").write_text("from closed.two import second as first\n")
    after = file_digests(import_closure("closed.uses_name"))
    assert after.keys() - before.keys() == {"closed.two"}
    assert after["closed.one"] != before["closed.one"]
