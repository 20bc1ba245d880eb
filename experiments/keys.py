"""The key of a record, which says what it depends on, and the seed, which says what is drawn.

    key  = SHA-256(study, parameters at full precision, replicates, data files, source, lock)
    seed = SHA-256(study, parameters at full precision, replicates, data files)

Source is the import closure of the study's module (`experiments.sources`); the lock is ``requirements.lock`` beside
the packages or, in an installation without one, the versions of the dependencies. The seed leaves out source and
lock: editing a comment makes a record stale but does not change the draws.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

import models
from experiments.parameters import Value
from experiments.registry import Study
from experiments.sources import file_digests, import_closure

DISTRIBUTION = "computerace"

Digests = Mapping[str, str]
"""Name of what a record depends on (a module, a file, a library) to its digest or version."""


@dataclass(frozen=True)
class Key:
    """All that a record depends on.

    Attributes
    ----------
    source, data, lock
        What each part consists of, so that a stale record can say which file changed.
    """

    study: str
    parameters: Mapping[str, Value]
    replicates: int
    source: Digests
    data: Digests
    lock: Digests

    @cached_property
    def digest(self) -> str:
        """The key: 64 hexadecimal digits."""
        return digest_of([self._draws, self.source, self.lock])

    @property
    def short(self) -> str:
        """First twelve digits of the key, for people."""
        return self.digest[:12]

    @property
    def seed(self) -> int:
        """Entropy of the generators."""
        return int(digest_of(self._draws), 16)

    @property
    def _draws(self) -> list[Any]:
        return [self.study, exact(self.parameters), self.replicates, dict(self.data)]

    def generator(self, stream: int) -> np.random.Generator:
        """Generator of one replicate; stream ``replicates`` is that of the summary."""
        return generator(self.seed, stream)

    def parts(self) -> dict[str, dict[str, str]]:
        """Source, data and lock, for a record."""
        return {"source": dict(self.source), "data": dict(self.data), "lock": dict(self.lock)}

    def changes_since(self, parts: Mapping[str, Digests]) -> list[str]:
        """What differs from an older record's parts, in words: ``source (theory.risk)``."""
        changed = []
        for kind, now in self.parts().items():
            before = parts.get(kind, {})
            names = sorted(name for name in {*now, *before} if now.get(name) != before.get(name))
            if names:
                more = f" and {len(names) - 4} more" if len(names) > 4 else ""
                changed.append(f"{kind} ({', '.join(names[:4])}{more})")
        return changed


def key_of(study: Study, parameters: Mapping[str, Value]) -> Key:
    """Key of a run of a study with these parameters, as the files are now."""
    return Key(
        study=study.name,
        parameters=dict(parameters),
        replicates=study.replicates,
        source=file_digests(import_closure(study.module)),
        data=data_digests(),
        lock=lock_digests(),
    )


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Generator of a stream: ``replicate``; ``replicates`` for the summary; ``replicates + 1, replicate, chunk``."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=stream))


def data_digests() -> dict[str, str]:
    """Digests of the data files in ``models/data``."""
    folder = Path(models.__path__[0], "data")
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return file_digests(files)


def lock_digests() -> dict[str, str]:
    """Digest of ``requirements.lock`` beside the packages or, without one, the versions of the dependencies."""
    lock = Path(models.__path__[0]).parent / "requirements.lock"
    return file_digests({lock.name: lock}) if lock.is_file() else library_versions()


def library_versions() -> dict[str, str]:
    """Versions of the installed dependencies, without the extras."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return {}
    names = (re.match(r"[\w.-]+", line) for line in requirements if "extra ==" not in line)
    versions = {}
    for name in sorted(match.group() for match in names if match):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def exact(parameters: Mapping[str, Value]) -> dict[str, list[str]]:
    """Parameters as text at full precision, with their kind.

    Examples
    --------
    >>> exact({"draws": 10, "step": 0.1})
    {'draws': ['int', '10'], 'step': ['float', '0x1.999999999999ap-4']}
    """
    return {
        name: [type(value).__name__, value.hex() if isinstance(value, float) else str(value)]
        for name, value in sorted(parameters.items())
    }


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value in its canonical form."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
