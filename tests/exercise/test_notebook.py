"""What a student sees: one line about each check, at once."""

import numpy as np
import pytest
from nbgrader.validator import Validator

from mlpteach.exercise import check, look
from mlpteach.exercise.reading import read_sheet


def test_a_right_function_gets_all_points(capsys):
    assert check("v2_one_instance", lambda Y, A3: A3 - Y) == 4.0
    assert capsys.readouterr().out == "v2_one_instance: Right. 4 of 4 points.\n"


def test_a_known_mistake_is_explained_and_keeps_a_part_of_the_points(capsys):
    assert check("v2_batch", lambda Y, A3: (A3 - Y) / Y.shape[1]) == 2.0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(
        "v2_batch: What sensitivity_cross_entropy returns is wrong for 3 outputs"
    )
    assert said.endswith("when the gradient is formed. 2 of 4 points.")


def test_the_error_itself_is_shown_in_the_notebook_only(capsys):
    def wrong(Y, A3):
        return A3 - Z  # noqa: F821

    assert check("v2_batch", wrong) == 0.0
    assert capsys.readouterr().out.endswith("Python said: NameError: name 'Z' is not defined\n")


def test_validate_shows_what_failed_and_what_differs(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    check("v2_batch", lambda Y, A3: (A3 - Y) / Y.shape[1])
    said = capsys.readouterr()
    assert said.err.startswith("v2_batch: What sensitivity_cross_entropy returns is wrong")
    assert said.out == ""
    check("v2_batch", lambda Y, A3: A3 - Y)
    assert capsys.readouterr().err == ""  # it would make "Validate" say that the cell failed


def test_no_line_is_longer_than_validate_shows(monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")

    def wrong(Y, A3):
        raise ValueError("a long sentence about what does not fit " * 5)

    for function in (wrong, lambda Y, A3: (A3 - Y) / 3):
        check("v2_batch", function)
        lines = capsys.readouterr().err.splitlines()
        indented = Validator.indent.default_value, Validator.width.default_value
        assert max(map(len, lines)) <= indented[1] - 3 - len(indented[0])


def first_moment(M, G, beta1=0.9):
    return beta1 * M + G


def test_a_helper_is_found_where_the_function_stands(capsys):
    notebook = {"np": np}
    for task in read_sheet("ps2_adam").tasks.values():
        exec(task.solution, notebook)
    notebook["first_moment"] = first_moment
    assert check("adam_one_update", notebook["adam_update"]) == 2.0
    assert "Right but for first_moment" in capsys.readouterr().out


def test_other_inputs_with_another_seed(capsys):
    seen = []

    def spy(Y, A3):
        seen.append(A3)
        return A3 - Y

    for seed in (1, 1, 2):
        check("v2_one_instance", spy, seed=seed)
    first, again, other = seen[0], seen[4], seen[8]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_points_are_a_plain_float_that_nbgrader_reads():
    points = check("adam_first_moment", lambda M, G, beta1=0.9: 0.9 * M + 0.1 * G)
    assert type(points) is float
    assert repr(points) == "1.5"


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("v2_batsh", print), ValueError, "id='v2_batsh' is unknown.*Did you mean 'v2_batch'"),
        (("v2_batch",), TypeError, "needs sensitivity_cross_entropy; given 0"),
        (("v2_batch", 3), TypeError, "sensitivity_cross_entropy must be your function; given 3"),
        (("v2_batch", print, print), TypeError, "given 2"),
    ],
)
def test_a_wrong_call_of_check_is_explained(arguments, error, said):
    with pytest.raises(error, match=said):
        check(*arguments)


def test_a_look_is_taken_by_a_student_but_not_while_grading(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    assert look(lambda: "picture") == "picture"
    for execution in ("autograde", "validate"):
        monkeypatch.setenv("NBGRADER_EXECUTION", execution)
        assert look(lambda: pytest.fail("drawn")) is None
    with pytest.raises(TypeError, match="needs a function that shows something; given 'adam'"):
        look("adam")


def test_what_cannot_be_shown_yet_is_said(monkeypatch, capsys):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)

    def unwritten():
        raise NotImplementedError

    def of_the_engine():
        try:
            unwritten()
        except NotImplementedError as error:
            raise ValueError("rule") from error

    def noted():
        error = ZeroDivisionError("by hand")
        error.add_note("raised at update k = 1")
        raise error

    assert look(noted) is None
    assert capsys.readouterr().out == "Nothing to show yet: ZeroDivisionError: by hand (in noted)\n"
    for show in (unwritten, of_the_engine):
        assert look(show) is None
        assert capsys.readouterr().out == "Nothing to show yet: unwritten is not written yet.\n"
    look(lambda: 1 / 0)
    assert "yet: ZeroDivisionError: division by zero" in capsys.readouterr().out
