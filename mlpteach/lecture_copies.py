"""A reader's own copies of the lectures: kept up to date, never overwritten once changed."""

import hashlib
import json
import os
from pathlib import Path

# Beside the copies: which version of each file the reader was last given.
RECORD = ".mlpteach-originals.json"


def lecture_folder():
    """Return the folder of the original lectures: inside an installed wheel, or of the clone."""
    package = Path(__file__).resolve().parent
    packed = package / "_lectures"
    return packed if packed.is_dir() else package.parent / "lectures"


def notebook_names(folder):
    """Return the file names of the notebooks in `folder`, in the order of the lectures."""
    return sorted(path.name for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def copy_lectures(originals, folder):
    """Copy the lectures to a folder to work in.

    A file that the reader changed, or only saved, stays as it is; if the original has changed
    since, the new one is put beside it. A copy nobody touched follows the original, and is taken
    away where a lecture has another name or number now.

    Parameters
    ----------
    originals, folder : Path
        Where the lectures are, and where the reader works. The latter is made where missing.

    Returns
    -------
    list of str
        A sentence for each file that was put beside the reader's own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if folder.samefile(originals):
        return []
    given = _read_record(folder)
    names = _file_names(originals)
    notes = [_offer(originals, folder, name, given) for name in names]
    for name in given.keys() - set(names):
        _take_away(folder, name, given.pop(name))
    _write(folder / RECORD, json.dumps(given, indent=1, sort_keys=True).encode())
    return [note for note in notes if note]


def _offer(originals, folder, name, given):
    """Bring one copy up to date; return a sentence if the reader's own had to stay."""
    content = (originals / name).read_bytes()
    original, last_given = _digest(content), given.get(name)
    given[name] = original
    copy = folder / name
    if not copy.exists():
        _write(copy, content)
        return None
    theirs = _digest(copy.read_bytes())
    if theirs == original:
        return None
    if theirs == last_given:
        _write(copy, content)
        return None
    if last_given == original:
        return None
    beside = _free_name_beside(copy)
    _write(beside, content)
    return f"You changed {name}, so it stays as it is; its new version is beside it: {beside.name}"


def _take_away(folder, name, last_given):
    """Remove a copy whose original is gone, unless the reader changed it."""
    copy = (folder / name).resolve()
    inside = folder.resolve() in copy.parents
    if inside and copy.is_file() and _digest(copy.read_bytes()) == last_given:
        copy.unlink()


def _file_names(folder):
    """Return all files of the lectures, relative to `folder`; hidden ones are not part of them."""
    names = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts)
    ]


def _free_name_beside(path):
    number = 1
    while True:
        mark = "new" if number == 1 else f"new {number}"
        beside = path.with_name(f"{path.stem} ({mark}){path.suffix}")
        if not beside.exists():
            return beside
        number += 1


def _read_record(folder):
    """Return name -> digest; without a readable record every copy counts as changed."""
    try:
        record = json.loads((folder / RECORD).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(path, content):
    """Write a whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _digest(content):
    return hashlib.sha256(content).hexdigest()
