"""The README is run: its Python example, and its new payoff model in one file, inside and outside this project."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE, STUDY, POWER_RACE = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMAND = [sys.executable, "-P", "-c", "import sys; from experiments.cli import main; sys.exit(main())"]


def run(*arguments, cwd, path):
    environment = os.environ | {"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_five_line_example_runs(capsys):
    exec(compile(EXAMPLE, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "1 certified" in printed
    assert "Alphabet" in printed


def test_the_study_example_runs_with_workers_as_a_script(tmp_path):
    assert '{"draws": 16_384}' in STUDY
    (tmp_path / "script.py").write_text(STUDY.replace("16_384", "512"), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"[0-9a-f]{12} \{'value': .*'low': .*\}\n", ran.stdout)
    assert ran.stderr.count("record") == 1  # the workers, which import the script, run nothing
    assert len(list(tmp_path.glob("records/dilemma_class/*/record.json"))) == 1


@pytest.fixture
def own_package(tmp_path):
    """An installed package of somebody else's: a module, and its metadata with the entry point."""
    site = tmp_path / "site"
    info = site / "power_race-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "power_race.py").write_text(POWER_RACE, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: power-race\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[computerace.models]\npower-race = power_race:PowerRace\n")
    return site


@pytest.fixture
def one_new_file(tmp_path):
    """A copy of this project with the new file in models/, and no other edit."""
    copy = tmp_path / "copy"
    for package in ("theory", "models", "experiments", "paper"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("build", "__pycache__"))
    (copy / "models" / "power_race.py").write_text(POWER_RACE, encoding="utf-8")
    return copy


@pytest.mark.parametrize("where", ["own_package", "one_new_file"])
def test_a_new_model_is_found_by_catalogue_command_line_and_contract(where, request, tmp_path):
    path = request.getfixturevalue(where)
    module = "power_race" if where == "own_package" else "models.power_race"
    listed = run("models", "--json", cwd=tmp_path, path=path)
    assert listed.returncode == 0, listed.stderr
    (described,) = (model for model in json.loads(listed.stdout) if model["name"] == "power-race")
    drawn = {parameter["name"]: parameter["priors"] for parameter in described["parameters"] if parameter["priors"]}
    assert [(prior["low"], prior["high"]) for prior in drawn["price"]] == [(0.3, 1.2)]
    solved = run("solve", "power-race", "--set", "prize=350", "--json", cwd=tmp_path, path=path)
    assert solved.returncode == 0, solved.stderr
    payoffs = json.loads(solved.stdout)["continuous"]["equilibria"][0]["payoffs"]
    assert payoffs == pytest.approx([350 / 9] * 3)  # Tullock: V / n^2 each
    checked = run("check", f"{module}:PowerRace", cwd=tmp_path, path=path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    wrong = run("solve", "power-race", "--set", "prize=-3", cwd=tmp_path, path=path)
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "prize (V) is -3" in wrong.stderr


def test_the_command_works_beside_folders_called_models_and_experiments(tmp_path):
    for name in ("models", "experiments", "theory"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the wrong package')\n")
    result = run("models", cwd=tmp_path, path="")
    assert result.returncode == 0, result.stderr
    assert "compute-race" in result.stdout
