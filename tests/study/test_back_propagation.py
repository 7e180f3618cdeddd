"""Back propagation in numbers: against PyTorch, and each line's numbers against its result."""

import math
import re

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.study.back_propagation import pass_fields, pass_numbers, ways
from mlpteach.study.pass_lines import pass_lines

ASKED = (0.3, -0.7)


def step_of(loss="cross_entropy", hidden="tanh", output="sigmoid", sizes=(2, 4, 3, 2), k=4):
    """Return the step k, and its problem, of a run with a small last batch in each epoch."""
    X, y = mt.datasets.moons(n=14, seed=3)
    Y = np.eye(2)[y] if sizes[-1] == 2 else y
    net = mt.MLP(sizes, hidden=hidden, output=output, init="nielsen", seed=2)
    theta = net.parameters.flat * 0.5
    if output not in ("sigmoid", "softmax"):
        theta = theta.copy()
        theta[-sizes[-1] :] = 0.5  # outputs between 0 and 1, where a logarithm is defined
        theta[-sizes[-1] * (sizes[-2] + 1) : -sizes[-1]] *= 0.1
    net = net.with_parameters(theta)
    rule = mt.rule("gd", eta=0.01)
    trace = mt.train(net, X, Y, loss=loss, rule=rule, epochs=2, batch_size=5, progress=False)
    return trace[k - 1], trace.run.problem


def chosen(numbers, line, key, way, column):
    """The number behind a key of a line."""
    place = line.places[key]
    row = place.row(way)
    return numbers[place.matrix][row, column] if place.each else numbers[place.matrix][0, row]


def all_numbers(step, problem):
    numbers = pass_numbers(step, problem, ASKED)
    return {**numbers, "W": step.before.flat[None], "G": step.gradient.flat[None]}


def products(net, numbers):
    """V A^T of each instance alone, by what the ways say of each parameter."""
    found = ways(net)
    return np.stack(
        [
            numbers[f"V{layer}"][found[f"unit{layer + 1}"][i]]
            * numbers[f"A{layer}"][found[f"input{layer}"][i]]
            for i, layer in enumerate(found["layer"])
        ]
    )


# -- against PyTorch


def autograd(net, loss, x, y):
    """Return what PyTorch says of one instance: cost, Z and A by layer, dJ/dZ, dJ/dtheta."""
    from run.test_pytorch import ACTIVATIONS, LOSSES, tensor

    A, Z, parameters = [tensor(x)], [], []
    for layer, id in enumerate((*net.hidden, net.output), start=1):
        W, b = tensor(net.W[layer]).requires_grad_(), tensor(net.b[layer]).requires_grad_()
        Z.append(A[-1] @ W.T + b)
        Z[-1].retain_grad()
        A.append(ACTIVATIONS[id](Z[-1]))
        parameters += [W, b]
    J = LOSSES[loss](A[-1], tensor(y))
    J.backward()
    share = np.concatenate([parameter.grad.numpy().ravel() for parameter in parameters])
    return J.item(), Z, A, [z.grad for z in Z], share


@pytest.mark.parametrize("output", mt.ACTIVATIONS)
@pytest.mark.parametrize("hidden", mt.ACTIVATIONS)
@pytest.mark.parametrize("loss", mt.LOSSES)
def test_every_number_is_what_autograd_says(loss, hidden, output):
    pytest.importorskip("torch")
    step, problem = step_of(loss, hidden, output)
    numbers = pass_numbers(step, problem, ASKED)
    net = problem.net.with_parameters(step.before.flat)
    for i, row in enumerate(step.batch):
        cost, Z, A, V, share = autograd(net, loss, problem.X[[row]], problem.Y[:, [row]].T)
        wanted = {"cost": [cost]}
        for layer in (1, 2, 3):
            wanted |= {f"Z{layer}": Z[layer - 1][0], f"V{layer}": V[layer - 1][0]}
            wanted[f"A{layer + 1}"] = A[layer][0]
        for name, values in wanted.items():
            found = numbers[name][: len(values), i]
            values = getattr(values, "detach", lambda values=values: values)()
            np.testing.assert_allclose(found, values, rtol=1e-9, atol=1e-12, err_msg=name)
        found = products(net, numbers)[:, i]
        np.testing.assert_allclose(found, share, rtol=1e-9, atol=1e-12)


# -- the parts agree with one another


@pytest.mark.parametrize("k", [4, 6])  # the last batch of an epoch has 4 instances, not 5
def test_products_costs_and_differences_belong_to_the_step(k):
    step, problem = step_of(k=k)
    numbers = pass_numbers(step, problem, ASKED)
    n = len(step.batch)
    assert n == (5 if k == 4 else 4)
    assert {name: one.shape for name, one in numbers.items()} == pass_fields(problem)
    here = slice(0, n)
    gradient = step.gradient.flat
    mean = products(problem.net, numbers)[:, here].mean(axis=1)
    np.testing.assert_allclose(mean, gradient, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(numbers["difference"][0], gradient, rtol=1e-6, atol=1e-9)
    assert numbers["cost"][0, here].mean() == pytest.approx(step.loss, rel=1e-14)
    np.testing.assert_array_equal(numbers["Z2"][:, here], step.Z[2])
    np.testing.assert_array_equal(numbers["A2"][:, here], np.vstack([step.A[2], np.ones(n)]))
    assert np.isnan(numbers["V1"][:, n:]).all()
    assert np.isnan(numbers["Z1"][:, n:-1]).all()


def test_the_last_column_is_the_place_asked():
    step, problem = step_of()
    numbers = pass_numbers(step, problem, ASKED)
    net = problem.net.with_parameters(step.before.flat)
    np.testing.assert_allclose(numbers["A4"][:-1, -1], net.outputs([ASKED])[0], rtol=1e-14)
    assert numbers["A1"][:, -1].tolist() == [*ASKED, 1.0]
    assert np.isnan(numbers["V3"][:, -1]).all()


def test_l2_is_in_the_differences_as_in_the_gradient():
    X, y = mt.datasets.xor(n=12)
    trace = mt.train(
        mt.MLP((2, 3, 1), seed=1), X, y, l2=0.3, epochs=1, batch_size=None, progress=False
    )
    numbers = pass_numbers(trace[0], trace.run.problem, ASKED)
    np.testing.assert_allclose(numbers["difference"][0], trace[0].gradient.flat, atol=1e-9)


# -- ways


@pytest.mark.parametrize("sizes", [(2, 1), (2, 5, 1), (2, 3, 4, 2), (2, 8, 8, 8, 8, 3)])
def test_a_way_leads_through_its_own_parameter(sizes):
    net = mt.MLP(sizes)
    found = ways(net)
    for i in range(net.layout.size):
        way = {name: int(values[i]) for name, values in found.items()}
        layer = way["layer"]
        assert way[f"parameter{layer}"] == i
        where = net.layout.where(i)
        unit, seen = way[f"unit{layer + 1}"], way[f"input{layer}"]
        if where.startswith("b"):
            assert (where, seen) == (f"b^({layer})[{unit}]", sizes[layer - 1])
        else:
            assert where == f"W^({layer})[{unit}, {seen}]"
        for other in range(1, len(sizes)):
            if other != layer:
                ends = way[f"unit{other + 1}"], way[f"unit{other}"]
                assert net.layout.where(way[f"parameter{other}"]) == f"W^({other}){list(ends)}"


# -- lines


def python_of(latex, phi):
    """A line's numbers as Python: words away, dots to products."""
    code = re.sub(r"\\text\{.*?\}.*", "", latex).partition(" = ")[0]
    code = re.sub(r"10\^\{(-?\d+)\}", r"10.0**\1", code)
    code = re.sub(r"\\frac\{(.*)\}\{(.*)\}", r"(\1)/(\2)", code)
    code = re.sub(r"\\mathrm\{\w+\}(\\,)?(.*)", r"phi(\2)", code)
    code = code.replace(r"\cdot", "*").replace(r"\ast", "*").replace(r"\,", "")
    code = re.sub(r"(?<=[\d)]) *(?=\()", "*", code)
    return eval(code, {"phi": phi, "tanh": math.tanh})


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "silu", "gelu", "linear"])
@pytest.mark.parametrize(
    ("loss", "output"),
    [("mse", "sigmoid"), ("mse", "silu"), ("cross_entropy", "sigmoid"), ("cross_entropy", "tanh"),
     ("cross_entropy", "relu"), ("softmax_cross_entropy", "softmax")],
)  # fmt: skip
def test_the_numbers_put_in_give_what_the_line_says(loss, output, hidden):
    step, problem = step_of(loss, hidden, output)
    numbers, net = all_numbers(step, problem), problem.net
    found = ways(net)
    for i in range(0, net.layout.size, 3):
        way = {name: values[i] for name, values in found.items()}
        for line in pass_lines(net, problem.loss):
            if line.result is None:
                continue
            for column in range(2):
                latex = line.latex(lambda key: chosen(numbers, line, key, way, column))  # noqa: B023
                phi = net.activations[int(line.name[1:]) - 2] if line.name[0] == "A" else None
                if phi is not None and not phi.elementwise:
                    continue
                result = chosen(numbers, line, line.name, way, column)
                if line.name[0] == "G":
                    result = products(net, numbers)[way[f"parameter{line.name[1:]}"], column]
                assert python_of(latex, phi) == pytest.approx(result, rel=2e-3, abs=2e-4), latex


def test_of_softmax_all_units_stand_in_the_line():
    step, problem = step_of("softmax_cross_entropy", "softmax", "softmax")
    numbers = all_numbers(step, problem)
    way = {name: values[0] for name, values in ways(problem.net).items()}
    lines = {line.name: line for line in pass_lines(problem.net, problem.loss)}

    def values(name):
        line = lines[name]
        keys = [key for key in line.places if key != name]
        return np.array([chosen(numbers, line, key, way, 1) for key in keys])

    np.testing.assert_array_equal(values("A2"), step.Z[1][:, 1])
    # The softmax Jacobian by its definition.
    a = step.A[3][:, 1]
    jacobian = np.diag(a) - np.outer(a, a)
    np.testing.assert_allclose(jacobian.T @ values("V2"), step.sensitivity[2][:, 1], atol=1e-15)


@pytest.mark.parametrize("depth", [0, 1, 4])
def test_the_lines_stand_in_the_order_of_computation(depth):
    net = mt.MLP((2, *[8] * depth, 1))
    names = [line.name for line in pass_lines(net, mt.LOSSES["mse"])]
    layers = range(1, depth + 2)
    forward = [name for n in layers for name in (f"Z{n}", f"A{n + 1}")]
    back = [name for n in reversed(layers) for name in (f"V{n}", f"G{n}")]
    assert names == [*forward, "J", *back]


def test_a_line_on_the_page_has_a_slot_for_each_number_and_breaks_before_each_plus():
    line = pass_lines(mt.MLP((2, 5, 1)), mt.LOSSES["mse"])[2]
    written = line.mathml(numbers=True)
    assert re.findall(r'data-key="([^"]*)"', written) == [k for k in line.places if k != "Z2"]
    assert written.count("<math>") == 6
    assert line.mathml().count("<math ") == 1


def test_a_function_of_ones_own_is_called_by_its_name():
    def my_phi(Z):
        return np.where(Z > 0, Z, 0.1 * Z)

    def my_loss(Y, A):
        return A - Y

    net = mt.MLP((2, 3, 1), hidden=my_phi)
    X, y = mt.datasets.xor(n=8)
    trace = mt.train(net, X, y, loss=my_loss, epochs=1, batch_size=4, progress=False)
    lines = {line.name: line for line in pass_lines(net, trace.run.problem.loss)}
    assert lines["A2"].formula == r"A^{(2)} = \mathrm{my\ phi}(Z^{(1)})"
    assert "my" in lines["V2"].formula
    numbers = pass_numbers(trace[0], trace.run.problem, ASKED)
    np.testing.assert_allclose(products(net, numbers)[:, :4].mean(axis=1), trace[0].gradient.flat)
