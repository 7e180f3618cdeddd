"""Notebooks that were handed in, but not as nbgrader looks for them: deeper, packed, renamed."""

import zipfile
from pathlib import Path

from mlpteach.grading.notebooks.submission import MOST_BYTES, read_regular_file

_NO_WORK = {".ipynb_checkpoints", "__MACOSX"}  # folders of editors and of archives
_MOST_ENTRIES = 1000  # of an archive


def dig_out(folder, paths):
    """Lay notebooks to the top of a submission where none lies there.

    Looked for are folders within it, zip archives, and endings that editors and browsers leave,
    such as ``.ipynb.txt`` and ``.IPYNB``. What macOS lays beside each file (``._ps1.ipynb``) is
    removed.

    Parameters
    ----------
    folder : Path
    paths : list of Path
        The files in it, at any depth.

    Returns
    -------
    list of str
        What was done, for the instructor.
    """
    for path in paths:
        if path.name.startswith("._") and path.suffix == ".ipynb":
            path.unlink()
    if any(folder.glob("*.ipynb")):
        return []
    found = {}
    for where, data in [*_in_files(folder, paths), *_in_archives(folder)]:
        found.setdefault(_plain_name(where), {})[data] = where
    notes = []
    for name, versions in found.items():
        if len(versions) > 1:
            places = ", ".join(map(repr, sorted(versions.values())))
            notes.append(f"{name!r} lies in {places}: lay the right one into {folder}")
            continue
        [(data, where)] = versions.items()
        (folder / name).write_bytes(data)
        notes.append(f"{where!r} was taken for {name!r}")
    return notes


def _plain_name(where):
    """Return a notebook's name as it should be, "" for what is none.

    Examples
    --------
    >>> _plain_name("work/ps1.IPYNB"), _plain_name("ps1.ipynb.txt"), _plain_name("ps1.txt")
    ('ps1.ipynb', 'ps1.ipynb', '')
    """
    path = Path(where)
    if _NO_WORK & set(path.parts) or path.name.startswith("._"):
        return ""
    stem, found, rest = path.name.lower().partition(".ipynb")
    return path.name[: len(stem)] + ".ipynb" if found and rest in ("", ".txt", ".json") else ""


def _in_files(folder, paths):
    for path in sorted(paths):
        where = str(path.relative_to(folder))
        if _plain_name(where):
            yield where, read_regular_file(path, MOST_BYTES)


def _in_archives(folder):
    for path in sorted(folder.glob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                for entry in archive.infolist()[:_MOST_ENTRIES]:
                    if _plain_name(entry.filename) and entry.file_size <= MOST_BYTES:
                        with archive.open(entry) as file:
                            yield f"{path.name}/{entry.filename}", file.read(MOST_BYTES)
        except Exception:  # no archive, or one with a password: it is named as not handed in
            continue
