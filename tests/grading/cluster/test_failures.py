"""Whatever is lost, killed or odd on the cluster: a sentence, no mark lost, nobody twice."""

import contextlib
import os
import re
import shutil
import signal
from pathlib import Path

import psutil
import pytest
from processes import child_of, wait_until
from small_class import ASSIGNMENT, make_course, marks_of, right, times_of

import mlpteach
from mlpteach.grading.course.finished import is_finished

FULL = 28.0  # of 30: a person marks the written answer
COUNT = 16


@pytest.fixture
def course(template, tmp_path):
    """A course in which sixteen students are right, each in half a second."""
    return make_course(template, tmp_path / "course", right(template, COUNT, 0.5))


@pytest.fixture
def quick(template, tmp_path):
    """A course in which two students are right."""
    return make_course(template, tmp_path / "course", right(template, 2))


def scores(root):
    return [notebook[1] for _, [notebook] in marks_of(root).values()]


def some_are_written(root):
    return wait_until(lambda: times_of(root))


def told(process):
    """Return the exit code, report and errors of a command."""
    said, errors = process.communicate(timeout=300)
    assert "Traceback" not in errors, errors
    return process.returncode, said, errors


@pytest.mark.parametrize("who", ["worker", "nanny"])
def test_a_lost_worker_costs_nobody_a_mark(who, cluster, course):
    lost = cluster.start_worker("--nworkers", "1")
    cluster.wait_for_workers()
    process = cluster.start_grading(course)
    some_are_written(course)
    os.kill(child_of(lost) if who == "worker" else lost.pid, signal.SIGKILL)
    code, said, errors = told(process)
    if who == "worker":
        lost.terminate()
    lost.wait(60)
    assert (code, scores(course)) == (0, [FULL] * COUNT), errors
    assert f"{ASSIGNMENT}: {COUNT} graded, in" in said


def test_jobs_wait_for_the_first_worker_and_for_one_after_the_last(make_cluster, course):
    cluster = make_cluster(workers=0)
    process = cluster.start_grading(course)
    with client_of(cluster) as client:
        wait_until(lambda: unrunnable(client))
        first = cluster.start_worker()
        some_are_written(course)
        os.kill(child_of(first), signal.SIGKILL)
        code, said, errors = told(process)
    assert (code, scores(course)) == (0, [FULL] * COUNT), errors
    assert f"{ASSIGNMENT}: {COUNT} graded, in" in said


def unrunnable(client):
    """Return how many jobs wait for a worker that can do them."""
    return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.unrunnable))


def test_a_killed_coordinator_goes_on_where_it_was(cluster, course):
    process = cluster.start_grading(course)
    some_are_written(course)
    process.kill()
    process.communicate()
    before = {path: time for path, time in times_of(course).items() if is_finished(path)}
    done = cluster.grade(course)
    assert done.returncode == 0, done.stderr
    assert {path: times_of(course)[path] for path in before} == before
    assert f"{COUNT - len(before)} graded, {len(before)} graded before, in" in done.stdout
    assert scores(course) == [FULL] * COUNT


def test_ctrl_c_saves_what_is_done_and_leaves_the_workers_as_they_were(make_cluster, course):
    cluster = make_cluster(workers=2)
    before = [child_of(worker) for worker in cluster.workers]
    process = cluster.start_grading(course)
    some_are_written(course)
    process.send_signal(signal.SIGINT)
    code, said, errors = told(process)
    graded = len(times_of(course))
    assert (code, said) == (130, "")
    assert errors == f"stopped: {graded} graded; start it again to go on\n"
    wait_until(lambda: not any(map(graders_of, cluster.workers)), 30)
    done = cluster.grade(course)
    assert f"{COUNT - graded} graded, {graded} graded before, in" in done.stdout
    assert scores(course) == [FULL] * COUNT
    assert [child_of(worker) for worker in cluster.workers] == before
    assert not any("Traceback" in worker.log.read_text() for worker in cluster.workers)


def test_of_two_coordinators_one_is_told_to_wait(cluster, course):
    first = cluster.start_grading(course)
    some_are_written(course)
    first.send_signal(signal.SIGSTOP)  # so that it is at work still
    second = cluster.grade(course)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert re.fullmatch(
        "mlpteach: 'ps2_adam' of this course is being graded on a cluster by another .*\n",
        second.stderr,
    )
    code, said, _ = told(first)
    assert (code, scores(course)) == (0, [FULL] * COUNT)
    assert f"{COUNT} graded, in" in said


def test_nobody_s_name_is_in_what_the_scheduler_knows(cluster, course):
    process = cluster.start_grading(course)
    with client_of(cluster) as client:
        keys = wait_until(lambda: [key for each in client.processing().values() for key in each])
        plugins = client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.worker_plugins)
    told(process)
    assert all(re.fullmatch("grade-[0-9a-f]{32}", key) for key in keys)
    [sent] = [data for name, data in plugins.items() if name.startswith("mlpteach-")]
    assert b"right0" not in sent
    assert (course / ".mlpteach-secret").read_bytes() not in sent


def client_of(cluster):
    from distributed import Client
    from distributed.security import Security

    tls = {
        name.partition("TLS__")[2].lower().replace("__", "_"): path
        for name, path in cluster.environment.items()
        if "__TLS__" in name and ("CLIENT" in name or "CA_FILE" in name)
    }
    security = Security(
        tls_ca_file=tls["ca_file"],
        tls_client_cert=tls["client_cert"],
        tls_client_key=tls["client_key"],
        require_encryption=True,
    )
    return Client(cluster.address, security=security, set_as_default=False)


def test_from_python_with_a_client_of_any_cluster(cluster, quick):
    from mlpteach.grading.cluster import grade_on_cluster

    told_of, here = [], os.getcwd()
    with client_of(cluster) as client:
        run = grade_on_cluster(client, ASSIGNMENT, quick, tell=told_of.append)
        again = grade_on_cluster(client, ASSIGNMENT, quick, force=True, student="right01")
    assert os.getcwd() == here
    assert [result.state for result in run.results] == ["graded"] * 2
    assert told_of == run.results
    assert [(each.student, each.state) for each in again.results] == [("right01", "graded")]
    assert scores(quick) == [FULL] * 2


def test_a_lost_scheduler_is_said_at_once_and_what_is_done_is_saved(make_cluster, course):
    cluster = make_cluster(workers=1)
    process = cluster.start_grading(course)
    some_are_written(course)
    cluster.scheduler.kill()
    code, said, errors = told(process)
    assert (code, said) == (1, "")
    found = re.fullmatch(
        r"mlpteach: the scheduler is gone; (\d+) graded are saved: start it again to go on\n",
        errors,
    )
    assert found, errors
    assert int(found[1]) == len(times_of(course))
    done = cluster.grade(course, "--graders", "2")
    assert f"{COUNT - int(found[1])} graded, {found[1]} graded before, in" in done.stdout
    assert scores(course) == [FULL] * COUNT


def without_isolation(folder):
    """Return the environment of a worker where no sandbox works."""
    program = folder / "programs" / "bwrap"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    (folder / "programs" / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'mlpteach.grading.cluster.grader' in sys.orig_argv:\n"
        "    from mlpteach.grading.inside import landlock\n"
        "    landlock.version = lambda: 0\n"
    )
    first = str(program.parent)
    return {
        "PATH": os.pathsep.join([first, os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([first, os.environ.get("PYTHONPATH", "")]),
    }


# Found before the system's own, and at first as good.
FADING = """#!/bin/sh
test -e {gone} && exit 1
exec {own} "$@"
"""


def with_isolation_until(gone, folder):
    """Return the environment of a worker where no sandbox works any more once `gone` is there."""
    environment = without_isolation(folder)
    program = folder / "programs" / "bwrap"
    program.write_text(FADING.format(gone=gone, own=shutil.which("bwrap")))
    return environment


def graders_of(worker):
    """Return the graders that run below a worker."""
    found = []
    for process in psutil.Process(worker.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # a student's, which ended meanwhile
            if "mlpteach.grading.cluster.grader" in process.cmdline():
                found.append(process)
    return found


def end_sandbox(worker):
    """Kill what runs below the grader of a worker."""
    for grader in graders_of(worker):
        for each in grader.children():
            each.kill()


def lose_in_the_middle(cluster, course, gone):
    """Grade with one more worker, which loses its sandbox; return it and what the command told."""
    losing = cluster.start_worker(**with_isolation_until(gone, gone.parent))
    cluster.wait_for_workers()
    process = cluster.start_grading(course)
    some_are_written(course)
    gone.touch()
    end_sandbox(losing)
    return losing, *told(process)


def test_who_loses_its_sandbox_is_named_and_its_jobs_are_given_to_others(
    make_cluster, course, tmp_path
):
    cluster = make_cluster(workers=1)
    losing, code, said, errors = lose_in_the_middle(cluster, course, tmp_path / "gone")
    assert (code, scores(course)) == (0, [FULL] * COUNT), errors
    assert f"{ASSIGNMENT}: {COUNT} graded, in" in said
    [named] = re.findall("^(.*) is given no more work: there is no sandbox", errors, re.MULTILINE)
    assert named in losing.log.read_text()


def test_where_all_have_lost_theirs_it_ends_and_goes_on_later(make_cluster, course, tmp_path):
    cluster, gone = make_cluster(workers=0), tmp_path / "gone"
    _, code, said, errors = lose_in_the_middle(cluster, course, gone)
    assert (code, said) == (1, "")
    assert errors.count("is given no more work: there is no sandbox") == 1
    found = re.fullmatch(
        r"mlpteach: no worker can grade any more; (\d+) graded are saved: start it again to go on",
        errors.splitlines()[-1],
    )
    assert found, errors
    assert 0 < int(found[1]) == len(times_of(course)) < COUNT
    gone.unlink()
    done = cluster.grade(course)
    assert done.returncode == 0, done.stderr
    assert f"{COUNT - int(found[1])} graded, {found[1]} graded before, in" in done.stdout
    assert scores(course) == [FULL] * COUNT


def of_another_version(folder):
    """Return the environment of a worker with another mlpteach."""
    root = Path(mlpteach.__file__).parent
    copied = folder / "other" / "mlpteach"
    shutil.copytree(root, copied, ignore=shutil.ignore_patterns("__pycache__"))
    start = copied / "__init__.py"
    text = start.read_text("utf-8")
    start.write_text(text.replace(f'"{mlpteach.__version__}"', '"0.0.1"'), "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(copied.parent), os.environ.get("PYTHONPATH", "")])}


def test_who_cannot_grade_is_named_and_given_no_work(make_cluster, course, tmp_path):
    """At the start, where nobody else is there; and joining later."""
    cluster, bare = make_cluster(workers=0), without_isolation(tmp_path)
    cluster.start_worker(**bare)
    cluster.wait_for_workers()
    done = cluster.grade(course)
    assert done.returncode == 1
    first, *_, last = done.stderr.splitlines()
    assert re.match(
        "tls://[^ ]+ is given no work: there is no sandbox for students' code: bubblewrap", first
    )
    assert last == "mlpteach: no worker can grade; nobody was graded"
    assert "Traceback" not in done.stderr
    cluster.start_worker()
    cluster.wait_for_workers()
    process = cluster.start_grading(course)
    some_are_written(course)
    process.send_signal(signal.SIGSTOP)  # so that it is at work still when the next ones join
    cluster.start_worker(**bare)
    cluster.start_worker(**of_another_version(tmp_path))
    cluster.wait_for_workers()
    process.send_signal(signal.SIGCONT)
    code, _, errors = told(process)
    assert (code, scores(course)) == (0, [FULL] * COUNT)
    assert errors.count("is given no work: there is no sandbox") == 2
    assert errors.count("is given no work") == 3
    assert "another version: mlpteach " in errors
    assert "0.0.1 (" in errors


# Loaded into a worker: what it answers is not what was found.
CHANGES_ANSWERS = """
import json
from mlpteach.grading.cluster import task

def changed(plugin, job):
    about = json.loads(task.right(plugin, job))
    [notebook] = about["notebooks"]
    CHANGE
    return json.dumps(about).encode()

if not hasattr(task, "right"):  # Dask loads it more than once
    task.right, task.grade_job = task.grade_job, changed
"""


def start_changed_worker(cluster, folder, change):
    preloaded = folder / "changes_answers.py"
    preloaded.write_text(CHANGES_ANSWERS.replace("CHANGE", change))
    return cluster.start_worker("--preload", str(preloaded))


def test_nonsense_as_an_answer_is_no_mark(make_cluster, quick, tmp_path):
    cluster = make_cluster(workers=0)
    start_changed_worker(cluster, tmp_path, "notebook['scores']['adam_first_moment'] = 1e9")
    cluster.wait_for_workers()
    done = cluster.grade(quick)
    assert done.returncode == 1
    assert "0 graded, 2 NOT GRADED" in done.stdout
    assert "right00: what came back is no answer (1000000000.0 of " in done.stdout
    assert marks_of(quick) == times_of(quick) == {}


def test_an_answer_of_200_megabytes_is_written(make_cluster, quick, tmp_path):
    cluster = make_cluster(workers=0)
    start_changed_worker(
        cluster, tmp_path, "notebook['text'] = ' ' * 200_000_000 + notebook['text']"
    )
    cluster.wait_for_workers()
    done = cluster.grade(quick, "--student", "right01")
    assert done.returncode == 0, done.stderr
    assert scores(quick) == [FULL]
    [path] = times_of(quick)
    assert path.stat().st_size > 200_000_000
