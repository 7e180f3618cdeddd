"""All lectures in Pyodide say the numbers of CPython; what is not Pyodide's is refused."""

import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyodide_release
import pytest
import site_desk

from mlpteach import datasets
from mlpteach.site.archive import sources_archive
from mlpteach.site.pyodide import NoPyodide, read_release

# The share of numbers that may differ where a difference in the last bit grows to any size: at
# η = 5, and in epochs with batches of six, the digits' costs jump; so they do on the
# spirals with the step size that ends lowest. All other settings agree to 2e-11.
CHAOTIC = {
    "01_minibatch_momentum cell-11 as it opens": 0.5,
    "01_minibatch_momentum cell-11 cooling.eps=0.001": 0.5,
    "01_minibatch_momentum cell-14 batch_size=6": 0.5,
    "01_minibatch_momentum cell-14 batch_size=6, first updates": 0.5,
    "05_no_panacea cell-11 as it opens": 0.01,
    "05_no_panacea cell-11 problem=rosenbrock": 0.01,
    "05_no_panacea cell-11 problem=valley": 0.01,
    "05_no_panacea cell-11 form=paper": 0.3,
    "05_no_panacea cell-11 form=paper, first updates": 0.3,
}
HERE = Path(__file__).parent
NUMPY = "numpy-0-wasm32.whl"


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """Lecture, cell and setting -> numbers, as Pyodide computes them in Node."""
    release = pyodide_release.release_in_node_or_skip()
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "sources.zip").write_bytes(sources_archive())
    lectures = site_desk.LECTURES[0].parent
    command = ["node", HERE / "all_numbers.mjs", release, folder / "sources.zip"]
    command += [site_desk.__file__, lectures, folder / "numbers.npz"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "numbers.npz") as found:
        return dict(found)


def test_every_dashboard_says_in_pyodide_what_it_says_here(numbers, monkeypatch):
    monkeypatch.setattr(site_desk.Core, "pictures", site_desk.Core.pictures)  # put back afterwards
    monkeypatch.setattr(datasets, "has_fashion_mnist", lambda: False)  # as in Pyodide
    here = site_desk.all_numbers()
    assert here.keys() == numbers.keys()
    assert len(here) == 24 * 4 * 2  # dashboards, settings, whole and first updates
    assert set(CHAOTIC) < set(here)
    for name, expected in here.items():
        same = np.isclose(numbers[name], expected, rtol=1e-9, atol=1e-9, equal_nan=True)
        assert (~same).mean() <= CHAOTIC.get(name, 0), name


def test_modules_are_compiled_by_pyodide_the_same_way_each_time():
    release = pyodide_release.release_in_node_or_skip()
    first, second = read_release(release), read_release(release)
    assert first == second
    assert first.first <= 12_000_000
    for content in (first.files["python_stdlib.zip"], first.sources):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
        assert sum(name.endswith(".pyc") for name in names) > 100
    assert "mlpteach/rules/adam.py" in names  # formulas are read from it
    assert any("rules/__pycache__/adam." in name for name in names)


# -- what is refused


@pytest.fixture
def small(tmp_path):
    """A folder with the shape of a release, of a few bytes."""
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / NUMPY).write_bytes(b"NumPy")
    entry = {"name": "numpy", "version": "0", "depends": [], "file_name": NUMPY}
    entry["sha256"] = hashlib.sha256(b"NumPy").hexdigest()
    packages = {name: {**entry, "name": name} for name in ("numpy", "matplotlib", "micropip")}
    lock = {"info": {"python": "3.14.0"}, "packages": packages}
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    return tmp_path


def test_a_wheel_with_another_hash_is_refused(small):
    (small / NUMPY).write_bytes(b"NumPx")
    with pytest.raises(NoPyodide, match=f"{NUMPY} is not the file .* Unpack the release again"):
        read_release(small)


@pytest.mark.parametrize("missing", ["pyodide.asm.wasm", NUMPY, "pyodide-lock.json"])
def test_a_missing_file_is_named(missing, small):
    (small / missing).unlink()
    with pytest.raises(NoPyodide, match=f"{missing} cannot be read"):
        read_release(small)


def test_what_is_no_lock_file_is_refused(small):
    (small / "pyodide-lock.json").write_text("{}")
    with pytest.raises(NoPyodide, match="is no lock file of Pyodide"):
        read_release(small)


def test_a_fetched_file_with_another_hash_is_refused(tmp_path):
    (tmp_path / "core.tgz").write_bytes(b"not what npm has")
    with pytest.raises(ValueError, match=r"core\.tgz has the SHA-256 .*, due is 00"):
        pyodide_release.checked(tmp_path / "core.tgz", "00")
