"""The README's table "to change X, open Y": every path exists, and each row is true."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest
from reference import rules_quadratic

import mlpteach as mt
from mlpteach.basics.notation import SYMBOLS
from mlpteach.exercise import differences, problem_sets, replies
from mlpteach.grading.class_feedback import write_feedback
from mlpteach.grading.cluster.coordinator import Coordinator
from mlpteach.grading.cluster.job_files import JobFiles
from mlpteach.grading.cluster.jobs import answer_job, write_job
from mlpteach.grading.deciding import ordinary_tests, own_exercise, read_rules, verdicts
from mlpteach.grading.deciding import rules as grading_rules
from mlpteach.grading.deciding.session import Session
from mlpteach.grading.grade import grade
from mlpteach.grading.gradebook.read_marks import read_marks
from mlpteach.grading.gradebook.record import record_batch, record_marks
from mlpteach.grading.gradebook.upkeep import Upkeep
from mlpteach.grading.isolation import bubblewrap, landlock_paths
from mlpteach.grading.pages.feedback_page import FeedbackExporter
from mlpteach.grading.pages.markdown import markdown_to_html
from mlpteach.player.core import Core
from mlpteach.player.page_source import MODULE, SAVED
from mlpteach.player.spec import describe_show
from mlpteach.player.stand_in import as_png, as_text
from mlpteach.quiz.kinds import KINDS
from mlpteach.quiz.question_files.read import read
from mlpteach.quiz.session import Session as QuizSession
from mlpteach.quiz.typed.characters import plain_characters
from mlpteach.quiz.typed.expression import parse
from mlpteach.quiz.typed.read_number import read_number
from mlpteach.quiz.typed.spelling import plain_spelling
from mlpteach.run import network_rows
from mlpteach.run.rows import Rows
from mlpteach.run.stack import Stack
from mlpteach.site.build import build_site
from mlpteach.site.desk import open_desk
from mlpteach.site.jupyterlite import jupyterlite_files
from mlpteach.site.notebooks import notebook_files
from mlpteach.site.page_source import KERNEL, NOTEBOOK, SITE, START, WORKER
from mlpteach.speaker_notes import speaker_notes
from mlpteach.study import cost_plane, formulas, ranking_problems, search, step_sizes, tuning
from mlpteach.study.back_propagation import pass_numbers
from mlpteach.study.network_code import network_code
from mlpteach.study.pass_lines import pass_lines
from mlpteach.views import Show, figure, panels
from mlpteach.views import surface as surface_view

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLES = {
    "losses": mt.LOSSES,
    "activations": mt.ACTIVATIONS,
    "initializers": mt.INITIALIZERS,
    "schedules": mt.SCHEDULES,
    "landscapes": mt.LANDSCAPES,
}


def rows(heading):
    """Return the README's table whose head begins with `heading`: first cell -> second."""
    lines = README.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return dict(re.match(r"\| (.*?) \| (.*) \|$", line).groups() for line in lines)


CHANGES = rows("to change")


def file_of(thing):
    """Return where a function or class is written, from the root."""
    return Path(inspect.getfile(inspect.unwrap(thing))).relative_to(ROOT).as_posix()


def functions_of(record):
    return [value for value in vars(record).values() if inspect.isfunction(value)]


@pytest.mark.parametrize("change", CHANGES)
def test_every_path_exists(change):
    paths = re.findall(r"`((?:mlpteach|tests|lectures|exercises)/[^`]*)`", CHANGES[change])
    assert paths
    for path in paths:
        assert list(ROOT.glob(path.rstrip("/"))), path


def an_optimizer_is_a_file_and_a_row_of_expected_numbers():
    rows = [*rules_quadratic.ROWS, *rules_quadratic.LAYERED]
    for id, optimizer in mt.RULES.items():
        for rule in optimizer.forms.values():
            assert file_of(rule.function) == f"mlpteach/rules/{id}.py"
    assert (ROOT / "tests/reference/rules_quadratic.py").is_file()
    # L-BFGS is compared with other libraries' rather than with numbers.
    assert set(mt.RULES) - {row[0] for row in rows} == {"lbfgs"}
    assert all(inspect.isfunction(row[2]) for row in rows)


def each_table_is_the_file_of_its_name():
    for name, table in TABLES.items():
        for record in table.values():
            for function in functions_of(record):
                assert file_of(function) == f"mlpteach/tables/{name}.py"
        assert any(map(functions_of, table.values())), name


def the_record_and_the_way_back():
    assert file_of(mt.Step) == file_of(mt.Trace) == "mlpteach/run/trace.py"
    assert file_of(mt.Cursor) == "mlpteach/run/cursor.py"


def many_settings_are_run_side_by_side_and_one_wins():
    assert file_of(Stack) == "mlpteach/run/stack.py"
    assert file_of(Rows) == "mlpteach/run/rows.py"
    assert file_of(network_rows.evaluate_rows) == "mlpteach/run/network_rows.py"
    assert file_of(search.lowest) == "mlpteach/study/search.py"
    for module in (tuning, step_sizes):
        assert {"side_by_side", "lowest"} <= vars(module).keys()
        assert file_of(module) == f"mlpteach/study/{module.__name__.rpartition('.')[2]}.py"


def a_problem_to_rank_over_is_an_entry():
    for make in ranking_problems.RANKING_PROBLEMS.values():
        assert file_of(make) == "mlpteach/study/ranking_problems.py"


def a_formula_is_read_from_the_code_and_written_in_the_letters():
    assert file_of(formulas.lines) == "mlpteach/study/formulas.py"
    assert file_of(type(SYMBOLS["M"])) == "mlpteach/basics/notation.py"
    letter = mt.RULES["adagrad"].symbol("G_sum").meaning
    assert letter in (ROOT / "mlpteach/rules/adagrad.py").read_text("utf-8")


def a_panel_is_declared_once_and_drawn_twice():
    page = "".join(path.read_text("utf-8") for path in (ROOT / "mlpteach/player/page").glob("*.js"))
    drawn = (ROOT / "mlpteach/views/drawing.py").read_text("utf-8")
    for name in ("Plot", "Heat", "Table", "Ledger", "Text"):
        assert file_of(getattr(panels, name)) == "mlpteach/views/panels.py"
        assert f"{name.lower()}: " in page
    for name in ("Plot", "Heat", "Table", "Ledger"):  # what is none of them is text
        assert f"{name}: _draw" in drawn
    assert file_of(figure) == "mlpteach/views/figure.py"


def a_dashboard_is_the_file_of_its_name():
    for name in set(mt.dashboards.__all__):
        if inspect.isfunction(found := getattr(mt.dashboards, name)):
            assert file_of(found) == f"mlpteach/dashboards/{name}.py"
    files = {path.stem for path in (ROOT / "mlpteach/dashboards").glob("[!_]*.py")}
    assert files <= set(mt.dashboards.__all__)


def every_part_of_the_page_is_joined():
    parts = list((ROOT / "mlpteach/player/page").glob("*.js"))
    own = parts_of([ROOT / "mlpteach/player/saved.js"])
    assert sum(map(len, parts_of(parts) + own)) + len(parts) - 1 == len(MODULE + SAVED)
    assert all(part in MODULE or part in SAVED for part in parts_of(parts))


def parts_of(paths):
    return [path.read_text(encoding="utf-8") for path in paths]


def what_travels_is_said_and_answered_without_widgets():
    assert file_of(describe_show) == "mlpteach/player/spec.py"
    assert file_of(Core) == "mlpteach/player/core.py"
    show = Show({}, 1, (), {"k": np.array([7.0])}, numbers=[("update", "k")])
    described, numbers = describe_show(show)
    assert np.frombuffer(numbers)[described["series"]["k"]["at"]] == 7.0


def lectures_are_executed_and_their_text_is_held():
    run = (ROOT / "tests/test_lectures.py").read_text("utf-8")
    for lecture in (ROOT / "lectures").glob("*.ipynb"):
        assert lecture.stem in run
        assert (ROOT / f"tests/lectures/test_{lecture.stem[3:]}.py").is_file()


def notes_are_raw_cells_with_a_tag():
    assert file_of(speaker_notes) == "mlpteach/speaker_notes.py"
    for lecture in (ROOT / "lectures").glob("*.ipynb"):
        cells = json.loads(lecture.read_text("utf-8"))["cells"]
        raw = [cell for cell in cells if cell["cell_type"] == "raw"]
        assert raw
        assert all(cell["metadata"]["tags"] == ["notes"] for cell in raw)


def a_problem_set_is_three_files_of_one_name():
    for assignment, checks in problem_sets.PROBLEM_SETS.items():
        notebook = ROOT / "exercises/source" / assignment / f"{assignment}.ipynb"
        ids = set(re.findall(r'"grade_id": "(\w+)"', notebook.read_text("utf-8")))
        assert set(checks) <= ids
        assert (ROOT / f"mlpteach/exercise/{assignment}.py").exists()
        assert (ROOT / f"mlpteach/exercise/{assignment}.toml").exists()
    assert (ROOT / "mlpteach/exercise/README.md").exists()


def mistakes_stand_beside_their_checks():
    for assignment in problem_sets.PROBLEM_SETS:
        sheet = ROOT / f"mlpteach/exercise/{assignment}.toml"
        assert ".mistake]]" in sheet.read_text("utf-8")


def what_differs_is_said_where_it_is_found():
    assert file_of(differences.find) == "mlpteach/exercise/differences.py"
    assert file_of(replies.arrays) == "mlpteach/exercise/replies.py"


def marks_are_decided_outside_of_the_sandbox():
    assert file_of(grade) == "mlpteach/grading/grade.py"
    assert file_of(Session) == "mlpteach/grading/deciding/session.py"
    assert file_of(verdicts.verdict_of) == "mlpteach/grading/deciding/verdicts.py"
    for path in (ROOT / "mlpteach/grading/inside").glob("*.py"):
        source = path.read_text("utf-8")
        assert not re.search(r"mlpteach\.(exercise\.ps|grading\.(deciding|course))", source), path


def rules_are_plain_data():
    assert file_of(grading_rules.Rules) == "mlpteach/grading/deciding/rules.py"
    assert file_of(read_rules.read_rules) == "mlpteach/grading/deciding/read_rules.py"
    assert file_of(ordinary_tests.run) == "mlpteach/grading/deciding/ordinary_tests.py"
    assert file_of(own_exercise.own_checks) == "mlpteach/grading/deciding/own_exercise.py"


def the_sandbox_is_made_where_it_says():
    assert file_of(bubblewrap.bubblewrap_command) == "mlpteach/grading/isolation/bubblewrap.py"
    assert file_of(landlock_paths.readable_paths) == "mlpteach/grading/isolation/landlock_paths.py"
    inside = ROOT / "mlpteach/grading/inside"
    assert "mount(" in (inside / "zygote.py").read_text("utf-8")
    assert '"socket": ' in (inside / "kernel_calls.py").read_text("utf-8")


def other_machines_grade_through_one_room():
    room = "mlpteach/grading/cluster"
    assert file_of(answer_job) == file_of(write_job) == f"{room}/jobs.py"
    assert file_of(Coordinator) == f"{room}/coordinator.py"
    assert file_of(JobFiles) == f"{room}/job_files.py"
    assert "import Client" in (ROOT / room / "dask_workers.py").read_text("utf-8")


def marks_have_one_writer():
    assert file_of(record_batch) == file_of(record_marks) == "mlpteach/grading/gradebook/record.py"
    assert file_of(read_marks) == "mlpteach/grading/gradebook/read_marks.py"
    assert file_of(Upkeep) == "mlpteach/grading/gradebook/upkeep.py"


def self_tests_are_a_file_a_lecture():
    lectures = {path.stem for path in (ROOT / "lectures").glob("*.ipynb")}
    files = {path.stem: path for path in (ROOT / "mlpteach/quiz/questions").glob("*.toml")}
    assert set(files) == lectures
    asked = set().union(*(read(path) for path in files.values()))
    assert asked == set(mt.quiz.QUESTIONS)


def a_type_of_question_is_a_file_with_its_fields():
    schema = json.loads((ROOT / "mlpteach/quiz/question_files/schema.json").read_text("utf-8"))
    assert set(schema["$defs"]) == set(KINDS)
    for kind in KINDS.values():
        assert file_of(kind).startswith("mlpteach/quiz/kinds/")


def what_is_typed_is_read_in_one_room():
    for read_one in (read_number, parse, plain_spelling, plain_characters):
        assert file_of(read_one).startswith("mlpteach/quiz/typed/")


def the_page_and_the_session_know_the_same_messages():
    page = (ROOT / "mlpteach/quiz/page/question.js").read_text("utf-8")
    sent = set(re.findall(r'send\(\{ type: "(\w+)"', page))
    told = set(
        re.findall(r'- ``\{"type": "(\w+)"', (ROOT / file_of(QuizSession)).read_text("utf-8"))
    )
    assert told == sent | {"draft"}  # which widgets send as a trait


def back_propagation_is_written_and_counted_in_two_files():
    assert file_of(pass_lines) == "mlpteach/study/pass_lines.py"
    assert file_of(pass_numbers) == "mlpteach/study/back_propagation.py"
    assert file_of(network_code) == "mlpteach/study/network_code.py"


def the_plane_is_found_and_drawn_in_two_files():
    assert file_of(cost_plane.plane_of_ways) == "mlpteach/study/cost_plane.py"
    assert file_of(surface_view.cost_map) == "mlpteach/views/surface.py"


def words_and_a_picture_stand_in():
    for made in (as_text, as_png):
        assert file_of(made) == "mlpteach/player/stand_in.py"


def pages_of_the_site_are_written_and_answered_in_their_room():
    assert file_of(build_site).startswith("mlpteach/site/")
    assert file_of(open_desk) == "mlpteach/site/desk.py"
    for part in (ROOT / "mlpteach/site/page").glob("*.js"):
        text = part.read_text("utf-8")
        assert text in (START, WORKER, NOTEBOOK) or text in SITE


def pages_of_feedback_have_one_exporter():
    assert file_of(FeedbackExporter) == "mlpteach/grading/pages/feedback_page.py"
    assert file_of(markdown_to_html) == "mlpteach/grading/pages/markdown.py"
    assert file_of(write_feedback) == "mlpteach/grading/class_feedback.py"


def notebooks_of_the_site_have_a_file_each_for_app_and_kernel():
    assert file_of(notebook_files) == "mlpteach/site/notebooks.py"
    assert file_of(jupyterlite_files) == "mlpteach/site/jupyterlite.py"
    assert (ROOT / "mlpteach/site/page/kernel.mjs").read_text("utf-8") == KERNEL
    assert (ROOT / "mlpteach/site/page/notebook.js").read_text("utf-8") == NOTEBOOK


# First cell of the README's row -> what it says.
FOLLOWED = {
    "an optimizer, or add one": an_optimizer_is_a_file_and_a_row_of_expected_numbers,
    "a cost function, activation, initializer, schedule, landscape, or add one": (
        each_table_is_the_file_of_its_name
    ),
    "what one update records, and going back to it": the_record_and_the_way_back,
    "how many settings are tried at once, and which wins": (
        many_settings_are_run_side_by_side_and_one_wins
    ),
    "the plane of `surface()`, and the cost on it": the_plane_is_found_and_drawn_in_two_files,
    "a problem of `ranking()`, or add one": a_problem_to_rank_over_is_an_entry,
    "the lines of back propagation, and their numbers": (
        back_propagation_is_written_and_counted_in_two_files
    ),
    "how a formula is written on screen": (
        a_formula_is_read_from_the_code_and_written_in_the_letters
    ),
    "what a panel can be": a_panel_is_declared_once_and_drawn_twice,
    "a dashboard, or add one": a_dashboard_is_the_file_of_its_name,
    "the page: drawing, keys, playing": every_part_of_the_page_is_joined,
    "what stands in for a dashboard on GitHub or in a PDF": words_and_a_picture_stand_in,
    "what travels to the page and back": what_travels_is_said_and_answered_without_widgets,
    "a page of the site": pages_of_the_site_are_written_and_answered_in_their_room,
    "the site's notebooks": notebooks_of_the_site_have_a_file_each_for_app_and_kernel,
    "a lecture": lectures_are_executed_and_their_text_is_held,
    "the speaker's notes": notes_are_raw_cells_with_a_tag,
    "a problem set, or add one": a_problem_set_is_three_files_of_one_name,
    "a known mistake, or add one": mistakes_stand_beside_their_checks,
    "what a check says differs": what_differs_is_said_where_it_is_found,
    "how a mark is decided": marks_are_decided_outside_of_the_sandbox,
    "what a notebook is graded by": rules_are_plain_data,
    "what the sandbox lets see and do": the_sandbox_is_made_where_it_says,
    "grading on other machines": other_machines_grade_through_one_room,
    "how marks come into the gradebook": marks_have_one_writer,
    "the page that a student gets back": pages_of_feedback_have_one_exporter,
    "a self-test": self_tests_are_a_file_a_lecture,
    "a type of question": a_type_of_question_is_a_file_with_its_fields,
    "how a typed number or formula is read": what_is_typed_is_read_in_one_room,
    "what a question's page and Python say to each other": (
        the_page_and_the_session_know_the_same_messages
    ),
}


def test_every_row_is_followed():
    assert set(CHANGES) == set(FOLLOWED)


@pytest.mark.parametrize("change", FOLLOWED)
def test_row_is_true(change):
    FOLLOWED[change]()


@pytest.mark.parametrize(("table", "records"), [("RULES", mt.RULES)] + [
    (name.upper(), records) for name, records in TABLES.items()
])  # fmt: skip
def test_ids_in_the_readme_are_those_of_the_table(table, records):
    (line,) = re.findall(rf"^\| `mt\.{table}` \| (.*) \|$", README, re.MULTILINE)
    assert line.partition(":")[0].split() == list(records)
