"""No attack gains a point, reaches a file, a neighbour or the network, or stops the batch."""

import os
import socket
import textwrap
import time

import pytest
from attacks import ON_THE_INPUTS, ON_THE_MACHINE, ON_THE_MARK, WRONG
from course import answered

from mlpteach.grading.inside import landlock
from mlpteach.grading.isolation import sandbox
from mlpteach.grading.isolation.sandbox import BUBBLEWRAP, LANDLOCK
from mlpteach.grading.isolation.shared_sandbox import stop_sandboxes

ATTACKS = ON_THE_MARK | ON_THE_MACHINE | ON_THE_INPUTS


def student_of(attack):
    return f"attack {list(ATTACKS).index(attack):02}"


@pytest.fixture(scope="module")
def listener():
    """A server that must hear nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


@pytest.fixture(scope="module")
def processes_before():
    return set(_processes())


def _processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                yield int(pid), file.read()
        except OSError:
            continue


@pytest.fixture(scope="module", params=[BUBBLEWRAP, LANDLOCK])
def batch(request, make_course, listener, processes_before):
    """All attacks, and an honest student after every one, graded in one go."""
    if request.param == LANDLOCK and not landlock.version():
        pytest.skip("this kernel has no Landlock")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "SANDBOXES", (request.param,))
        stop_sandboxes()
        yield graded_attacks(make_course, listener)
    stop_sandboxes()


def graded_attacks(make_course, listener):
    course = make_course(cell_seconds=1.0, call_seconds=1.0, notebook_seconds=10.0)
    os.environ["MLPTEACH_TEST_SECRET"] = "x"
    facts = {
        "{root}": str(course.root),
        "{port}": str(listener.getsockname()[1]),
        "{course_files}": repr([str(path) for path in course.root.rglob("*")]),
        "{{": "{",
        "}}": "}",
    }
    for attack, code in ATTACKS.items():
        for name, value in facts.items():
            code = code.replace(name, value)
        notebook = answered(**WRONG, more=[textwrap.dedent(code).strip()])
        course.hand_in(student_of(attack), notebook)
        course.hand_in(student_of(attack) + " honest", answered())
    began = time.monotonic()
    done = course.grade()
    course.seconds, course.log = time.monotonic() - began, done.log
    del os.environ["MLPTEACH_TEST_SECRET"]
    return course


def shown(course, student):
    """Return everything the graded notebook shows as output."""
    cells = [cell for cell in course.graded(student).cells if cell.cell_type == "code"]
    return "\n".join(str(output) for cell in cells for output in cell.outputs)


def test_the_isolation_is_the_one_meant(batch, request):
    notebook = batch.graded(student_of("comparison rebound"))
    meant = request.node.callspec.params["batch"]
    assert notebook.metadata.mlpteach.isolation.startswith(meant)


def test_the_batch_came_to_its_end(batch):
    graded = {path.parents[1].name for path in batch.root.glob("autograded/*/*/*.ipynb")}
    assert graded == {path.name for path in batch.root.glob("submitted/*")}


@pytest.mark.parametrize("attack", ATTACKS)
def test_gains_nothing(attack, batch):
    marks = batch.marks(student_of(attack))
    assert (marks["moment_test"], marks["step_test"]) == (0.0, 0.0)


# They ask only whether a file is there, or for names, which Landlock does not hide.
NAMES_ONLY = ("source and gradebook", "processes of others", "links", "beside Python")


@pytest.mark.parametrize("attack", ATTACKS)
def test_does_not_get_out(attack, batch, request):
    if attack in NAMES_ONLY and request.node.callspec.params["batch"] == LANDLOCK:
        pytest.skip("Landlock does not hide names")
    # The text of an error shows the cell's own lines.
    lines = shown(batch, student_of(attack)).replace('"ESCAPED', "").replace("'ESCAPED", "")
    assert "\nESCAPED" not in lines.replace("text': ", "\n").replace("\\n", "\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_next_student_keeps_the_marks(attack, batch):
    marks = batch.marks(student_of(attack) + " honest")
    assert (marks["moment_test"], marks["step_test"]) == (4.0, 2.0)


@pytest.mark.parametrize("attack", ON_THE_INPUTS)
def test_hidden_inputs_are_not_told(attack, batch):
    assert "LEAK" not in shown(batch, student_of(attack)).replace('"LEAK', "")
    page = batch.feedback(student_of(attack))
    assert "LEAK [" not in page
    assert "SECRET_OF" not in page


def test_nothing_is_left_running(batch, processes_before):
    time.sleep(0.2)
    left = [line for pid, line in set(_processes()) - processes_before if b"sleep\x00987" in line]
    assert left == []


def test_nobody_called_home(batch, listener):
    with pytest.raises(TimeoutError):
        listener.accept()


def test_a_graded_notebook_stays_small(batch):
    sizes = [path.stat().st_size for path in batch.root.glob("autograded/*/*/*.ipynb")]
    assert max(sizes) < 1_000_000
