"""Which source a module's results depend on: the closure of its imports within the project.

The imports are read from the source with `ast`, also those inside functions, and followed within the project's
packages (and the package of the module itself, if it is someone else's). What follows is a superset of what runs:

- ``import a.b`` needs all of ``a`` and ``a.b``.
- ``from a import f`` needs the module that defines ``f``: if ``a/__init__.py`` only passes names on, it is looked
  through, so that a new name in it changes nothing. Its own statements, if it has any, are part of the closure.
- A name that cannot be traced (a star import, a module's ``__getattr__``), or a module that imports by a name
  computed at run time (``import_module``), needs the whole package.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from theory.errors import InputError

PACKAGES = ("theory", "models", "experiments")
"""The packages whose source decides results."""

ALL = "(all)"
"""Stands for everything that a module's own source names, as ``import module`` needs it."""


def import_closure(module: str) -> dict[str, Path]:
    """Files that a module needs, itself included, by module name, sorted.

    Examples
    --------
    >>> sorted(import_closure("theory.regional"))
    ['theory.arrays', 'theory.errors', 'theory.regional']
    """
    root = module.partition(".")[0]
    if root == "__main__" or importlib.util.find_spec(root) is None:
        raise InputError(f"the source of {module} cannot be found; define a study in an importable module of its own")
    closure = _Closure({*PACKAGES, root})
    closure.need(module, ALL)
    return dict(sorted(closure.files.items()))


def file_digests(files: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of each file, with line ends as on Unix."""
    return {name: hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest() for name, path in files.items()}


class _Closure:
    """Modules found so far."""

    def __init__(self, roots: set[str]) -> None:
        self.roots = roots
        self.files: dict[str, Path] = {}
        self._seen: set[tuple[str, str]] = set()

    def need(self, module: str, name: str) -> None:
        """Add what ``name`` of ``module`` needs; all of the module if the name is `ALL`."""
        if (module, name) in self._seen or module.partition(".")[0] not in self.roots:
            return
        self._seen.add((module, name))
        parent = module.rpartition(".")[0]
        if parent:
            self.need(parent, "")  # importing a module runs its packages' __init__
        path = _locate(module)
        if path is None:
            return
        if path.name == "__init__.py":
            self._package(module, path, name)
        else:
            self._module(module, path)

    def _module(self, module: str, path: Path) -> None:
        if module in self.files:
            return
        self.files[module] = path
        package = module.rpartition(".")[0]
        imports, by_name = _module_imports(path, package, *_version(path))
        self._follow(imports)
        if by_name:
            self._everything(package or module)

    def _package(self, package: str, path: Path, name: str) -> None:
        own, passed_on = _package_parts(path, package, *_version(path))
        if own:
            self.files[package] = path
            used = {node.id for statement in own for node in ast.walk(statement) if isinstance(node, ast.Name)}
            self._follow((m, n, bound) for m, n, bound in passed_on if bound in used)
            self._follow(_imports(own, package))
        if name == ALL:
            self._follow(passed_on)
        elif name and _locate(f"{package}.{name}") is not None:
            self.need(f"{package}.{name}", ALL)
        elif name and not any(bound == name for _, _, bound in passed_on):
            if not _defines(own, name):
                self._everything(package)
        else:
            self._follow((m, n, bound) for m, n, bound in passed_on if bound == name)

    def _follow(self, imports: Iterable[tuple[str, str, str]]) -> None:
        for module, name, _ in imports:
            self.need(module, name)

    def _everything(self, package: str) -> None:
        path = _locate(package)
        if path is None or path.name != "__init__.py" or (package, "**") in self._seen:
            return
        self._seen.add((package, "**"))
        for file in sorted(path.parent.rglob("*.py")):
            parts = file.relative_to(path.parent).with_suffix("").parts
            self.need(".".join((package, *(part for part in parts if part != "__init__"))), ALL)


def _locate(module: str) -> Path | None:
    """File of a module, without importing it or its packages."""
    root, *rest = module.split(".")
    spec = importlib.util.find_spec(root)
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin) if spec.origin and not rest and spec.origin.endswith(".py") else None
    for folder in spec.submodule_search_locations:
        base = Path(folder, *rest)
        for path in (base / "__init__.py", base.with_name(base.name + ".py")):
            if path.is_file() and (rest or path.name == "__init__.py"):
                return path
    return None


def _version(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=1024)
def _module_imports(path: Path, package: str, changed: int, size: int) -> tuple[list[tuple[str, str, str]], bool]:
    """Imports of a module, and whether it also imports by name; closures of many studies share most modules."""
    source = path.read_bytes()
    tree = _parse(path, source)
    named = any(name in source for name in (b"import_module", b"__import__"))  # the walk over expressions is slow
    return list(_imports(tree.body, package)), named and _imports_by_name(tree)


@functools.lru_cache(maxsize=64)
def _package_parts(
    path: Path, package: str, changed: int, size: int
) -> tuple[list[ast.stmt], list[tuple[str, str, str]]]:
    """Statements of a package's own, and the imports that it only passes on."""
    body = _parse(path, path.read_bytes()).body
    own = [statement for statement in body if not _passes_on(statement)]
    return own, list(_imports((s for s in body if _passes_on(s)), package))


def _parse(path: Path, source: bytes) -> ast.Module:
    try:
        return ast.parse(source, filename=str(path))
    except SyntaxError as error:
        raise InputError(f"{path} cannot be read as Python: {error}") from error


def _imports(statements: Iterable[ast.stmt], package: str) -> Iterator[tuple[str, str, str]]:
    """Imports in some statements and those inside them, as (module, name in it, name bound)."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield from _plain_import(alias)
        elif isinstance(statement, ast.ImportFrom):
            base = _absolute(statement, package)
            for alias in statement.names:
                yield base, alias.name, alias.asname or alias.name
        else:
            yield from _imports(_inside(statement), package)


def _inside(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Statements directly inside another: bodies of functions, classes, loops, conditions, handlers and cases."""
    for node in ast.iter_child_nodes(statement):
        if isinstance(node, ast.stmt):
            yield node
        elif isinstance(node, ast.ExceptHandler | ast.match_case):
            yield from node.body


def _plain_import(alias: ast.alias) -> Iterator[tuple[str, str, str]]:
    """``import a.b`` gives all of ``a`` and of ``a.b``; ``import a.b as c`` only the latter."""
    parts = alias.name.split(".")
    for length in [len(parts)] if alias.asname else range(1, len(parts) + 1):
        yield ".".join(parts[:length]), ALL, alias.asname or parts[0]


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _imports_by_name(tree: ast.Module) -> bool:
    names = (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in ast.walk(tree))
    return any(name in ("import_module", "__import__") for name in names)


def _passes_on(statement: ast.stmt) -> bool:
    """Whether a statement of an ``__init__`` does nothing but pass names on: imports, docstring, ``__all__``."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets)
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _defines(statements: Iterable[ast.stmt], name: str) -> bool:
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and statement.name == name:
            return True
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(node, ast.Name) and node.id == name for target in targets for node in ast.walk(target)):
                return True
    return False
