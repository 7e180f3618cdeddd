"""JupyterLite's folder is whole, the same each time, and made of what was tried and installed."""

import hashlib
import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from pyodide_release import release
from site_folder import site_with_python, write_site

from mlpteach.site import jupyterlite, notebook_python
from mlpteach.site.installed import NotInstalled, files_of, needed_in_browser

WITHOUT = """
import importlib.metadata, sys
plain = importlib.metadata.distribution
def distribution(name):
    if name == "jupyterlite-core":
        raise importlib.metadata.PackageNotFoundError(name)
    return plain(name)
importlib.metadata.distribution = distribution
from mlpteach.cli import main
sys.exit(main(["site", *sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with a Python and with notebooks."""
    return site_with_python(tmp_path_factory)


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_written_twice_it_is_the_same_to_the_byte(site, tmp_path):
    assert write_site(tmp_path / "again", "--pyodide", str(release())).returncode == 0
    first, second = contents(site), contents(tmp_path / "again")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_it_is_small_and_holds_one_copy_of_pyodide(site):
    found = contents(site)
    assert sum(map(len, found.values())) <= 90_000_000
    names = [Path(name).name for name in found]
    for once in ("pyodide.mjs", "pyodide.asm.wasm.packed", "python_stdlib.zip"):
        assert names.count(once) == 1
    assert len([name for name in names if name.startswith("numpy-")]) == 1


def test_wheels_are_without_what_no_browser_reads_and_have_the_hashes_of_the_lock_file(site):
    (folder,) = site.glob("pyodide-*")
    packages = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    names = []
    for entry in packages.values():
        content = (folder / entry["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            names += wheel.namelist() if entry["name"] in ("numpy", "matplotlib") else []
    assert not [name for name in names if name.endswith((".pyi", ".afm")) or "sample_data" in name]
    fonts = {Path(name).name for name in names if name.endswith(".ttf")}
    assert {"DejaVuSans.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif.ttf", "cmr10.ttf"} <= fonts


def test_nothing_is_asked_of_other_hosts(site):
    config = (site / "jupyterlite" / "jupyter-lite.json").read_text("utf-8")
    assert "//" not in config
    settings = json.loads(config)["jupyter-config-data"]["litePluginSettings"]
    (kernel,) = settings.values()
    assert kernel["disablePyPIFallback"] is True
    start = (site / "jupyterlite" / kernel["pyodideUrl"]).read_text("utf-8")
    assert "http" not in start
    for name in ("pyodideURL", "sourcesURL", "modulesURL"):
        assert (site / "jupyterlite" / kernel["loadPyodideOptions"][name]).exists()


def test_every_notebook_is_listed_and_there(site):
    folder = site / "jupyterlite"
    listed = json.loads((folder / "api" / "contents" / "all.json").read_text("utf-8"))["content"]
    names = [one["name"] for one in listed]
    assert names == sorted(path.name for path in (folder / "files").iterdir())
    assert len(names) == 9
    for lecture in Path(__file__).parents[2].glob("lectures/*.ipynb"):
        assert (folder / "files" / lecture.name).read_bytes() == lecture.read_bytes()
    start = (site / "index.html").read_text("utf-8")
    for name in names:
        page = start if name.startswith("ps") else (site / name).with_suffix(".html").read_text()
        assert f'href="jupyterlite/notebooks/index.html?path={name}"' in page


def test_every_chunk_that_the_app_may_ask_for_is_there(site):
    build = site / "jupyterlite" / "build"
    named = re.findall(r'(\d+):"([0-9a-f]{7})"', (build / "notebooks" / "bundle.js").read_text())
    there = {path.name for path in build.glob("*.js")}
    missing = {f"{number}.{digest}.js" for number, digest in named} - there
    assert missing & {Path(one.name).name for one in app_archive()} == set()


def app_archive():
    content = files_of("jupyterlite-core")["jupyterlite_core/jupyterlite-app-0.8.6.tgz"]
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return archive.getmembers()


def test_the_licence_file_names_all_that_is_handed_on(site):
    text = (site / "licences.txt").read_text("utf-8")
    for name in (
        "jupyterlite-core",
        "jupyterlite-pyodide-kernel",
        "jupyterlab-widgets",
        "anywidget",
    ):
        assert f"\n{name}\n" in text
    for name in (
        "ipython",
        "ipywidgets",
        "traitlets",
        "@jupyterlab/notebook",
        "react",
        "mathjax-full",
    ):
        assert re.search(rf"^{name}\b", text, re.MULTILINE), name


def test_modules_hold_neither_what_was_compiled_for_here_nor_tests():
    with zipfile.ZipFile(io.BytesIO(notebook_python.modules_archive())) as archive:
        names = archive.namelist()
    assert {"IPython/__init__.py", "ipywidgets/__init__.py", "anywidget/__init__.py"} <= set(names)
    assert {"pyodide_kernel/__init__.py", "piplite/piplite.py"} <= set(names)
    assert not [name for name in names if name.endswith((".so", ".pyd")) or "/tests/" in name]


# -- what is refused


def test_what_a_browser_has_not_is_not_needed_there():
    found = set(needed_in_browser("ipython"))
    assert {"ipython", "pygments", "traitlets"} <= found
    assert not {"pexpect", "psutil", "colorama"} & found


def test_a_file_that_was_changed_after_the_installation_is_refused(monkeypatch):
    (path,) = (one for one in importlib.metadata.files("traitlets") if one.name == "traitlets.py")
    plain = type(path).read_binary

    def changed(self):
        return plain(self) + (b"# one line more" if self == path else b"")

    monkeypatch.setattr(type(path), "read_binary", changed)
    with pytest.raises(NotInstalled, match=r"traitlets\.py is not the file that was installed"):
        files_of("traitlets")


def test_another_kernel_than_was_tried_is_refused(monkeypatch):
    monkeypatch.setattr(jupyterlite, "_TRIED", "0.8.7")
    with pytest.raises(NotInstalled, match=r"jupyterlite-pyodide-kernel is not the version"):
        jupyterlite.check_installed()


def test_another_jupyterlite_than_was_tried_is_refused(monkeypatch):
    monkeypatch.setattr(jupyterlite, "files_of", lambda name: {jupyterlite._APP: b"another"})
    with pytest.raises(NotInstalled, match="not the version that notebooks"):
        jupyterlite.check_installed()


def test_without_jupyterlite_the_command_says_what_to_install_before_any_work(tmp_path):
    command = [sys.executable, "-c", WITHOUT, str(tmp_path / "out"), "--pyodide", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "jupyterlite-core is not installed" in done.stderr
    assert "pip install 'mlpteach[site]'" in done.stderr
    assert not (tmp_path / "out").exists()
