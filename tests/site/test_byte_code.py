"""Byte code in archives, here made by and for CPython."""

import importlib
import inspect
import io
import sys
import zipfile

import pytest

from mlpteach.site.byte_code import with_byte_code

SOURCE = b'"""What it is for."""\n\n\ndef double(a):\n    """Twice."""\n    return 2 * a\n'


def archive(folder, keeps_sources, wanted):
    """Write an archive with two modules and a picture, compiled; return its names."""
    given = io.BytesIO()
    with zipfile.ZipFile(given, "w") as zipped:
        for name in ("halves_and_doubles.py", "never_asked.py", "picture.png"):
            zipped.writestr(name, SOURCE)
    files = [str(folder / name) for name in wanted]
    made = with_byte_code(given.getvalue(), str(folder), keeps_sources, files)
    with zipfile.ZipFile(io.BytesIO(made)) as zipped:
        zipped.extractall(folder)
        return zipped.namelist(), made


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """A function that imports the module anew from where it was unpacked."""

    def imports():
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "halves_and_doubles", raising=False)
        importlib.invalidate_caches()
        return importlib.import_module("halves_and_doubles")

    yield imports
    sys.modules.pop("halves_and_doubles", None)


def test_byte_code_stands_in_the_place_of_what_is_wanted(tmp_path, imported):
    names, _ = archive(tmp_path, False, ["halves_and_doubles.py", "picture.png"])
    assert names == ["halves_and_doubles.pyc", "never_asked.py", "picture.png"]
    module = imported()
    assert module.double(21) == 42
    assert module.__file__.endswith(".pyc")
    assert module.double.__doc__ is None


def test_a_source_that_is_kept_is_read_and_not_compiled_again(tmp_path, imported):
    names, _ = archive(tmp_path, True, ["halves_and_doubles.py"])
    (compiled,) = (name for name in names if "__pycache__" in name)
    (tmp_path / "halves_and_doubles.py").write_bytes(SOURCE.replace(b"2 * a", b"3 * a"))
    module = imported()
    assert module.double(21) == 42  # the byte code, whatever the source's date
    assert module.__cached__ == str(tmp_path / compiled)
    assert inspect.getsource(module.double).endswith("return 3 * a\n")
    assert module.double.__doc__ == "Twice."


def test_made_twice_it_is_the_same(tmp_path):
    wanted = ["halves_and_doubles.py"]
    assert archive(tmp_path, True, wanted) == archive(tmp_path, True, wanted)
