"""One function of plain data decides: ordinary nbgrader tests, trusted checks, and both."""

import copy
import json
import pickle

import nbformat
import pytest
from course import ASSIGNMENT, RIGHT_MOMENT, WRONG_MOMENT, answered, cell, source_notebook
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from mlpteach.grading.deciding.rules import Rules
from mlpteach.grading.grade import Work, grade
from mlpteach.grading.isolation.sandbox import Limits, Sandbox
from mlpteach.grading.notebooks.original import answers_in, released_and_hidden

TEST = {"grade": True, "locked": True}
ANSWER = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
HIDDEN = (
    "assert double(1) == 2\n### BEGIN HIDDEN TESTS\nassert double(3) == 6\n### END HIDDEN TESTS"
)


@pytest.fixture(scope="module")
def sandbox(needs_sandbox):
    with Sandbox(limits=Limits(cell_seconds=5.0, notebook_seconds=60.0)) as made:
        made.settle()
        yield made


@pytest.fixture(autouse=True)
def known(make_course):
    """The checks of the small course are known."""


def ordinary():
    """A source with ordinary tests: visible and hidden, partial credit, a variable."""
    return new_notebook(
        cells=[
            cell("code", "answer", ANSWER, solution=True),
            cell("code", "test", HIDDEN, points=3, **TEST),
            cell("code", "part", "1.5 if double(2) == 4 else 0.5", points=2, **TEST),
            cell("code", "value", "y = None # YOUR CODE HERE", solution=True),
            cell("code", "variable", "assert y == 7, y", points=1, **TEST),
        ]
    )


def work(source, handed, exercise="", files=None, given=None, config=None, key=b"k"):
    answers = answers_in(source)
    released, hidden = released_and_hidden(copy.deepcopy(source), config)
    data = handed if isinstance(handed, bytes) else json.dumps(handed).encode()
    rules = Rules(released, hidden, exercise, files=given or {}, answers=answers)
    return Work(rules, data, key, files or {})


def handed_in(source, **texts):
    """Return what a student hands in: the released notebook with other texts in some cells."""
    released, _ = released_and_hidden(copy.deepcopy(source))
    for each in released["cells"]:
        each["source"] = texts.get(each["id"], each["source"])
    return released


@pytest.mark.parametrize(
    ("answer", "value", "scores"),
    [
        ("def double(x):\n    return 2 * x", "y = 7", [3, 1.5, 1]),
        ("def double(x):\n    return 2", "y = 6", [0, 0.5, 0]),
        ("double = None", "import os\nos._exit(0)", [0, 0, 0]),
        ("def double(x):\n    return 2 * x", "while True: pass", [3, 1.5, 0]),
    ],
)
def test_ordinary_tests_give_the_marks_of_nbgrader(sandbox, answer, value, scores):
    handed = handed_in(ordinary(), answer=answer, value=value)
    graded = grade(work(ordinary(), handed), sandbox)
    assert [graded.scores[id] for id in ("test", "part", "variable")] == scores


def test_an_untouched_notebook_gets_nothing_and_says_so(sandbox):
    graded = grade(work(ordinary(), handed_in(ordinary())), sandbox)
    assert [graded.scores[id] for id in ("test", "part", "variable")] == [0, 0, 0]
    assert not graded.answered
    assert graded.comments == {"answer": "No response.", "value": "No response."}


def test_tests_that_a_student_changed_are_the_instructors_again(sandbox):
    handed = handed_in(ordinary(), test="pass", part="2.0")
    graded = grade(work(ordinary(), handed), sandbox)
    assert [graded.scores[id] for id in ("test", "part")] == [0, 0]
    assert any("Tests had been changed" in note for note in graded.notes)


def test_more_points_than_there_are_wait_for_a_person(sandbox):
    source = ordinary()
    source.cells[2].source = "99.0"
    graded = grade(work(source, handed_in(source, answer="double = 1")), sandbox)
    assert graded.scores["part"] is None
    assert any("'part' gives no mark" in note for note in graded.for_staff)


def mixed(step="assert step(2, 2) == 1"):
    """The small course's source, where one test is an ordinary one, of another name."""
    source = source_notebook()
    test = next(each for each in source.cells if each.id == "step_test")
    test.metadata.nbgrader.grade_id, test.source = "own_test", step
    return source


@pytest.mark.parametrize(("moment", "points"), [(RIGHT_MOMENT, 4), (WRONG_MOMENT, 0)])
def test_ordinary_tests_stand_beside_trusted_checks(sandbox, moment, points):
    graded = grade(work(mixed(), answered(moment=moment), ASSIGNMENT), sandbox)
    assert (graded.scores["moment_test"], graded.scores["own_test"]) == (points, 2)


def test_a_test_that_sees_the_student_s_code_cannot_be_told_the_checks_inputs(sandbox):
    """What an ordinary test defines is not there when the checks decide."""
    source = mixed("def first_moment(M, G, beta1=0.9):\n    return beta1 * M + (1 - beta1) * G")
    graded = grade(work(source, answered(moment=WRONG_MOMENT), ASSIGNMENT), sandbox)
    assert graded.scores["moment_test"] == 0


def test_what_comes_back_is_plain_and_the_same_again(sandbox):
    given = work(source_notebook(), answered(moment=WRONG_MOMENT), ASSIGNMENT)
    first, second = (grade(pickle.loads(pickle.dumps(given)), sandbox) for _ in range(2))
    assert json.loads(json.dumps(first.notebook)) == json.loads(json.dumps(second.notebook))
    assert (first.scores, first.mistakes) == (second.scores, second.mistakes)
    assert first.isolation == sandbox.described


def test_files_of_the_instructor_replace_the_student_s(sandbox):
    source = ordinary()
    source.cells[2].source = "import helper\nassert helper.VALUE == int(open('data/n.csv').read())"
    given = {"helper.py": b"VALUE = 3", "data/n.csv": b"3"}
    handed = handed_in(source, answer="double = 1")
    graded = grade(work(source, handed, files={"helper.py": b"VALUE = 4"}, given=given), sandbox)
    assert graded.scores["part"] == 2


def test_own_delimiters_and_stubs(sandbox):
    config = Config()
    config.ClearSolutions.begin_solution_delimeter = "ANFANG"
    config.ClearSolutions.end_solution_delimeter = "ENDE"
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError('hier')"}
    config.ClearHiddenTests.begin_test_delimeter = "GEHEIM"
    config.ClearHiddenTests.end_test_delimeter = "OFFEN"
    source = ordinary()
    source.cells[0].source = "def double(x):\n    # ANFANG\n    return 2 * x\n    # ENDE"
    source.cells[1].source = "assert double(1) == 2\n# GEHEIM\nassert double(3) == 6\n# OFFEN"
    given = work(source, b"", config=config)
    assert "('hier')" in given.rules.released["cells"][0]["source"]
    assert given.rules.released["cells"][1]["source"] == "assert double(1) == 2"
    handed = json.loads(json.dumps(given.rules.released))
    handed["cells"][0]["source"] = "def double(x):\n    return 2"
    again = Work(given.rules, json.dumps(handed).encode(), b"k")
    graded = grade(again, sandbox)
    assert graded.scores["test"] == 0
    assert graded.notes == []


@pytest.mark.parametrize("line", ["### AUTOTEST double(3)", "### HASHED AUTOTEST double(3)"])
def test_autotest_lines_are_those_that_were_generated(line, sandbox):
    source = ordinary()
    source.cells[1].source = line
    texts = {"test": HIDDEN, "part": "raise SystemExit", "answer": "not this one"}
    released, hidden = released_and_hidden(source, None, lambda: texts)
    assert released["cells"][1]["source"] == "assert double(1) == 2"
    assert hidden["test"] == HIDDEN
    assert released["cells"][2]["source"].startswith("1.5")
    untouched = Work(Rules(released, hidden), json.dumps(released).encode(), b"k")
    assert grade(untouched, sandbox).scores["test"] == 0


def test_a_source_without_cell_ids_and_with_nameless_metadata(sandbox):
    source = ordinary()
    source.cells.insert(0, new_code_cell("import math", metadata={"nbgrader": {"grade": False}}))
    for each in source.cells:
        del each["id"]
    source.nbformat_minor = 2
    handed = new_notebook(cells=[new_code_cell(each.source) for each in source.cells])
    handed.cells[1].source = "def double(x):\n    return 2 * x"
    for each, original in zip(handed.cells, source.cells, strict=True):
        each.metadata = original.metadata
    graded = grade(work(source, handed), sandbox)
    assert graded.scores["test"] == 3


def test_a_given_example_is_not_taken_for_the_answer(sandbox):
    source = ordinary()
    example = new_code_cell("def double(x):\n    return 2 * x", id="example")
    source.cells.insert(0, example)
    untouched = grade(work(source, handed_in(source)), sandbox)
    assert untouched.scores["test"] == 0
    source.cells.append(source.cells.pop(0))
    handed = handed_in(source, answer="def double(x):\n    return 2.0 * x")
    graded = grade(work(source, handed), sandbox)
    assert graded.scores["test"] == 3
    assert [each.source for each in graded.notebook["cells"]][-1] == example.source


def test_two_answers_may_define_the_same_function(sandbox):
    source = ordinary()
    better = cell("code", "better", ANSWER, solution=True)
    source.cells += [better, cell("code", "better_test", "assert double(2) == 4", points=1, **TEST)]
    right, wrong = "def double(x):\n    return 2 * x", "def double(x):\n    return x"
    graded = grade(work(source, handed_in(source, answer=right, better=wrong)), sandbox)
    assert (graded.scores["test"], graded.scores["better_test"]) == (3, 0)
    graded = grade(work(source, handed_in(source, answer=wrong, better=right)), sandbox)
    assert (graded.scores["test"], graded.scores["better_test"]) == (0, 1)


# -- what nobody could decide waits for a person


def waits(graded):
    return {id for id, score in graded.scores.items() if score is None}


def test_a_shell_line_above_an_answer_costs_nothing(sandbox):
    moment = f"!pip install seaborn\n%pip install x\nlines = !ls\n{RIGHT_MOMENT}"
    graded = grade(work(source_notebook(), answered(moment=moment), ASSIGNMENT), sandbox)
    assert graded.scores == {"moment_test": 4, "step_test": 2, "why": None}


@pytest.mark.parametrize(
    "moment",
    [
        f"import no_such_module\n{RIGHT_MOMENT}",
        "import no_such_module as n\ndef first_moment(M, G, beta1=0.9):\n    return n.moment(M, G)",
        "def first_moment(M, G, beta1=0.9):\n    import no_such_module",
    ],
)
def test_an_import_that_is_missing_here_is_looked_at(moment, sandbox):
    handed = answered(moment=moment, more=["import no_such_module"])
    graded = grade(work(source_notebook(), handed, ASSIGNMENT), sandbox)
    assert waits(graded) == {"moment_test", "why"}
    assert any("the module no_such_module could not be had here" in n for n in graded.for_staff)
    assert graded.scores["step_test"] == 2


def test_an_import_inside_the_function_is_looked_at(sandbox):
    moment = "def first_moment(M, G, beta1=0.9):\n    import no_such_module"
    graded = grade(work(source_notebook(), answered(moment=moment), ASSIGNMENT), sandbox)
    assert waits(graded) == {"moment_test", "why"}
    assert any("a module that first_moment imports could not be had" in n for n in graded.for_staff)


def test_a_wrong_answer_beside_a_missing_import_is_decided(sandbox):
    handed = answered(moment=WRONG_MOMENT, more=["import no_such_module"])
    graded = grade(work(source_notebook(), handed, ASSIGNMENT), sandbox)
    assert graded.scores["moment_test"] == 0


def test_ordinary_tests_wait_where_an_import_is_missing(sandbox):
    handed = handed_in(ordinary(), answer="import no_such_module\ndouble = 1", value="y = 7")
    graded = grade(work(ordinary(), handed), sandbox)
    assert waits(graded) == {"test", "part"}
    assert graded.scores["variable"] == 1


def test_slow_experiments_at_the_end_cost_no_answer(needs_sandbox):
    slow = ["import time\nend = time.process_time() + 2\nwhile time.process_time() < end: pass"] * 5
    limits = Limits(cell_seconds=30, call_seconds=20, notebook_seconds=4)
    with Sandbox(limits=limits, modules=("numpy",)) as short:
        graded = grade(work(source_notebook(), answered(more=slow), ASSIGNMENT), short)
        assert (graded.scores["moment_test"], graded.scores["step_test"]) == (4, 2)
        handed = answered(more=slow)
        handed.cells = handed.cells[-5:] + handed.cells[:-5]
        graded = grade(work(source_notebook(), handed, ASSIGNMENT), short)
        assert waits(graded) == {"moment_test", "step_test", "why"}
        assert any("time was over before all of its cells had run" in n for n in graded.for_staff)


def test_waiting_is_no_work(needs_sandbox):
    limits = Limits(cell_seconds=1, call_seconds=1, notebook_seconds=3)
    slow = RIGHT_MOMENT.replace("    return", "    import time; time.sleep(1.2)\n    return")
    with Sandbox(limits=limits, modules=("numpy",)) as short:
        graded = grade(work(source_notebook(), answered(moment=slow), ASSIGNMENT), short)
    assert graded.scores["moment_test"] == 4


def test_a_written_answer_below_its_cell_is_read_by_a_person(sandbox):
    handed = answered(why="YOUR ANSWER HERE")
    assert grade(work(source_notebook(), handed, ASSIGNMENT), sandbox).scores["why"] == 0
    handed.cells.append(new_markdown_cell("Because of noise."))
    graded = grade(work(source_notebook(), handed, ASSIGNMENT), sandbox)
    assert graded.scores["why"] is None
    assert graded.comments["why"] is None
    assert any("stands in a cell below its own" in note for note in graded.for_staff)


def test_a_lost_written_answer_is_looked_for_by_a_person(sandbox):
    handed = answered()
    handed.cells = [each for each in handed.cells if each.id != "why"]
    graded = grade(work(source_notebook(), handed, ASSIGNMENT), sandbox)
    assert graded.scores["why"] is None
    assert any("written answer 'why' was missing" in note for note in graded.for_staff)


def with_given_cell(text):
    """Return the ordinary source with a given cell of this text on top."""
    source = ordinary()
    source.cells.insert(0, cell("code", "given", text))
    return source


WRONG = "def double(x):\n    return 2"


@pytest.mark.parametrize(
    "text", ["import no_such_module", "%load_ext no_such_module", "!ls | head", "files = !ls", "ls"]
)
def test_what_a_given_cell_lacks_is_no_excuse_where_the_instructor_passes(text, sandbox):
    """Otherwise a person would have to mark each wrong answer of the class."""
    source = with_given_cell(text)
    source.cells[4].source = "### BEGIN SOLUTION\ny = 7\n### END SOLUTION"
    graded = grade(work(source, handed_in(source, answer=WRONG, value="y = 1")), sandbox)
    assert graded.scores == {"test": 0, "part": 0.5, "variable": 0}
    assert graded.for_staff == []


def test_what_the_instructor_needs_and_lacks_here_waits(sandbox):
    source = with_given_cell("files = !ls")
    source.cells[2].source += "\nassert files"
    graded = grade(work(source, handed_in(source, answer=WRONG)), sandbox)
    assert graded.scores["test"] is None


@pytest.mark.parametrize(
    ("line", "waiting"),
    [
        ("!pip install x; ls", set()),
        ("!cat data > other", {"test", "variable"}),
        ("lines = !ls", {"test", "variable"}),
        ("import no_such_module", {"test", "variable"}),
        ("import nbgrader", {"test", "variable"}),  # of the grader, but not for a student's code
        ("from sklearn.neural_network import MLPClassifier", {"test", "variable"}),
        ("import subprocess; subprocess.run(['true'])", {"test", "variable"}),
        ("import urllib.request as r; r.urlopen('https://example.org')", {"test", "variable"}),
        ("import socket; socket.create_connection(('192.0.2.1', 80))", {"test", "variable"}),
    ],
)
def test_what_a_student_lacks_lets_the_failed_tests_below_wait(line, waiting, sandbox):
    graded = grade(work(ordinary(), handed_in(ordinary(), answer=f"{WRONG}\n{line}")), sandbox)
    assert waits(graded) == waiting
    below = grade(work(ordinary(), handed_in(ordinary(), answer=WRONG, value=line)), sandbox)
    assert waits(below) == waiting - {"test"}


def test_a_notebook_remembers_what_was_run_and_shown(sandbox):
    """Tests look into In, Out and _, as in a kernel."""
    source = ordinary()
    source.cells[4].source = (
        "assert _ == 7 and 7 in Out.values()\n"
        "assert In[-1].startswith('assert') and '7 + 0' in In[-2] and _i == '7 + 0'\n"
        "assert In[1].startswith('def double') and len(In) == get_ipython().execution_count == 6"
    )
    graded = grade(work(source, handed_in(source, value="7 + 0")), sandbox)
    assert graded.scores["variable"] == 1


@pytest.mark.parametrize(
    ("shown", "scores"),
    [
        ("for n in range(40): display(n); print(n)", [0, 0.5, 0]),
        ("for n in range(9): print('n' * 20_000)", [0, 0.5, 0]),
        ("for n in range(9): print('n' * 20_000, file=sys.stderr)", [0, 0, 0]),
    ],
)
def test_a_mark_does_not_hang_on_how_much_is_shown(shown, scores, sandbox):
    """What is too much is cut, but never the error, the value or the warning that decides."""
    source = ordinary()
    source.cells[1].source = f"import sys\n{shown}\nassert double(1) == 2"
    source.cells[2].source = f"{shown}\n0.5"
    source.cells[4].source = f"{shown}\nprint('careful', file=sys.stderr)"
    graded = grade(work(source, handed_in(source)), sandbox)
    assert list(graded.scores.values()) == scores


def test_many_large_pictures_cost_nothing(sandbox):
    source, pictures = ordinary(), "b'\\x89PNG\\r\\n\\x1a\\n' + os.urandom(10**6)"
    text = (
        f"import os\nfor _ in range(30):\n    display({{'image/png': {pictures}}}, raw=True)\ny = 7"
    )
    graded = grade(work(source, handed_in(source, value=text)), sandbox)
    assert graded.scores["variable"] == 1
    assert 5 < len(graded.notebook["cells"][3]["outputs"]) < 30


def test_a_program_finds_what_it_asks_a_notebook_for(sandbox):
    """Its user, and a kernel's name: by it tables choose their width, progress bars their looks."""
    source = ordinary()
    source.cells[4].source = (
        "import getpass, os, sys\nassert os.environ['USER'] == getpass.getuser()\n"
        "shell = get_ipython()\nassert 'IPKernelApp' in shell.config and hasattr(shell, 'kernel')\n"
        "assert type(shell).__name__ == 'ZMQInteractiveShell'\n"
        "assert 'ipykernel.zmqshell' in sys.modules\n"
        "from tqdm.auto import tqdm\nassert list(tqdm(range(3))) == [0, 1, 2]"
    )
    graded = grade(work(source, handed_in(source)), sandbox)
    assert graded.scores["variable"] == 1


def test_a_header_belongs_to_what_students_receive(sandbox, tmp_path):
    """As in each course that `nbgrader quickstart` makes; its imports are there for the answers."""
    header = new_notebook(cells=[new_markdown_cell("Your name:"), new_code_cell("import math")])
    nbformat.write(header, tmp_path / "header.ipynb")
    config = Config({"IncludeHeaderFooter": {"header": str(tmp_path / "header.ipynb")}})
    released, _ = released_and_hidden(ordinary(), config)
    assert [cell["source"] for cell in released["cells"][:2]] == ["Your name:", "import math"]
    assert not grade(work(ordinary(), released, config=config), sandbox).answered
    released["cells"][2]["source"] = "double = lambda x: math.prod([2, x])"
    assert grade(work(ordinary(), released, config=config), sandbox).scores["test"] == 3


def test_a_changed_locked_cell_is_told(sandbox):
    source = ordinary()
    source.cells.insert(0, cell("code", "setup", "import math", locked=True))
    graded = grade(work(source, handed_in(source, setup="import math, sys")), sandbox)
    told = "Locked cells had been changed; the instructor's were used: setup."
    assert told in graded.notes
