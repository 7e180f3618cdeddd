"""The formula on screen against the code that runs: one is evaluated against the other."""

import ast
import copy
import importlib
import sys
import textwrap
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from examples import NETWORK_RULES, small_run
from matplotlib.mathtext import MathTextParser

import mlpteach as mt
from mlpteach.rules.muon import orthogonalized
from mlpteach.rules.nadam import mu, mu_product
from mlpteach.study.formulas import lines
from mlpteach.study.rule_code import key

FORMS = NETWORK_RULES
# What a formula may call; gradient_at is the valley's gradient.
CALLED = {"np": np, "mu": mu, "mu_product": mu_product, "orthogonalized": orthogonalized}
CALLED["gradient_at"] = lambda W: np.array([1.0, 100.0]) * W


@pytest.fixture(scope="module")
def steps():
    """Four updates of each rule on the long valley; of one that needs layers on a small network."""
    ran = {}
    for id, form in FORMS:
        rule = mt.rule(id, form=form)
        if rule.needs_layers:
            trace = small_run(rule, epochs=1)
        else:
            trace = mt.descend(mt.LANDSCAPES["valley"], [-4.0, 0.5], rule=rule, steps=4)
        ran[id, form] = list(trace)
    return ran


def recorded(step):
    """What the formula's names stand for: key -> number or array."""
    known = {"k": step.k, "W": step.before, "G": step.gradient, "factor": step.factor}
    known |= step.quantities
    known |= {
        name if name == "G_previous" else f"{name}_before": value
        for name, value in step.state_before.items()
    }
    return {name: getattr(value, "flat", value) for name, value in known.items()}


def evaluated(line, known):
    """Compute the right-hand side that is written from recorded numbers alone."""
    expression = ast.Expression(copy.deepcopy(line.expression))
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            node.id = key(node) or node.id
    code = compile(ast.fix_missing_locations(expression), "formula", "eval")
    return eval(code, {**CALLED, **line.rule.values, **known})


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_formula_evaluated_gives_the_recorded_numbers(steps, id, form):
    for step in steps[id, form]:
        for line in lines(mt.rule(id, form=form)):
            expected = step.after if line.name == "W" else step.quantities[line.name]
            shown = evaluated(line, recorded(step) | {"layout": step.before.layout})
            np.testing.assert_array_equal(shown, expected.flat, err_msg=line.name)


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_lines_are_the_quantities_in_order_and_the_step(steps, id, form):
    assert [line.name for line in lines(mt.rule(id, form))] == [*steps[id, form][0].quantities, "W"]


@pytest.mark.parametrize(("id", "form"), FORMS)
def test_mathml_is_well_formed_and_latex_is_drawn_by_matplotlib(id, form):
    check_written(lines(mt.rule(id, form=form)))


def check_written(written):
    assert written
    for line in written:
        for numbers in (False, True):
            math = line.mathml(numbers).partition("</math>")
            assert not math[0] or ElementTree.fromstring("".join(math[:2])).tag == "math"
        MathTextParser("agg").parse(f"${line.latex()}$")


def test_nonsense_is_not_drawn_by_matplotlib():
    with pytest.raises(ValueError, match="nonsense"):
        MathTextParser("agg").parse(r"$\nonsense$")


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
    written = [line.latex() for line in lines(mt.rule("momentum"), scheduled=True)]
    assert written == [
        r"\rho_{k} = s_{k} (\alpha g_{k} + \beta g_{k-1})",
        r"W_{k+1} = W_{k} - \rho_{k}",
    ]


def test_nesterov_looks_where_its_scheduled_step_would_lead():
    plain, scheduled = (lines(mt.rule("nesterov", "paper"), on)[0].latex() for on in (False, True))
    assert plain == r"\tilde{W}_{k} = W_{k} - \beta v_{k-1}"
    assert scheduled == r"\tilde{W}_{k} = W_{k} - s_{k} \beta v_{k-1}"


@pytest.mark.parametrize(("id", "form"), [pair for pair in FORMS if mt.rule(*pair).step_size])
def test_formulas_of_scheduled_runs_give_the_recorded_numbers(id, form):
    rule = mt.rule(id, form=form)
    for step in small_run(rule, epochs=1, schedule=lambda eta, k: eta / (1 + k)):
        for line in lines(rule, scheduled=True):
            if line.expression is None or line.name == "G_ahead":  # asks the network
                continue
            expected = step.after if line.name == "W" else step.quantities[line.name]
            shown = evaluated(line, recorded(step) | {"layout": step.before.layout})
            np.testing.assert_array_equal(shown, expected.flat, err_msg=line.name)


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


def latex(function, **values):
    """The formula's lines but the last, which is always the step."""
    found = lines(mt.rule(function, **values))
    check_written(found)
    return [line.latex() for line in found[:-1]]


def test_a_loop_costs_the_lines_that_it_computes():
    def loops(k, G, M, *, eta=0.1):
        M = M + G
        steep = G
        for _ in range(2):
            steep = steep * 2
        return mt.Quantities(M=M, steep=steep, rho=eta * steep)

    assert latex(loops) == [
        "M_{k} = M_{k-1} + g_{k}",
        r"\mathrm{steep}_{k} = \ldots",
        r"\rho_{k} = \eta \, \mathrm{steep}_{k}",
    ]


def test_what_a_loop_has_changed_has_no_number():
    def loops(k, G, *, eta=0.1):
        for _ in range(2):
            G = G * 2
            eta = eta / 2
        return mt.Quantities(rho=eta * G)

    line = lines(mt.rule(loops))[0]
    assert line.latex() == r"\rho_{k} = \eta g"
    assert "data-key" not in line.mathml(numbers=True)
    assert "0.1" not in line.mathml(numbers=True)


def _in_a_zip(k, G, layout, *, eta=0.1):
    rho = np.zeros_like(G)
    for (dW, db), (W, b) in zip(layout.matrices(G), layout.matrices(rho), strict=True):
        W[...] = eta * dW / np.linalg.norm(dW)
        b[...] = eta * db / np.linalg.norm(db)
    return {"rho": rho}


def _of_a_variable(k, G, layout, *, eta=0.1):
    rho = eta * G
    views = layout.matrices(rho)
    for W, b in views:
        W /= np.linalg.norm(W)
        b *= 2.0
    return {"rho": rho}


def _of_one_layer(k, G, layout, *, eta=0.1):
    rho = eta * G
    W, _ = layout.matrices(rho)[0]
    W /= np.linalg.norm(W)
    return {"rho": rho}


@pytest.mark.parametrize("rule", [_in_a_zip, _of_a_variable, _of_one_layer])
def test_what_is_written_into_by_layer_is_not_written_as_if_it_were_not(rule):
    rho, step = lines(mt.rule(rule))
    assert rho.expression is None
    assert "zeros" not in rho.latex()
    assert step.latex() == r"W_{k+1} = W_{k} - \rho_{k}"


def test_what_is_only_read_by_layer_stays_a_formula():
    def clipped(k, G, layout, *, eta=0.1):
        norms = np.zeros_like(G)
        for (W, b), (at_W, at_b) in zip(layout.matrices(G), layout.matrices(norms), strict=True):
            at_W[...], at_b[...] = np.linalg.norm(W), np.linalg.norm(b)
        rho = eta * G / norms
        return {"norms": norms, "rho": rho}

    assert lines(mt.rule(clipped))[1].latex().replace(" ", "") == (
        r"\rho_{k}=\frac{\etag_{k}}{\mathrm{norms}_{k}}"
    )


def test_a_line_that_is_no_formula_shows_its_code():
    def ranked(k, G, *, eta=0.1):
        _, places = np.unique(G, return_inverse=True)
        rho = eta * places
        return mt.Quantities(places=places, rho=rho)

    assert latex(ranked) == [
        r"\mathrm{places}_{k} = \mathtt{np.unique(G,\ return\_inverse=True)}",
        r"\rho_{k} = \eta \, \mathrm{places}_{k}",
    ]


def test_a_part_that_has_no_sign_is_code_within_the_formula():
    def ranked(k, G, *, eta=0.1):
        rho = eta * np.percentile(G, 50) * G
        return mt.Quantities(rho=rho)

    assert latex(ranked) == [r"\rho_{k} = \eta \mathtt{np.percentile(G,\ 50)} g_{k}"]


def test_long_code_is_an_ellipsis():
    def long(k, G, *, eta=0.1):
        rho = eta * np.interp(G, [-3, -2, -1, 0, 1, 2, 3], [-1.5, -1.4, -1, 0, 1, 1.4, 1.5])
        return mt.Quantities(rho=rho)

    assert latex(long) == [r"\rho_{k} = \eta \mathtt{…}"]


def test_the_line_search_of_lbfgs_is_told_in_words():
    direction, length, s, *_ = lines(mt.rule("lbfgs"))
    assert direction.mathml().endswith("<mi>…</mi></mrow></math> search direction")
    assert length.mathml(numbers=True) == ""
    assert s.latex() == r"s_{k} = \alpha_{k} p_{k}"


def test_two_returns_have_no_formula():
    def early(k, G, *, eta=0.1):
        if k == 1:
            return mt.Quantities(rho=G)
        rho = eta * G
        return mt.Quantities(rho=rho)

    assert lines(mt.rule(early)) == []


def test_rprop_with_where_sign_and_a_first_step():
    def rprop(k, G, G_previous, delta, *, delta0=0.1, up=1.2, down=0.5, most=50.0, least=1e-6):
        agree = G * G_previous
        delta = np.where(agree > 0, np.minimum(up * delta, most), delta)
        delta = np.where(agree < 0, np.maximum(down * delta, least), delta)
        rho = np.sign(G) * delta
        return mt.Quantities(delta=delta, rho=rho)

    agree = "g_{k} g_{k-1}"
    grown = (
        rf"\min(\mathrm{{up}} \, \delta_{{k-1}}, \mathrm{{most}})\ \mathrm{{if}}\ {agree} > 0,"
        r"\ \mathrm{else}\ \delta_{k-1}"
    )
    assert latex(rprop) == [
        rf"\delta_{{k}} = \max(\mathrm{{down}} \, ({grown}), \mathrm{{least}})\ \mathrm{{if}}\ "
        rf"{agree} < 0,\ \mathrm{{else}}\ {grown}",
        r"\rho_{k} = \mathrm{sgn}(g_{k}) \, \delta_{k}",
    ]
    trace = mt.descend(mt.LANDSCAPES["valley"], [-4.0, 0.5], rule=rprop, steps=3)
    assert trace[0].state_before["delta"].flat == pytest.approx([0.1, 0.1])
    assert trace[0].rho.flat == pytest.approx([-0.1, 0.1])
    assert trace[1].rho.flat == pytest.approx([-0.12, 0.12])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("np.where(G > 0, G, -G)", r"g_{k}\ \mathrm{if}\ g_{k} > 0,\ \mathrm{else}\ -g_{k}"),
        ("G if k > 3 else eta * G",
         r"g_{k}\ \mathrm{if}\ k > 3,\ \mathrm{else}\ \eta g_{k}"),
        ("np.where((G > 0) & (G <= 1), 1, 0) * eta",
         r"(1\ \mathrm{if}\ g_{k} > 0\ \mathrm{and}\ g_{k} \leq 1,\ \mathrm{else}\ 0) \eta"),
        ("np.logical_or(G < 0, G == 1) * G", r"(g_{k} < 0\ \mathrm{or}\ g_{k} = 1) g_{k}"),
        ("eta * np.sign(G)", r"\eta \, \mathrm{sgn}(g_{k})"),
        ("np.clip(G, -1, eta)", r"\min(\max(g_{k}, -1), \eta)"),
        ("G / np.linalg.norm(G)", r"\frac{g_{k}}{\|g_{k}\|}"),
        ("np.abs(G) ** 2", r"|g_{k}|^{2}"),
        ("np.fabs(G) * eta", r"|g_{k}| \eta"),
        ("np.exp(-G / 2)", r"e^{\frac{-g_{k}}{2}}"),
        ("np.log(np.sqrt(G))", r"\ln(\sqrt{g_{k}})"),
        ("np.power(G, 3) + np.square(G + 1)", r"g_{k}^{3} + (g_{k} + 1)^{2}"),
        ("(G ** 2) ** eta", r"(g_{k}^{2})^{\eta}"),
        ("np.mean(G) * (G @ G)", r"\mathrm{mean}(g_{k}) \, (g_{k} \cdot g_{k})"),
        ("G.sum() * np.pi", r"\sum(g_{k}) \pi"),
        ("eta * -G", r"\eta (-g_{k})"),
        ("G - -eta", r"g_{k} - (-\eta)"),
        ("-(G + 1)", "-(g_{k} + 1)"),
        ("G - (eta - 1)", r"g_{k} - (\eta - 1)"),
        ("np.tanh(G) * np.e", r"\mathrm{tanh}(g_{k}) \, e"),
        ("G % 2 + G", r"\mathtt{G\ \%\ 2} + g_{k}"),
        ("float(eta) * np.asarray(G)", r"\eta g_{k}"),
        ("np.sum(G, axis=0)", r"\mathtt{np.sum(G,\ axis=0)}"),
    ],
)  # fmt: skip
def test_how_an_expression_is_written(code, expected, tmp_path, monkeypatch):
    source = f"""
        import numpy as np

        def mine(k, G, *, eta=0.1):
            rho = {code}
            return dict(rho=rho)
    """
    (tmp_path / "written_rule.py").write_text(textwrap.dedent(source), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "written_rule", raising=False)
    mine = importlib.import_module("written_rule").mine
    assert latex(mine) == [rf"\rho_{{k}} = {expected}"]


def test_a_whole_array_is_no_number_of_one_weight():
    def scaled(k, G, *, eta=0.1):
        rho = eta * G / np.linalg.norm(G)
        return mt.Quantities(rho=rho)

    numbers = lines(mt.rule(scaled))[0].mathml(numbers=True)
    assert numbers.count('data-key="G"') == 1
    assert "<mi>g</mi>" in numbers


def test_variables_that_are_not_returned_are_put_into_the_lines():
    def other_names(k, G, M, *, eta=0.1, beta=0.9):
        rest = 1 - beta
        m = beta * M
        m += rest * G
        M_old = M
        step = eta * m + M_old
        return {"M": m, "rho": step}

    assert latex(other_names) == [
        r"M_{k} = \beta M_{k-1} + (1 - \beta) g_{k}",
        r"\rho_{k} = \eta M_{k} + M_{k-1}",
    ]


def test_what_is_changed_in_place_is_not_written_as_if_it_were_not():
    def in_place(k, G, M, V, *, eta=0.1):
        np.add(M, G, out=M)
        V[G > 0] = 0.0
        rho = eta * M + V
        return mt.Quantities(M=M, V=V, rho=rho)

    assert latex(in_place) == [
        r"M_{k} = \mathtt{np.add(M,\ G,\ out=M)}",
        r"V_{k} = \mathtt{0.0}",
        r"\rho_{k} = \eta M_{k} + V_{k}",
    ]


def test_a_switch_chooses_statements_too():
    def switched(k, G, M, *, eta=0.1, heavy=True):
        if heavy:
            M = 0.9 * M
            M = M + G
        else:
            M = G
        rho = eta * M
        return mt.Quantities(M=M, rho=rho)

    assert latex(switched)[0] == "M_{k} = 0.9 M_{k-1} + g_{k}"
    assert latex(switched, heavy=False)[0] == "M_{k} = g_{k}"


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
