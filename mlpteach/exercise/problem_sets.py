"""Every problem set's checks, by the grade ids of their test cells.

A problem set is a TOML file beside this module, and a module of the same name with its ``CHECKS``.
"""

from importlib import import_module, resources

_FILES = sorted(file.name for file in resources.files(__package__).iterdir())
_IDS = [name.removesuffix(".toml") for name in _FILES if name.endswith(".toml")]

PROBLEM_SETS = {id: import_module(f"{__package__}.{id}").CHECKS for id in _IDS}
