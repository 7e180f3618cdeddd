"""The package as a whole: what importing it costs, its rules of style, and what is installed."""

import ast
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from benchmarks.engine import importing

import mlpteach
from mlpteach.player.page_source import LOADER, MODULE
from mlpteach.site import page_source

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [
    path
    for folder in ("lectures", "exercises")
    for path in sorted((ROOT / folder).rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts
]


def run(*command):
    """Return what a command prints; where it fails, show everything it said."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    return done.stdout


def python(*arguments):
    return run(sys.executable, *arguments)


ENGINE = sorted(
    set(mlpteach.__all__) - {"dashboards", "exercise", "player", "quiz", "views"}
)  # the others may load widgets and pictures


@pytest.mark.parametrize(
    "code", ["import mlpteach.cli", f"from mlpteach import {', '.join(ENGINE)}"]
)
def test_the_engine_loads_numpy_only(code):
    top_level = "sorted({name.partition('.')[0] for name in sys.modules})"
    loaded = set(python("-c", f"import sys; {code}; print(*{top_level})").split())
    numpy_alone = set(python("-c", f"import sys, numpy; print(*{top_level})").split())
    ours = {name for name in loaded - numpy_alone if name not in sys.stdlib_module_names}
    assert ours == {"mlpteach"}


def test_importing_loads_no_part_before_it_is_asked_for():
    code = "import sys, mlpteach; print(*(name for name in sys.modules if 'mlpteach' in name))"
    assert python("-c", code).split() == ["mlpteach"]


def test_loading_the_engine_takes_little_of_what_numpy_takes():
    *_, over_numpy = importing(repeats=5)
    assert over_numpy.kept, over_numpy


def test_every_public_name_is_found_and_typed_where_it_is_loaded_from():
    tree = ast.parse((ROOT / "mlpteach" / "__init__.py").read_text(encoding="utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    homes = {name.name: one.module for one in typed.body for name in one.names}
    assert sorted(homes) == sorted(mlpteach.__all__) == dir(mlpteach)
    for name, home in homes.items():
        expected = getattr(importlib.import_module(home), name, None)
        assert getattr(mlpteach, name) is (expected or sys.modules[f"{home}.{name}"])


def test_the_version_stands_in_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["hatch"]["version"]["path"] == "mlpteach/__init__.py"
    assert version("mlpteach") == mlpteach.__version__, (
        "install the package again: pip install -e ."
    )


def test_ruff_finds_nothing():
    python("-m", "ruff", "check", "--no-cache", ".")


def test_ruff_would_not_reformat_anything():
    python("-m", "ruff", "format", "--no-cache", "--check", ".")


# Types: what an editor knows of the public face.


@pytest.fixture(scope="module")
def check_types(tmp_path_factory):
    """A function that runs mypy; what it has learned is kept from test to test."""
    cache = tmp_path_factory.mktemp("mypy")
    return lambda *paths: python("-m", "mypy", "--cache-dir", str(cache), *map(str, paths))


def test_mypy_finds_nothing(check_types):
    check_types()
    assert (ROOT / "mlpteach" / "py.typed").is_file()


KNOWN_TYPES = {
    "trace[0].M.W[2]": "FloatArray",
    "trace[0].before.b[1]": "FloatArray",
    "trace[-1].after.flat": "FloatArray",
    "trace[0].sensitivity[1]": "FloatArray",
    "trace[0].A[3]": "FloatArray",
    "trace[1:3]": "list[mt.Step]",
    "trace.epoch(7).loss": "float",
    'trace.history["loss"]': "FloatArray",
    'trace.gather("before")["before"]': "FloatArray",
    "trace.diverged": "mt.Divergence | None",
    "trace.network().W[1]": "FloatArray",
    'mt.descend(lambda x: (float(x @ x), 2 * x), [3.0], rule="gd")[-1].rho.flat': "FloatArray",
    "net.outputs(X)": "FloatArray",
    "net.accuracy(X, [0, 1])": "float",
    "mt.gradient_check(net, X, [0, 1]).passed": "bool",
    'mt.rule("adam", eta=0.01)': "Rule",
    'mt.RULES["adam"].forms["paper"].differs': "str",
    'mt.ACTIVATIONS["relu"].derivative(X)': "FloatArray",
    'mt.LANDSCAPES["beale"](X)': "tuple[float, FloatArray]",
    'mt.schedule("cooling", eps=0.1)': "Schedule",
    "mt.datasets.moons()": "tuple[FloatArray, IntArray]",
    'mt.compare(trace, "adam")': "mt.Difference | mt.Undecided | None",
    'mt.Cursor(trace).back("line").value.flat': "FloatArray",
    "mt.own_cost(lambda Y, A: abs(A - Y))": "Loss",
    "mt.dashboards.adam(epochs=1)": "mt.player.Player",
    "mt.dashboards.race().trace": "mt.Trace | None",
    "mt.dashboards.race().show": "mt.views.Show",
    'mt.player.Slider("eta", "η", 0.1, 1.0).check(0.5)': "float",
    'mt.quiz.ask("gd_step").right': "bool | None",
    'mt.quiz.QUESTIONS["gd_step"]': "mt.quiz.Question",
    'mt.exercise.check("v2_one_instance", abs)': "float",
}
SCRIPT = """
from typing import assert_type

import numpy as np

import mlpteach as mt
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.rules import Rule
from mlpteach.tables.losses import Loss
from mlpteach.tables.schedules import Schedule

X = np.zeros((2, 2))
net = mt.MLP((2, 3, 1), hidden=np.tanh, seed=1)
trace = mt.train(net, X, [0, 1], rule="adam", schedule=lambda eta, k: eta / k)
"""


def test_an_editor_knows_the_types(check_types, tmp_path):
    script = tmp_path / "script.py"
    asserted = [f"assert_type({code}, {known})" for code, known in KNOWN_TYPES.items()]
    script.write_text(SCRIPT + "\n".join(asserted), encoding="utf-8")
    check_types("--strict", script)


@pytest.mark.parametrize(
    ("code", "found"),
    {
        "mt.trian": 'Module has no attribute "trian"',
        "mt.quiz.asks": 'Module has no attribute "asks"',
        'mt.train("net", X, [0, 1])': 'expected "MLP"',
        'mt.dashboards.adam(epochs="3")': 'expected "int"',
        "assert_type(trace[0].M.W[2], float)": "Expression is of type",
    }.items(),
)
def test_an_editor_finds_mistakes(check_types, tmp_path, code, found):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + code, encoding="utf-8")
    with pytest.raises(pytest.fail.Exception, match=found):
        check_types(script)


def functions_of(given):
    """Yield what is called: a function, or a class's own methods that people call."""
    if inspect.isfunction(given):
        yield given
    elif inspect.isclass(given) and given.__module__.startswith("mlpteach"):
        for name, member in vars(given).items():
            function = member.fget if isinstance(member, property) else member
            if inspect.isfunction(function) and not name.startswith("_"):
                yield function


def test_the_public_face_is_annotated():
    modules = [mlpteach, *(getattr(mlpteach, name) for name in mlpteach.__all__)]
    modules = [module for module in modules if inspect.ismodule(module)]
    public = {
        f"{module.__name__}.{name}": getattr(module, name)
        for module in modules
        for name in getattr(module, "__all__", ())
    }
    functions = {name: list(functions_of(given)) for name, given in public.items()}
    assert sum(map(len, functions.values())) > 100
    for name, several in functions.items():
        for function in several:
            signature = inspect.signature(inspect.unwrap(function))
            parameters = [p for p in signature.parameters.values() if p.name != "self"]
            known = [p.annotation for p in parameters] + [signature.return_annotation]
            assert signature.empty not in known, f"{name}: {function.__qualname__}{signature}"


# The page's JavaScript: the parts by themselves, and each module that a browser gets.


def lint_javascript(*paths):
    """Lint with rules of .oxlintrc.json; neither Node nor a network is needed."""
    oxlint = shutil.which("oxlint", path=sysconfig.get_path("scripts"))
    assert oxlint, "install the tests' packages: pip install -e '.[test]'"
    return run(oxlint, "--config", ".oxlintrc.json", *map(str, paths))


def saved_module(tmp_path):
    dashboard = mlpteach.dashboards.race(rules=["gd"], steps=2)
    page = dashboard.save_html(tmp_path / "saved.html").read_text("utf-8")
    return re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)[1]


MODULES = {
    "dashboard": lambda _: MODULE,
    "loader": lambda _: LOADER,
    "question": lambda _: mlpteach.quiz.QuestionWidget._esm,
    "saved page": saved_module,
    "site": lambda _: page_source.SITE,
    "start of the site": lambda _: page_source.START,
    "worker of the site": lambda _: page_source.WORKER,
    "kernel of the site": lambda _: page_source.KERNEL,
}


def test_javascript_parts_have_no_lint():
    parts = list((ROOT / "mlpteach").rglob("*.js"))
    assert f"on {len(parts)} files" in lint_javascript(*parts)


@pytest.mark.parametrize("name", MODULES)
def test_javascript_modules_have_no_lint(name, tmp_path):
    module = tmp_path / f"{name}.mjs"
    module.write_text(str(MODULES[name](tmp_path)), encoding="utf-8")
    lint_javascript(module)


def test_javascript_lint_finds_a_name_twice_and_a_name_that_is_nowhere(tmp_path):
    module = tmp_path / "module.mjs"
    for text, found in {
        "function f() {}\nfunction f() {}": "already been declared",
        "nowhere();": "no-undef",
        "const unused = 1;": "no-unused-vars",
    }.items():
        module.write_text(text)
        with pytest.raises(pytest.fail.Exception, match=found):
            lint_javascript(module)


def test_each_part_imports_only_what_it_may_know():
    lint_imports = "from importlinter.cli import lint_imports_command as main; main()"
    python("-c", lint_imports, "--no-cache")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_kept_without_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


def test_the_workflow_runs_what_ci_runs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert job["steps"][-1]["run"] == ".ci/run"
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_changelog_names_this_version():
    changelog = (ROOT / ".github/CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.*)$", changelog, re.MULTILINE)
    assert versions[:2] == ["Unreleased", mlpteach.__version__]


def test_the_readme_holds_each_command_once():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    install = "python3 -m venv .venv && .venv/bin/pip install -e"
    assert lines.count(f"{install} . && .venv/bin/mlpteach lecture") == 1
    # .ci/run finds the test command by this mark.
    marked = [line for line in lines if "[test]" in line]
    assert marked == [f'{install} ".[test]" && .venv/bin/pytest -n auto --dist loadfile']


# The wheel, as somebody without a clone has it.


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_everything_and_nothing_else(wheel):
    built = set(zipfile.ZipFile(wheel).namelist())
    tracked = {
        path.relative_to(ROOT).as_posix()
        for part in ("mlpteach", "lectures")
        for path in (ROOT / part).rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    expected = {re.sub("^lectures/", "mlpteach/_lectures/", name) for name in tracked}
    metadata = f"mlpteach-{mlpteach.__version__}.dist-info/"
    assert {name for name in built if not name.startswith(metadata)} == expected
    assert f"{metadata}licenses/mlpteach/LICENSE" in built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The environment of a process that sees the installed wheel rather than the clone."""
    target = tmp_path_factory.mktemp("installed")
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    python(*pip, str(wheel))
    home = str(tmp_path_factory.mktemp("home"))
    own = ["HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"]
    return os.environ | dict.fromkeys(own, home) | {"PYTHONPATH": str(target)}


def test_the_installed_command_serves_the_lectures(installed, tmp_path):
    target = Path(installed["PYTHONPATH"])
    script = target / "bin" / "mlpteach"
    command = [sys.executable, script, "lecture", "--no-browser", "--port", "0"]
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=installed, stdout=output, stderr=output, text=True
        )
    try:
        address, page, token = wait_for_address(server, log)
        listing = fetch(f"{address}/api/contents?token={token}")
        served = {item["name"] for item in json.loads(listing)["content"]}
        lab = fetch(f"{address}{page}?token={token}")
        settings = f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification"
        defaults = json.loads(fetch(f"{settings}?token={token}"))["schema"]["properties"]
    finally:
        server.terminate()
        try:
            code = server.wait(timeout=30)
        finally:
            server.kill()
    assert code == 0, log.read_text()
    lectures = sorted(path.name for path in (ROOT / "lectures").glob("*.ipynb"))
    assert lectures
    assert set(lectures) <= served
    assert page == f"/lab/workspaces/mlpteach-lecture/tree/{lectures[0]}"
    assert "jupyter-config-data" in lab
    assert defaults["fetchNews"]["default"] == "false"
    assert defaults["checkForUpdates"]["default"] is False
    assert (tmp_path / "mlpteach-lectures" / lectures[0]).is_file()


def wait_for_address(server, log, seconds=60):
    """Return the address, the page and the token that JupyterLab prints when it is ready."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)(/\S*)\?token=(\w+)", log.read_text())
        if found:
            return found.groups()
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()
