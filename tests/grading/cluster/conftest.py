"""A Dask cluster of real processes on 127.0.0.1 behind TLS, and a course to be graded on it."""

import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from processes import Cluster
from small_class import make_template


@contextmanager
def clusters(tmp_path_factory):
    """Give what starts a scheduler and workers: ``make(workers=2)``; all end behind the block."""
    with ExitStack() as started:

        def make(workers=2, **more):
            cluster = Cluster(tmp_path_factory.mktemp("cluster"), **more)
            started.callback(cluster.stop)
            for _ in range(workers):
                cluster.start_worker()
            cluster.wait_for_workers()
            return cluster

        yield make


@pytest.fixture
def make_cluster(tmp_path_factory, needs_sandbox):
    """Start clusters that end with the test: idle ones take time, too."""
    with clusters(tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, needs_sandbox):
    """One cluster for all tests of a file that leave it as it was."""
    with clusters(tmp_path_factory) as make:
        yield make()


@pytest.fixture(scope="session")
def template(tmp_path_factory, course_folder):
    """A generated course with problem set 2 and a secret, to be copied."""
    return make_template(tmp_path_factory.mktemp("template") / "course", course_folder)
