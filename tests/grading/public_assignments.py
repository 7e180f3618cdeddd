"""Assignments of other public courses, retyped in short: their kinds of tests, none of their text.

Each has four hand-ins: a right, a wrong, an odd and an empty one. All are notebooks of one
assignment, as `benchmarks/same_marks.py` grades it by stock nbgrader and by mlpteach.
"""

import json
import pickle
import sqlite3
from dataclasses import dataclass

HAND_INS = ("right", "wrong", "odd", "empty")


@dataclass(frozen=True)
class Public:
    """One notebook.

    Attributes
    ----------
    source : str
        The repository, and the assignment's path in it.
    cells : list of tuple
        (kind, grade id, points, text) as in the source; a given cell has no grade id.
    answers : dict of str to dict
        Hand-in -> grade id -> answer; what is not in it stays as it was released.
    """

    source: str
    cells: list
    answers: dict


def stub(head, body, foot=""):
    """Return an answer's cell: the solution's lines between nbgrader's marks."""
    lines = [head, "    ### BEGIN SOLUTION", *(f"    {line}" for line in body.split("\n"))]
    return "\n".join([*lines, "    ### END SOLUTION", *([foot] if foot else [])]).lstrip("\n")


# A database and a helper's package beside the notebook; the tests are hidden whole, and compare
# with what the solution once pickled.
_QUERIES = {
    "q1": "SELECT name FROM animal ORDER BY name",
    "q2": "SELECT kind, COUNT(*) AS many FROM animal GROUP BY kind HAVING COUNT(*) > 1",
}
_ROWS = [("Ada", "owl"), ("Bo", "cat"), ("Cy", "owl")]
_HELPER = """
import pickle


class Test:
    def run_test(self, thing, name, flag=None):
        with open(f"test_obj/{name}.pkl", "rb") as file:
            assert thing == pickle.load(file), flag
"""


def _hidden(query):
    return (
        "# PUT ALL WORK ABOVE THIS CELL\n### BEGIN HIDDEN TESTS\n"
        "from test_scripts.test_class import Test\n"
        f"cursor = cnx.execute({query})\n"
        f"Test().run_test([column[0] for column in cursor.description], '{query}_columns')\n"
        f"Test().run_test(cursor.fetchall(), '{query}', 'the rows differ')\n### END HIDDEN TESTS"
    )


def _asked(query):
    return f"### BEGIN SOLUTION\n{query} = '''{_QUERIES[query]}'''\n### END SOLUTION"


SQL = Public(
    source="learn-co-students/011121-sql, index.ipynb",
    cells=[
        ("given", "", 0, "import sqlite3\ncnx = sqlite3.connect('data/zoo.db')"),
        ("answer", "q1", 0, _asked("q1")),
        ("test", "q1_test", 2, _hidden("q1")),
        ("answer", "q2", 0, _asked("q2")),
        ("test", "q2_test", 3, _hidden("q2")),
        ("written", "why", 2, "Why is there no third row?"),
    ],
    answers={
        "right": {**{id: f"{id} = {text!r}" for id, text in _QUERIES.items()}, "why": "One cat."},
        "wrong": {"q1": "q1 = 'SELECT name FROM animal ORDER BY name DESC'", "q2": "q2 = 'SELECT'"},
        # The first answer is right, and the second one takes what the tests ask.
        "odd": {
            "q1": f"q1 = {_QUERIES['q1']!r}",
            "q2": "q2 = 'DROP TABLE animal'\ncnx.execute(q2)",
        },
    },
)


def _beside():
    """Return what lies beside all notebooks: relative path -> bytes."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE animal (name TEXT, kind TEXT)")
    database.executemany("INSERT INTO animal VALUES (?, ?)", _ROWS)
    database.commit()
    files = {"test_scripts/test_class.py": _HELPER.encode(), "data/zoo.db": database.serialize()}
    for name, query in _QUERIES.items():
        cursor = database.execute(query)
        columns = [column[0] for column in cursor.description]
        files[f"test_obj/{name}_columns.pkl"] = pickle.dumps(columns)
        files[f"test_obj/{name}.pkl"] = pickle.dumps(cursor.fetchall())
    database.close()
    rows = [f"{user},{10 * user},2021-08-{day:02}" for user, day in enumerate(range(1, 21))]
    files["data_original/interactions.csv"] = "\n".join(["user,item,day", *rows]).encode()
    return files


# Assertions in loops, hidden tests that define the names of the given ones again, a last line
# below the solution, tasks beside tests.
_NEWTON = "def newton(f, slope, x, eps=1e-9, most=100):"
_NEWTON_BODY = """it = 0
while abs(f(x)) > eps and it < most:
    x, it = x - f(x) / slope(x), it + 1
return x, it"""
_SYSTEM = "def newton_system(F, J, X, most=50):"
_SYSTEM_BODY = "for it in range(most):\n    X = X - np.linalg.solve(J(X), F(X))"
NEWTON = Public(
    source="219project/num_meth_nbgrader, TestCourse/source/newton_iter",
    cells=[
        ("locked", "imports", 0, "import matplotlib.pyplot as plt\nimport numpy as np"),
        ("answer", "newton", 0, stub(_NEWTON, _NEWTON_BODY).replace("### ", "###")),
        ("test", "newton_test", 5, """from math import exp, log
from numpy.testing import assert_allclose
for x0 in (4, -4):
    xx, nit = newton(lambda x: x**2 - 1, lambda x: 2.0 * x, x0)
    assert_allclose(xx, np.sign(x0), atol=1e-5)
    assert nit < 10
### BEGIN HIDDEN TESTS
xx, nit = newton(lambda x: exp(x) - 2, exp, 4, eps=1e-10)
assert_allclose(xx, log(2), atol=1e-10)
### END HIDDEN TESTS"""),
        ("task", "plot", 5, "### Plot the error."),
        ("given", "", 0, "### your code"),
        ("answer", "system", 0, stub(_SYSTEM, _SYSTEM_BODY, "    return X, it")),
        ("test", "system_test", 4, """def func(X):
    return np.array([X[0] ** 2 - 4, X[0] + X[1]])
def jac(X):
    return np.array([[2 * X[0], 0.0], [1.0, 1.0]])
assert_allclose(newton_system(func, jac, np.array([3.0, 1.0]))[0], [2, -2], atol=1e-5)
### BEGIN HIDDEN TESTS
def func(X):
    return np.array([X.sum() - 3, X[0] - X[1], X[2] - 1])
def jac(X):
    return np.array([[1.0, 1, 1], [1, -1, 0], [0, 0, 1]])
assert_allclose(newton_system(func, jac, np.zeros(3))[0], [1, 1, 1])
### END HIDDEN TESTS"""),
    ],
    answers={
        "right": {"newton": stub(_NEWTON, _NEWTON_BODY),
                  "system": stub(_SYSTEM, _SYSTEM_BODY, "    return X, it")},
        "wrong": {"newton": f"{_NEWTON}\n    return x, 0",
                  "system": f"{_SYSTEM}\n    return np.array([2.0, -2.0]), 1"},
        "odd": {"newton": f"{_NEWTON}\n    return newton(f, slope, x)",
                "system": f"{_SYSTEM}\n    return np.linalg.solve(np.zeros((2, 2)), F(X)), 0"},
    },
)  # fmt: skip

# A seed in a given cell, `pytest.raises` in a test, marks of a solution at a loop's left, so that
# the released cell is no Python.
_MATRIX = "def design_matrix(x, m):"
_MATRIX_BODY = "return np.column_stack([np.asarray(x, float) ** k for k in range(m)])"
_FIT = """def lsq(x, y, m):
    if len(x) != len(y):
        raise ValueError("Expect paired data.")"""
_FIT_BODY = """a = design_matrix(x, m)
return np.polynomial.Polynomial(np.linalg.solve(a.T @ a, a.T @ y))"""
LEAST_SQUARES = Public(
    source="219project/num_meth_nbgrader, TestCourse/source/LSQ",
    cells=[
        ("locked", "data", 0, """import numpy as np
x = np.linspace(-1, 3, 15)
rng = np.random.default_rng(123)
y = x**3 + rng.uniform(size=len(x))
x += 0.1 * rng.uniform(size=len(x))"""),
        ("answer", "matrix", 0, stub(_MATRIX, _MATRIX_BODY)),
        ("test", "matrix_test", 1, "for m in (3, 11):\n"
         "    assert design_matrix(x, m).shape == (len(x), m)"),
        ("answer", "fit", 0, stub(_FIT, _FIT_BODY)),
        ("test", "fit_test", 3, """import pytest
with pytest.raises(ValueError):
    lsq([1, 2, 3], [1, 2], m=1)
p = lsq(x, y, m=4)
assert len(p(x)) == len(x) and np.ptp(p(x) - y) < np.ptp(lsq(x, y, m=2)(x) - y)"""),
        ("answer", "printed", 0, "for m in range(1, 10):\n### BEGIN SOLUTION\n"
         "    a = design_matrix(x, m)\n    print(m, np.linalg.cond(a), np.linalg.cond(a.T @ a))\n"
         "### END SOLUTION"),
        ("test", "printed_test", 1, """# keep it intact
### BEGIN HIDDEN TESTS
from numpy.testing import assert_allclose
assert m == 9
for m in range(1, 6):
    a = design_matrix(x, m)
    assert_allclose(np.linalg.cond(a) ** 2, np.linalg.cond(a.T @ a), rtol=1e-2)
### END HIDDEN TESTS"""),
        ("manual", "figure", 2, "# Draw the polynomials"),
    ],
    answers={
        "right": {"matrix": stub(_MATRIX, _MATRIX_BODY), "fit": stub(_FIT, _FIT_BODY),
                  "printed": "for m in range(1, 10):\n    print(m)",
                  "figure": "import matplotlib.pyplot as plt\nplt.plot(x, lsq(x, y, 4)(x))"},
        "wrong": {"matrix": f"{_MATRIX}\n    return np.zeros((len(x), 3))",
                  "fit": "def lsq(x, y, m):\n    return lambda x: x"},
        # A warning while the test runs, an exit out of it, and a loop variable of another type.
        "odd": {"matrix": f"{_MATRIX}\n    np.log(np.zeros(1))\n    {_MATRIX_BODY}",
                "fit": f"{_FIT}\n    raise SystemExit", "printed": "m = np.float64(9)"},
    },
)  # fmt: skip

# Tests that define themselves and run at once, with pictograms; exceptions that must be raised;
# a measure of memory and time; a discussion in a code cell; everything once more at the end.
_TENSOR = """class Tensor:
    def __init__(self, data):
        self.data = np.array(data)

    def __add__(self, other):
        {}

    def __matmul__(self, other):
        {}"""
_TENSOR_STUB = _TENSOR.format(*(f"### BEGIN SOLUTION\n        {line}\n        ### END SOLUTION"
    for line in ("return Tensor(self.data + other.data)",
                 "if self.data.shape[-1] != other.data.shape[0]:\n"
                 "            raise ValueError('Inner dimensions must match')\n"
                 "        return Tensor(self.data @ other.data)")))  # fmt: skip
_TENSOR_WRONG = _TENSOR.format("return self", "return Tensor(self.data @ other.data)")
_TENSOR_ODD = _TENSOR.format(
    "import warnings\n        warnings.warn('slow')\n        return Tensor(self.data + other.data)",
    "raise SystemExit('Inner')",
)
TENSOR = Public(
    source="MLSysBook/TinyTorch, assignments/source/01_tensor",
    cells=[
        ("given", "", 0, "#| default_exp core.tensor\n\n#| export\nimport sys\nimport time\n"
         "import tracemalloc\nimport numpy as np\nsys.path.append('../..')"),
        ("answer", "tensor-class", 0, _TENSOR_STUB),
        ("test", "test-add", 10, """def test_unit_add():
    \"\"\"🧪 Test addition.\"\"\"
    print("🔬 Unit Test: Addition...")
    np.random.seed(0)
    a, b = np.random.rand(2, 3, 4)
    assert np.array_equal((Tensor(a) + Tensor(b)).data, a + b), "sums differ"
    print("✅ right\\n" * 3000)

test_unit_add()"""),
        ("test", "test-matmul", 10, """def test_unit_matmul():
    try:
        Tensor(np.ones((2, 3))) @ Tensor(np.ones((2, 3)))
        assert False, "Should have raised ValueError"
    except ValueError as e:
        assert "Inner" in str(e)
    print("✅")

test_unit_matmul()"""),
        ("given", "", 0, "def analyze():\n    tracemalloc.start()\n    start = time.time()\n"
         "    Tensor([0.0]) + Tensor([1.0])\n    peak = tracemalloc.get_traced_memory()[1]\n"
         "    tracemalloc.stop()\n    return {'seconds': time.time() - start, 'peak': peak}"),
        ("test", "test-analysis", 5, "def test_analysis():\n    results = analyze()\n"
         "    assert results['peak'] > 0 and results['seconds'] >= 0\n\ntest_analysis()"),
        ("manual", "question", 10, '"""\nWhy do shapes matter?\n\nYOUR ANALYSIS:\n"""\n'
         "### BEGIN SOLUTION\n# Errors are found early.\n### END SOLUTION"),
        ("test", "test-module", 10, "def test_module():\n    for test in (test_unit_add, "
         "test_unit_matmul):\n        test()\n    print('🎉')\n\n"
         "if __name__ == '__main__':\n    test_module()"),
    ],
    answers={
        "right": {"tensor-class": _TENSOR_STUB, "question": "'''They are a contract.'''"},
        "wrong": {"tensor-class": _TENSOR_WRONG},
        "odd": {"tensor-class": _TENSOR_ODD, "question": "raise ValueError('🤔"},
    },
)  # fmt: skip

# Data that a timed shell line fetches where there is a network, else those beside the notebook;
# answers that are statements; a model that one answer writes and a test reads.
_SPLIT = """last = max(row['day'] for row in rows)
test = [row for row in rows if last - row['day'] < timedelta(days=14)]
train = [row for row in rows if row not in test]"""
_MODEL = """class Popular:
    def fit(self, rows):
        self.items = [row['item'] for row in rows]
        return self

    def recommend(self, users, k):
        return {user: self.items[:k] for user in users}

import pickle
with open('model.pkl', 'wb') as file:
    pickle.dump(Popular().fit(train), file)"""
RECOMMENDER = Public(
    source="feldlime/nbgrader-itmo-recsys-2025-spring, nbgrader/app/source/hw_3",
    cells=[
        ("locked", "fetch", 0, "%%time\n\n!wget -q -t 1 -T 1 http://localhost:9/data.zip\n"
         "!rm -f data.zip"),
        ("locked", "read", 0, """import csv, os
from datetime import date, timedelta
path = os.environ.get("DATA_PATH")
if path is None:
    path = "data_original"
with open(os.path.join(path, "interactions.csv")) as file:
    rows = [{**row, "day": date.fromisoformat(row["day"])} for row in csv.DictReader(file)]
print(len(rows))
rows[:2]"""),
        ("answer", "split", 0, f"### BEGIN SOLUTION\n{_SPLIT}\n### END SOLUTION"),
        ("test", "split_test", 3, "assert isinstance(test, list) and len({r['day'] for r in test})"
         " == 14\n### BEGIN HIDDEN TESTS\n"
         "assert {'6', '19'}.issubset(r['user'] for r in test) and len(train) == 6\n"
         "### END HIDDEN TESTS"),
        ("answer", "model", 0, f"### BEGIN SOLUTION\n{_MODEL}\n### END SOLUTION"),
        ("test", "model_test", 4, """%%time
with open('model.pkl', 'rb') as file:
    model = pickle.load(file)
recommended = model.recommend(['a', 'b'], 3)
assert all(len(set(items)) == 3 for items in recommended.values()), \\
    'three items each'
### BEGIN HIDDEN TESTS
assert recommended != test
### END HIDDEN TESTS"""),
    ],
    answers={
        "right": {"split": _SPLIT, "model": _MODEL},
        "wrong": {"split": _SPLIT.replace("< timedelta", "<= timedelta"),
                  "model": _MODEL.replace("[:k]", "[:k - 1]")},
        "odd": {"split": "%%capture\ntest = rows[6:]\ntrain = rows[:6]",
                "model": "import pickle\nopen('model.pkl', 'wb').write(b'nothing')"},
    },
)  # fmt: skip

# What a kernel's cells share beyond their names; from no single course.
_LATER = "async def later():\n    await asyncio.sleep(0.01)\n    return 2"
KERNEL = Public(
    source="asked of jupyter/notebook (issue 4312) and of many packages",
    cells=[
        ("given", "", 0, f"import asyncio\nimport io\nimport sys\nfrom decimal import *\n{_LATER}"),
        ("answer", "own", 0, "### BEGIN SOLUTION\nx = await later()\n### END SOLUTION"),
        ("test", "own_test", 1, "assert x == 2"),
        ("answer", "task", 0, "### BEGIN SOLUTION\ntask = asyncio.create_task(later())\n"
         "getcontext().prec = 50\n### END SOLUTION"),
        ("given", "", 0, "await asyncio.sleep(0.1)"),
        ("test", "task_test", 1, "assert task.done() and asyncio.get_running_loop()"),
        ("test", "digits_test", 1, "assert len(str(Decimal(1) / 3)) == 52"),
        ("answer", "asked", 0, "### BEGIN SOLUTION\ntry:\n    name = input()\n"
         "except Exception as error:\n    name = type(error).__name__\n### END SOLUTION"),
        ("test", "asked_test", 1, "assert name == 'StdinNotImplementedError'"),
        ("given", "", 0, "kept, sys.stdout = sys.stdout, io.StringIO()"),
        ("answer", "print", 0, "### BEGIN SOLUTION\nprint('hello')\n### END SOLUTION"),
        ("test", "print_test", 1, "text, sys.stdout = sys.stdout.getvalue(), kept\n"
         "assert text == 'hello\\n' and sys.stdout.fileno() > 0"),
        ("test", "quiet_test", 1, "assert True"),
    ],
    answers={
        "right": {"own": "x = await later()", "print": "print('hello')",
                  "task": "getcontext().prec = 50\ntask = asyncio.create_task(later())",
                  "asked": "try:\n    name = input()\n"
                           "except Exception as error:\n    name = type(error).__name__"},
        # A loop of one's own: it is refused, as is whatever waits for one.
        "wrong": {"own": "x = asyncio.run(later())",
                  "task": "task = asyncio.get_event_loop().run_until_complete(later())",
                  "asked": "loop = asyncio.new_event_loop()\nloop.run_until_complete(later())",
                  "print": "with asyncio.Runner() as runner:\n    print(runner.run(later()))"},
        "odd": {"own": "try:\n    x = asyncio.run(later())\nexcept RuntimeError:\n"
                       "    x = await later()",
                "task": "task = asyncio.ensure_future(later())\nasyncio.get_event_loop()"
                        ".call_soon(setattr, getcontext(), 'prec', 50)",
                "asked": "import builtins\nbuiltins.input = lambda: 'StdinNotImplementedError'\n"
                         "name = input()",
                "print": "sys.stdout.write('hello')\nprint('!', file=sys.stderr)"},
    },
)  # fmt: skip

ALL = {
    "sql": SQL,
    "newton": NEWTON,
    "least_squares": LEAST_SQUARES,
    "tensor": TENSOR,
    "recommender": RECOMMENDER,
    "kernel": KERNEL,
}


def write(folder):
    """Write the source of an assignment of all notebooks."""
    for name, content in _beside().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    for name, public in ALL.items():
        write_source(folder / f"{name}.ipynb", public.cells)


def write_source(path, cells):
    """Write a source as nbformat 4.4 has it, of cells as a `Public` has them."""
    about = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [_cell(*cell) for cell in cells], "metadata": {"kernelspec": about}}
    path.write_text(json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 4}))


def _cell(kind, grade_id, points, text):
    code = kind not in ("written", "task")
    made = {"cell_type": "code" if code else "markdown", "metadata": {}, "source": text}
    if kind != "given":
        made["metadata"]["nbgrader"] = {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": kind in ("test", "manual", "written"),
            "solution": kind in ("answer", "manual", "written"),
            "locked": kind in ("test", "locked", "task"),
            "task": kind == "task",
            **({} if kind in ("answer", "locked") else {"points": points}),
        }
    return made | ({"outputs": [], "execution_count": None} if code else {})


def answer(path, hand_in):
    """Write a hand-in's answers into a released notebook."""
    notebook = json.loads(path.read_text())
    answers = ALL[path.stem].answers.get(hand_in, {})
    for cell in notebook["cells"]:
        cell["source"] = answers.get(
            cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"]
        )
    path.write_text(json.dumps(notebook))
