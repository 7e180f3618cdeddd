"""Whatever is handed in ends in the mark it deserves, or in a line that says who and what to do."""

import copy
import dataclasses
import json
import os
import re
import textwrap

import numpy as np
import pytest
from course import ASSIGNMENT, CHECKS, RIGHT_MOMENT, RIGHT_STEP, WRONG_MOMENT, answered
from nbformat.v4 import new_code_cell, new_markdown_cell

from mlpteach.exercise.protocol import Call, Verdict
from mlpteach.grading.deciding import verdicts
from mlpteach.grading.deciding.inputs import generator

FULL = {"moment_test": 4.0, "step_test": 2.0}


def by_id(notebook, id):
    [cell] = [cell for cell in notebook.cells if cell.id == id]
    return cell


def duplicated():
    notebook = answered()
    for id in ("moment", "moment_test", "setup"):
        notebook.cells.append(copy.deepcopy(by_id(notebook, id)))
    return notebook


def stub_below():
    """The answered cell above, the unanswered copy of it below."""
    notebook = answered()
    stub = copy.deepcopy(by_id(notebook, "moment"))
    stub.source = (
        "def first_moment(M, G, beta1=0.9):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    notebook.cells.insert(5, stub)
    return notebook


def without(*ids):
    notebook = answered()
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ids]
    return notebook


def merged():
    """Both answers in one cell, as "Merge Selected Cells" leaves them."""
    notebook = without("step")
    by_id(notebook, "moment").source += f"\n\n{RIGHT_STEP}"
    return notebook


def merged_into_the_last():
    notebook = without("moment")
    by_id(notebook, "step").source += f"\n\n{RIGHT_MOMENT}"
    return notebook


LAMBDA = "lambda M, G, beta1=0.9: beta1 * M + (1 - beta1) * G"
WRITTEN_OTHERWISE = {
    "lambda": f"first_moment = {LAMBDA}",
    "annotated": f"from typing import Callable\nfirst_moment: Callable = {LAMBDA}",
    "walrus": f"(first_moment := {LAMBDA})",
    "partial": "from functools import partial\n"
    f"first_moment = partial({LAMBDA}, beta1=0.9)",
    "vectorize": f"first_moment = np.vectorize({LAMBDA})",
    "object": "class Moment:\n    def __call__(self, M, G, beta1=0.9):\n"
    "        return beta1 * M + (1 - beta1) * G\nfirst_moment = Moment()",
    "two names": f"first_moment, other = {LAMBDA}, 1",
    "exec": f"exec('first_moment = {LAMBDA}')",
    "globals": f"globals()['first_moment'] = {LAMBDA}",
    "inside if": f"if True:\n    {RIGHT_MOMENT}".replace("\n    return", "\n        return"),
    "decorated": "def again(f):\n    return lambda *a, **k: f(*a, **k)\n\n@again\n" + RIGHT_MOMENT,
    "for": f"for first_moment in [{LAMBDA}]:\n    pass",
    "setattr": f"import __main__\n__main__.first_moment = {LAMBDA}",
    "to lists": "def first_moment(M, G, beta1=0.9):\n"
    "    return np.array([[beta1 * m + (1 - beta1) * g for m, g in zip(*r)] for r in zip(M, G)])",
    "matrix": RIGHT_MOMENT.replace("return ", "return np.matrix(") + ")",
    "a copy in place": "def first_moment(M, G, beta1=0.9):\n    M = M.copy()\n    M *= beta1\n"
    "    M += (1 - beta1) * G\n    return M",
    "star imports": "from numpy import *\nfrom mlpteach import *\n" + RIGHT_MOMENT,
    "type hints": "def first_moment(M: np.ndarray, G: 'np.ndarray', *, beta1: float = 0.9"
    ") -> np.ndarray:\n    return beta1 * M + (1 - beta1) * G",
    "any names": "def first_moment(*arrays, **more):\n    b = more.get('beta1', 0.9)\n"
    "    return b * arrays[0] + (1 - b) * arrays[1]",
    "nested": "def first_moment(M, G, beta1=0.9):\n    def mean(a, b):\n"
    "        return beta1 * a + (1 - beta1) * b\n    return mean(M, G)",
    "einsum": "def first_moment(M, G, beta1=0.9):\n"
    "    return np.einsum('i,ijk->jk', [beta1, 1 - beta1], np.stack([M, G]))",
}  # fmt: skip


def merged_otherwise(written):
    """The answer in the other answer's cell, its own cell deleted; then a use of it."""
    notebook = without("moment")
    by_id(notebook, "step").source += f"\n\n{written}"
    notebook.cells.append(new_code_cell("x = first_moment(np.ones((2, 3)), np.ones((2, 3)))"))
    return notebook


AFTER_DATA = (
    "import mlpteach as mt\nX, y = mt.datasets.digits()\nprint(X.shape, [\n    y[0],\n])\n"
    "if True:\n    float(mt.MLP((2, 3)).W[1])\n\n@lambda f: f\n"
)


def used_and_wrapped():
    """An experiment that only binds the name again, below the answer."""
    experiment = (
        "x = first_moment(np.ones(2), np.ones(2))\nfirst_moment = np.vectorize(first_moment)"
    )
    return answered(more=[experiment])


def stripped():
    notebook = answered()
    for cell in notebook.cells:
        cell.metadata.clear()
        cell.id = "x" + cell.id
    return notebook


def changed(id, **data):
    notebook = answered(moment=WRONG_MOMENT)
    by_id(notebook, id).metadata.nbgrader.update(data)
    return notebook


def swapped():
    notebook = answered()
    moment, step = by_id(notebook, "moment"), by_id(notebook, "step")
    moment.metadata, step.metadata = step.metadata, moment.metadata
    moment.id, step.id = step.id, moment.id
    return notebook


def tagged():
    notebook = answered(moment=WRONG_MOMENT)
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]
        if cell.cell_type == "code":
            cell.outputs = [
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": "4.0"},
                    "metadata": {},
                    "execution_count": 1,
                }
            ]
    return notebook


def solved_inside_the_test():
    notebook = answered(moment=WRONG_MOMENT)
    by_id(notebook, "moment_test").source = "4.0"
    return notebook


def odd_types():
    notebook = json.loads(json.dumps(answered()))
    notebook["metadata"] = ["not", "a", "dict"]
    notebook["cells"][3]["source"] = notebook["cells"][3]["source"].splitlines(keepends=True)
    notebook["cells"] += [None, 7, {"cell_type": ["x"], "source": {}, "metadata": 3, "id": 5}]
    notebook["cells"][0]["metadata"] = {"nbgrader": "yes"}
    notebook["nbformat"] = "4"
    return notebook


def old_format():
    cells = [
        {"cell_type": cell.cell_type, "input": cell.source, "source": cell.source, "metadata": {}}
        for cell in answered().cells
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


HALF = RIGHT_MOMENT.replace("beta1 * M", "0.9 * M").replace("1 - beta1", "0.1")
ZERO_MOMENT = {"moment_test": 0.0, "step_test": 2.0}
SUBMISSIONS = {
    "right": (answered(), FULL),
    "wrong": (answered(moment=WRONG_MOMENT), ZERO_MOMENT),
    "partly right": (answered(moment=HALF), {"moment_test": 2.0, "step_test": 2.0}),
    "duplicated cells": (duplicated(), FULL),
    "stub below the answer": (stub_below(), FULL),
    "tests deleted": (without("moment_test", "step_test"), FULL),
    "set-up deleted": (without("setup", "rate"), FULL),
    "answer deleted": (without("moment"), ZERO_MOMENT),
    "answers merged": (merged(), FULL),
    "answers merged into the last": (merged_into_the_last(), FULL),
    **{f"merged: {how}": (merged_otherwise(w), FULL) for how, w in WRITTEN_OTHERWISE.items()},
    **{f"answered: {how}": (answered(moment=w), FULL) for how, w in WRITTEN_OTHERWISE.items()},
    "below what is put aside": (answered(moment=AFTER_DATA + RIGHT_MOMENT), FULL),
    "below a mistake": (answered(moment=f"1 / 0\n{AFTER_DATA}{RIGHT_MOMENT}"), ZERO_MOMENT),
    "timed": (answered(moment="%%time\n" + RIGHT_MOMENT), FULL),
    "used and bound again": (used_and_wrapped(), FULL),
    "all metadata stripped": (stripped(), FULL),
    "ids swapped": (swapped(), FULL),
    "points raised": (changed("moment_test", points=100), ZERO_MOMENT),
    "flags flipped": (changed("moment_test", grade=False, solution=True), ZERO_MOMENT),
    "flags of an answer": (changed("moment", grade=True, points=9), ZERO_MOMENT),
    "newest schema": (changed("moment", schema_version=99), ZERO_MOMENT),
    "tags and old outputs": (tagged(), ZERO_MOMENT),
    "solved inside the test": (solved_inside_the_test(), ZERO_MOMENT),
    "odd types": (odd_types(), FULL),
    "old format": (old_format(), FULL),
    "loop": (answered(more=["while True: pass"]), FULL),
    "exit": (answered(more=["import os\nos._exit(0)"]), FULL),
    "quit()": (answered(more=["quit()", "exit()"]), FULL),
    "error in between": (answered(more=["1 / 0", "undefined"]), FULL),
    "warning": (answered(more=["import warnings\nwarnings.warn('x')"]), FULL),
    "syntax error": (answered(moment="def first_moment(:\n"), ZERO_MOMENT),
    "magics": (answered(more=["%matplotlib inline\n%timeit -n1 -r1 1", "%%bash\nls", "!ls"]), FULL),
    "input()": (answered(more=["input('name?')"]), FULL),
    "await": (answered(more=["import asyncio\nawait asyncio.sleep(0.01)"]), FULL),
    "figure": (
        answered(more=["import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"]),
        FULL,
    ),
    "lone surrogate": (answered(more=['"\\ud800"', "print('\\udfff')"]), FULL),
    "ümläut 学生": (answered(why="学生 über α"), FULL),
    "numpy.float64": (answered(more=["import numpy as np\nnp.float64(2.0)"]), FULL),
    "with a byte order mark": (b"\xef\xbb\xbf" + json.dumps(answered()).encode(), FULL),
    "UTF-16": (json.dumps(answered(why="ü"), ensure_ascii=False).encode("utf-16"), FULL),
}
# What cannot be read waits for a person, with a line that says so.
UNREADABLE = {
    "broken JSON": json.dumps(answered()).encode()[:-500],
    "empty file": b"",
    "a word document": b"PK\x03\x04" + bytes(range(256)) * 10,
    "a list": b"[1, 2, 3]",
    "no cells": b'{"metadata": {}}',
    "deep": b"[" * 100_000,
    "huge number": b'{"cells": ' + b"1" * 10_000 + b"}",
}


@pytest.fixture(scope="module")
def batch(make_course):
    course = make_course()
    for student, (notebook, _) in SUBMISSIONS.items():
        course.hand_in(student, notebook)
    for student, data in UNREADABLE.items():
        course.hand_in(student, data)
    course.hand_in("misnamed", answered(), name="moments (1) final.ipynb")
    folder = course.hand_in("linked", None)
    source = course.root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    os.symlink(source, folder / f"{ASSIGNMENT}.ipynb")
    folder = course.hand_in("linked data", answered())
    os.symlink(course.root / "gradebook.db", folder / "data.csv")
    helper = b"def first_moment(M, G, beta1=0.9):\n    return beta1 * M + (1 - beta1) * G\n"
    uses = "from helper import first_moment\nassert open('data.csv').read() == '1,2'"
    files = {"helper.py": helper, "data.csv": b"1,2", "numpy.py": b"raise SystemExit"}
    course.hand_in("with files", answered(moment=uses), **files)
    course.done = course.grade()
    return course


def decided(marks):
    return {name: marks[name] for name in FULL}


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_the_mark_is_what_the_work_deserves(student, batch):
    assert decided(batch.marks(student)) == SUBMISSIONS[student][1]


@pytest.mark.parametrize("student", UNREADABLE)
def test_what_cannot_be_read_waits_for_a_person(student, batch):
    assert decided(batch.marks(student)) == {"moment_test": None, "step_test": None}
    assert f"{student}, {ASSIGNMENT}: What was handed in" in batch.done.log


def test_the_whole_batch_succeeds(batch):
    assert batch.done.success, batch.done.log


def test_a_wrong_file_name_costs_nothing(batch):
    assert decided(batch.marks("misnamed")) == FULL
    assert "misnamed: 'moments (1) final.ipynb' was taken for 'moments.ipynb'" in batch.done.log


def test_a_link_to_the_instructors_notebook_is_worth_nothing(batch):
    assert set(decided(batch.marks("linked")).values()) == {0.0}
    assert "linked: 'moments.ipynb' was a link" in batch.done.log


def test_a_link_to_the_gradebook_copies_nothing(batch):
    assert decided(batch.marks("linked data")) == FULL
    assert not (batch.root / "autograded" / "linked data" / ASSIGNMENT / "data.csv").exists()


def test_files_beside_the_notebook_are_there(batch):
    assert decided(batch.marks("with files")) == FULL


def test_what_is_put_aside_says_so_where_it_is_printed(batch):
    batch.hand_in("printing", answered(more=["import mlpteach as mt\nprint('X:', mt.datasets)"]))
    batch.grade("printing")
    [said] = batch.graded("printing").cells[-1].outputs
    assert said.text == "X: (not run while grading)\n"


def notes_on(batch, student):
    return batch.graded(student).metadata["mlpteach"]["notes"]


@pytest.mark.parametrize("how", WRITTEN_OTHERWISE)
def test_a_function_found_in_another_cell_is_not_missed(how, batch):
    assert notes_on(batch, f"merged: {how}") == []


def test_what_is_missing_is_said_in_one_line(batch):
    notebook = without("moment", "step", "why")
    notebook.cells.append(new_code_cell("if True:\n" + textwrap.indent(RIGHT_STEP, "    ")))
    batch.hand_in("torn", notebook)
    batch.grade("torn")
    assert decided(batch.marks("torn")) == ZERO_MOMENT
    assert notes_on(batch, "torn") == [
        "These cells were missing and put back without an answer: 'moment', 'why'."
    ]


def test_what_is_for_whoever_marks_is_not_in_the_feedback(batch, monkeypatch):
    monkeypatch.setitem(CHECKS, "step_test", dataclasses.replace(CHECKS["step_test"], run=_fails))
    batch.hand_in("two readers", answered(more=["import os\nos._exit(0)"]))
    batch.grade("two readers")
    shown = "".join(cell.source for cell in batch.graded("two readers").cells)
    assert "The check 'step_test' failed (KeyError: 'x'): mark it by hand." in shown
    page = batch.feedback("two readers")
    assert "mark this cell by hand" not in page
    assert "A cell was left out" in page


ASKS_A_NAME = {
    "no name": ("def my_name():\n    return None", "No name given: my_name() returned no text"),
    "no function": ("1 / 0", "No name given: my_name() returned no text"),
    "another's": ("def my_name():\n    return 'Ann'", "Answered with the numbers of 'Ann'"),
    "ann-lee": ("def my_name():\n    return 'Ann Lee'", None),
}


@pytest.mark.parametrize("student", ASKS_A_NAME)
def test_a_quiz_without_the_students_name_is_to_be_looked_at_once(student, batch, monkeypatch):
    source, said = ASKS_A_NAME[student]
    for id, check in list(CHECKS.items()):
        monkeypatch.setitem(
            CHECKS, id, dataclasses.replace(check, functions=("my_name",), run=_ask_the_name)
        )
    batch.hand_in(student, answered(more=[source]))
    batch.grade(student)
    notes = batch.graded(student).metadata["mlpteach"]["for_staff"]
    assert len(notes) == (said is not None)
    assert all(note.startswith(said) for note in notes)


def _fails(rng):
    raise KeyError("x")
    yield


def _ask_the_name(rng):
    reply = yield Call("my_name")
    return Verdict(0.0, "", answered_as=reply.value or "")


def test_an_unanswered_question_is_told_from_an_answered_one(batch):
    assert batch.marks("ümläut 学生")["why"] is None
    batch.hand_in("silent", answered(why="YOUR ANSWER HERE"))
    batch.grade("silent")
    assert batch.marks("silent")["why"] == 0


def test_a_written_answer_without_its_metadata_is_found(batch):
    notebook = stripped()
    batch.hand_in("written", notebook)
    batch.grade("written")
    assert by_id(batch.graded("written"), "why").source == "Because of noise."


def test_a_script_in_an_answer_is_read_not_run(batch):
    notebook = answered(
        why="<script>alert(1)</script> a<b",
        more=[
            "from IPython.display import HTML, Javascript, display\n"
            "display(HTML('<script>alert(2)</script>'), Javascript('alert(3)'))\nprint('<script>4')"
        ],
    )
    notebook.cells += [new_markdown_cell("<img src=x onerror=alert(5)>"), new_code_cell("'<b>'")]
    batch.hand_in("script", notebook)
    batch.grade("script")
    page = batch.feedback("script")
    assert "<script>alert" not in page
    assert "<script>4" not in page
    assert "<img src=x" not in page
    kinds = {
        k
        for c in batch.graded("script").cells
        for o in c.get("outputs", [])
        for k in o.get("data", {})
    }
    assert kinds <= {"text/plain", "image/png"}


def test_feedback_is_read_without_scrolling_aside_and_made_without_warnings(batch, monkeypatch):
    message = "M differs first at update k = 3. " * 9
    wordy = dataclasses.replace(CHECKS["moment_test"], run=lambda rng: _say(message))
    monkeypatch.setitem(CHECKS, "moment_test", wordy)
    batch.hand_in("wordy", answered())
    batch.grade("wordy")
    [said, _] = by_id(batch.graded("wordy"), "moment_test").outputs
    assert said.text.split() == message.split()
    assert max(map(len, said.text.splitlines())) < 100
    done = batch.run("generate_feedback", ASSIGNMENT, "wordy", force=True)
    assert done.success
    assert "WARNING" not in done.log


def _say(message):
    yield Call("first_moment", (np.ones(2), np.ones(2)))
    return Verdict(0.0, message)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JavaScript\\:alert(1)", "java&amp;#115cript:x", "vbscript&colon;x"],
)
def test_a_link_in_an_answer_is_no_script(link, batch):
    from nbconvert.filters import markdown2html

    batch.hand_in("link", answered(why=f"[my figure]({link}) and $a &= b$"))
    batch.grade("link")
    page = markdown2html(by_id(batch.graded("link"), "why").source)
    assert not re.search(r'href="\s*(java|vb)script:', page, re.IGNORECASE)
    assert "$a &amp;= b$" in page


def test_other_files_beside_the_same_notebook_meet_other_inputs(batch, monkeypatch):
    met = []

    def noting(*parts):
        met.append(parts)
        return generator(*parts)

    monkeypatch.setattr(verdicts, "generator", noting)
    for content in (b"table = 1", b"table = 2", b"table = 2"):
        batch.hand_in("again", answered(), **{"helper.py": content})
        batch.grade("again")
    first, second, third = (met[i] for i in (0, 2, 4))
    assert first != second
    assert second == third


def test_a_mark_given_by_hand_survives_a_second_grading(batch):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{batch.root}/gradebook.db", "course") as book:
        grade = book.find_grade("why", ASSIGNMENT, ASSIGNMENT, "right")
        grade.manual_score = 2.5
        book.db.commit()
    batch.grade("right")
    with Gradebook(f"sqlite:///{batch.root}/gradebook.db", "course") as book:
        assert book.find_grade("why", ASSIGNMENT, ASSIGNMENT, "right").manual_score == 2.5
        assert book.find_submission(ASSIGNMENT, "right").score == 8.5
