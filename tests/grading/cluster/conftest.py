"""A Dask cluster of real processes on 127.0.0.1 behind TLS, and a course to be graded on it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from processes import Cluster
from small_class import make_template


@pytest.fixture(scope="session")
def make_cluster(tmp_path_factory, needs_sandbox):
    """Start a scheduler and workers: ``make_cluster(workers=2)``; all end with the tests."""
    started = []

    def make(workers=2, **more):
        cluster = Cluster(tmp_path_factory.mktemp("cluster"), **more)
        started.append(cluster)
        for _ in range(workers):
            cluster.start_worker()
        cluster.wait_for_workers()
        return cluster

    yield make
    for cluster in started:
        cluster.stop()


@pytest.fixture(scope="session")
def cluster(make_cluster):
    """One cluster for all tests that leave it as it was."""
    return make_cluster()


@pytest.fixture(scope="session")
def template(tmp_path_factory, course_folder):
    """A generated course with problem set 2 and a secret, to be copied."""
    return make_template(tmp_path_factory.mktemp("template") / "course", course_folder)
