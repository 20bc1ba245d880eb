"""The house: imports point left only, theory <- models <- experiments <- paper, and there is no cycle."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("theory", "models", "experiments", "paper")


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path, files=()):
    """Project modules imported by a file, anywhere in it; those needed only for types are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from names
            if not names <= set(files):  # a package that is only passed through on the way to its modules
                yield node.module


def graph():
    files = {module_name(p): p for layer in LAYERS for p in (ROOT / layer).rglob("*.py")}
    return {name: {i for i in imports(p, files) if i in files and i != name} for name, p in files.items()}


GRAPH = graph()


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_left(layer):
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    wrong = {
        (name, other)
        for name, others in GRAPH.items()
        if name.split(".")[0] == layer
        for other in others
        if other.split(".")[0] not in allowed
    }
    assert not wrong


def test_the_paper_reads_records_and_never_models():
    wrong = {
        (name, other)
        for name, others in GRAPH.items()
        if name.startswith("paper")
        for other in others
        if other.split(".")[0] in ("models", "theory") and other not in ("theory.errors", "theory")
    }
    assert not wrong


def test_no_cycles_among_modules():
    """A package's __init__ only gathers names; cycles are looked for among the modules that do something."""
    modules = {name: {o for o in others if o not in LAYERS} for name, others in GRAPH.items() if name not in LAYERS}
    done, path = set(), []

    def visit(name):
        if name in path:
            raise AssertionError("import cycle: " + " -> ".join([*path[path.index(name) :], name]))
        if name in done or name not in modules:
            return
        path.append(name)
        for other in sorted(modules[name]):
            visit(other)
        path.pop()
        done.add(name)

    for name in sorted(modules):
        visit(name)


def test_the_test_sees_a_wrong_arrow(tmp_path):
    file = tmp_path / "wrong.py"
    file.write_text("def f():\n    from models.base import PayoffModel\n")
    assert "models.base" in set(imports(file))
