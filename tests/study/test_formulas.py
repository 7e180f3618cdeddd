"""The formula on screen against the code that runs: one is evaluated against the other."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.formulas import lines

FORMS = [
    (id, form) for id, optimizer in mt.RULES.items() for form in optimizer.forms if id != "lbfgs"
]
# Functions that a formula's text may call; gradient_at is the valley's gradient.
CALLED = {"np": np, "gradient_at": lambda w: 100.0 * w}


@pytest.fixture(scope="module")
def steps():
    """Four updates of each rule on the second coordinate of the long valley."""
    ran = {}
    for id, form in FORMS:
        trace = mt.descend(
            mt.LANDSCAPES["valley"], [-4.0, 0.5], rule=mt.rule(id, form=form), steps=4
        )
        ran[id, form] = trace
    return ran


def numbers_of(step, entry):
    """What a ledger puts in for one weight: key -> number."""
    known = {"k": step.k, "W": step.before, "G": step.gradient, "factor": step.factor}
    known |= step.quantities
    known |= {
        name if name == "G_previous" else f"{name}_before": value
        for name, value in step.state_before.items()
    }
    return {
        key: float(value.flat[entry]) if hasattr(value, "flat") else value
        for key, value in known.items()
    }


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_formula_with_numbers_put_in_gives_the_recorded_number(steps, id, form):
    trace = steps[id, form]
    from mlpteach.rules.nadam import mu, mu_product

    for step in trace:
        numbers = numbers_of(step, entry=1)
        for line in lines(trace.run.rule):
            shown = eval(line.text(numbers), {**CALLED, "mu": mu, "mu_product": mu_product})
            recorded = step.after if line.name == "W" else step.quantities[line.name]
            assert shown == pytest.approx(recorded.flat[1], rel=1e-13)


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_lines_are_the_quantities_in_order_and_the_step(steps, id, form):
    trace = steps[id, form]
    assert [line.name for line in lines(trace.run.rule)] == [*trace.lines, "W"]


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_mathml_is_well_formed_and_latex_is_drawn_by_matplotlib(id, form):
    from matplotlib.figure import Figure

    figure = Figure()
    for line in lines(mt.rule(id, form=form)):
        for numbers in (False, True):
            assert ElementTree.fromstring(line.mathml(numbers)).tag == "math"
        figure.text(0, 0, f"${line.latex()}$")
    assert figure.texts
    figure.draw_without_rendering()  # canvas.draw() of a bare Figure reads nothing


def test_adam_is_written_as_on_the_slide_and_as_in_the_paper():
    lecture, paper = (lines(mt.rule("adam", form=form)) for form in ("lecture", "paper"))
    assert [line.latex() for line in lecture] == [
        r"M_{k} = \beta_{1} M_{k-1} + (1 - \beta_{1}) g_{k}",
        r"V_{k} = \beta_{2} V_{k-1} + (1 - \beta_{2}) g_{k} \odot g_{k}",
        r"\hat{M}_{k} = \frac{M_{k}}{1 - \beta_{1}^{k}}",
        r"\hat{V}_{k} = \frac{V_{k}}{1 - \beta_{2}^{k}}",
        r"\rho_{k} = \frac{\eta \hat{M}_{k}}{\sqrt{\hat{V}_{k} + \epsilon}}",
        r"W_{k+1} = W_{k} - \rho_{k}",
    ]
    assert paper[4].latex() == r"\rho_{k} = \frac{\eta \hat{M}_{k}}{\sqrt{\hat{V}_{k}} + \epsilon}"


def test_switched_off_bias_correction_leaves_the_formula():
    without = lines(mt.rule("adam", bias_correction=False))
    assert without[2].latex() == r"\hat{M}_{k} = M_{k}"


def test_a_schedule_multiplies_the_step():
    assert lines(mt.rule("gd"), scheduled=True)[-1].latex() == r"W_{k+1} = W_{k} - s_{k} \rho_{k}"


def test_own_function_shows_its_own_formula():
    def half_adam(k, G, M, *, eta=0.1):
        """Half of Adam."""
        M = 0.5 * M + 0.5 * G
        rho = -eta * (M - G) / 2
        return mt.Quantities(M=M, rho=rho)

    written = [line.latex() for line in lines(mt.rule(half_adam))]
    assert written[:2] == [
        "M_{k} = 0.5 M_{k-1} + 0.5 g_{k}",
        r"\rho_{k} = \frac{-\eta (M_{k} - g_{k})}{2}",
    ]


def test_what_is_no_list_of_assignments_has_no_formula():
    def loops(k, G, *, eta=0.1):
        for _ in range(2):
            G = G * 2
        return mt.Quantities(rho=eta * G)

    assert lines(mt.rule(loops)) == lines(mt.rule("lbfgs")) == []


def test_expressions_in_what_is_returned_are_lines():
    def heavy(k, G, M, *, eta=0.1):
        M = 0.9 * M + G
        return mt.Quantities(M=M, rho=eta * M)

    written = [line.latex() for line in lines(mt.rule(heavy))]
    assert written[1:] == [r"\rho_{k} = \eta M_{k}", r"W_{k+1} = W_{k} - \rho_{k}"]


def test_switch_inside_an_expression_is_resolved():
    def switched(k, G, *, eta=0.1, nesterov=True):
        rho = (eta * G if nesterov else G) * 2
        return mt.Quantities(rho=rho)

    assert lines(mt.rule(switched))[0].latex() == r"\rho_{k} = \eta g_{k} 2"


def test_what_has_no_symbol_has_no_formula():
    def turned(k, G, *, eta=0.1):
        rho = np.pi * eta * G
        return mt.Quantities(rho=rho)

    def late(k, G, *, eta=0.1):
        rho = G if k > 3 else eta * G
        return mt.Quantities(rho=rho)

    assert lines(mt.rule(turned)) == lines(mt.rule(late)) == []
