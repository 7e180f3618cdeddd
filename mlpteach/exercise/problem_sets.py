"""Every problem set's checks, by the grade ids of their test cells.

A problem set is a TOML file beside this module, and a module of the same name with its ``CHECKS``.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module, resources

from mlpteach.exercise.protocol import Check

_FILES = sorted(file.name for file in resources.files(__package__).iterdir())
_IDS = [name.removesuffix(".toml") for name in _FILES if name.endswith(".toml")]


class _ProblemSets(Mapping[str, dict[str, Check]]):
    """Read when asked for: nobody needs them all at once."""

    def __getitem__(self, id: str) -> dict[str, Check]:
        if id not in _IDS:
            raise KeyError(id)
        return import_module(f"{__package__}.{id}").CHECKS

    def __contains__(self, id: object) -> bool:
        return id in _IDS

    def __iter__(self) -> Iterator[str]:
        return iter(_IDS)

    def __len__(self) -> int:
        return len(_IDS)


PROBLEM_SETS = _ProblemSets()
