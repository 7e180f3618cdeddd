"""What grading loads of nbgrader, and that whoever asks for the rest of it still finds it."""

import subprocess
import sys

# In a process of its own: here all of nbgrader is loaded already.
LOAD = """
import sys
from mlpteach.grading.course.slow_import import load_course_settings

load_course_settings()
from nbgrader.apps.baseapp import NbGrader
"""
NEVER = ("jupyter_client", "jupyter_server", "zmq", "bs4", "mistune", "setuptools", "rapidfuzz")
THERE = """
import nbgrader.apps, nbgrader.preprocessors, nbgrader.utils
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute, LockCells

assert nbgrader.__version__[0].isdigit()
assert "Execute" in nbgrader.preprocessors.__all__
assert nbgrader.apps.NbGraderApp.__module__ == "nbgrader.apps.nbgraderapp"
assert Execute.__module__ == "nbgrader.preprocessors.execute"
assert issubclass(Autograde, nbgrader.converters.BaseConverter)
assert not hasattr(nbgrader, "no_such_name")
try:
    from nbgrader.preprocessors import NoSuchStep
except ImportError:
    pass
else:
    raise AssertionError
import setuptools.archive_util, rapidfuzz.fuzz
assert nbgrader.utils.unpack_archive.__name__ == "<lambda>"
nbgrader.utils.unpack_archive(sys.argv[1], sys.argv[2])
"""


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOAD + code, *arguments], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_course_is_read_without_servers_kernels_and_pages():
    assert run(f"print([name for name in {NEVER} if name in sys.modules])") == "[]\n"


def test_whoever_asks_for_more_of_nbgrader_gets_it(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("ps1.ipynb", "{}")
    run(THERE, str(tmp_path / "work.zip"), str(tmp_path / "out"))
    assert (tmp_path / "out" / "ps1.ipynb").read_text() == "{}"
