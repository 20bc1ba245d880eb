"""Public names: each is there, and importing them loads no solver library."""

import subprocess
import sys

import pytest

import theory


@pytest.mark.parametrize("name", theory.__all__)
def test_every_public_name_is_there(name):
    assert getattr(theory, name) is not None


def test_import_loads_no_solver_library():
    """Numerical libraries take most of a second to load; they come with the first solver that needs them."""
    code = "import sys, theory; print([name for name in ('scipy', 'sympy', 'nashpy', 'numba') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
