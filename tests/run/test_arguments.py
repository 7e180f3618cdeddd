"""Bad input to networks, runs and checks: told at once, before any work is done."""

import numpy as np
import pytest
from bad_input import (
    BAD_COUNT,
    BAD_L2,
    BAD_LOSS,
    BAD_PROGRESS,
    BAD_RULE,
    BAD_SCHEDULE,
    BAD_SEED,
    BAD_X,
    BAD_Y,
    HOLED,
    INF,
    NAN,
    NET,
    X,
    Y,
    check,
    parameters,
    tensor_that_records,
)
from examples import quadratic

import mlpteach as mt

# MLP


@parameters(
    sizes=[
        ((4,), ValueError, "sizes must hold at least inputs and outputs", "given (4,)"),
        ((), ValueError, "sizes must hold at least"),
        (4, ValueError, "sizes must hold at least", "given 4 (int)"),
        ("4-5-3", ValueError, "sizes must hold at least", "given '4-5-3'"),
        ((4, 0, 3), ValueError, "sizes[1] must be a whole number >= 1", "given 0"),
        ((4, 5.0, 3), TypeError, "sizes[1] must be a whole number >= 1", "given 5.0"),
        ((4, "5", 3), TypeError, "sizes[1] must be a whole number >= 1", "given '5'"),
    ],
    hidden=[
        ("sigmoidd", ValueError, "hidden='sigmoidd' is unknown", "Did you mean 'sigmoid'?"),
        (("tanh", "relu"), ValueError, "hidden must be one activation for all 1", "given"),
        (("tan",), ValueError, "hidden[0]='tan' is unknown", "Did you mean 'tanh'?"),
        (None, ValueError, "hidden must be one activation", "given None"),
        (4, ValueError, "hidden must be one activation", "given 4 (int)"),
        ((4,), TypeError, "hidden[0] must be one of sigmoid, tanh", "or your own function"),
        (np.log, ValueError, "log must be finite; it gives nan at z = -8"),
        (lambda Z: Z.sum(), ValueError, "must return an array of the shape of Z", "it returned"),
        (lambda Z: Z / Z.size, ValueError, "must work element by element"),
    ],
    output=[
        ("logistic", ValueError, "output='logistic' is unknown", "allowed: sigmoid, tanh, relu"),
        (None, TypeError, "output must be one of sigmoid", "given None"),
        (("softmax",), TypeError, "output must be one of sigmoid"),
    ],
    init=[
        ("xavier", ValueError, "init='xavier' is unknown", "uniform, nielsen, glorot, he, zeros"),
        (None, TypeError, "init must be one of", "or your own function like my_init("),
        (
            lambda n_in, n_out: 0,
            TypeError,
            "init must take n_in, n_out and a generator",
            "takes (n_",
        ),
        (
            lambda n_in, n_out, rng: np.zeros((n_in, n_out)),
            ValueError,
            "W returned by <lambda> must",
        ),
        (
            lambda n_in, n_out, rng: np.random.normal(size=(n_out, n_in)),
            ValueError,
            "must draw from its generator rng alone",
        ),
    ],
    seed=BAD_SEED,
    weights=[
        ([], ValueError, "weights must be a list of 2 pairs (W, b)", "given []"),
        (np.zeros(43), ValueError, "weights must be a list of 2 pairs", "shape (43,)"),
        ([(np.zeros((5, 4)), np.zeros(5))], ValueError, "a list of 2 pairs"),
        ([np.zeros((5, 4))] * 2, ValueError, "weights[0] must be a pair (W, b)"),
    ],
)
def test_mlp(name, value, error, messages):
    check(lambda: mt.MLP(**{"sizes": (4, 5, 3), name: value}), error, *messages)


@parameters(
    W=[
        (np.zeros((4, 5)), ValueError, "W^(2) must have shape (3, 5)", "given shape (4, 5)"),
        (np.zeros((5, 3)), ValueError, "W^(2) must have shape (3, 5)", "given shape (5, 3)"),
        (np.zeros((3, 5), dtype=int), TypeError, "W^(2) must hold floats", "int64"),
        (np.full((3, 5), NAN), ValueError, "W^(2) must be finite", "nan at index (0, 0)"),
        ("W", TypeError, "W^(2) must be an array of floats", "given 'W'"),
    ],
    b=[
        (np.zeros(5), ValueError, "b^(2) must have shape (3,)", "given shape (5,)"),
        (np.zeros((1, 3)), ValueError, "b^(2) must have shape (3,)", "given shape (1, 3)"),
        (np.zeros(3, dtype=int), TypeError, "b^(2) must hold floats"),
        (np.array([0.0, INF, 0.0]), ValueError, "b^(2) must be finite", "inf at index (1,)"),
        (0.0, ValueError, "b^(2) must have shape (3,)", "given shape ()"),
    ],
)
def test_weights_of_an_mlp(name, value, error, messages):
    last = {"W": np.zeros((3, 5)), "b": np.zeros(3), name: value}
    weights = [(np.zeros((5, 4)), np.zeros(5)), (last["W"], last["b"])]
    check(lambda: mt.MLP((4, 5, 3), weights=weights), error, *messages)


@parameters(
    flat=[
        (np.zeros(42), ValueError, "flat must have shape (43,)", "given shape (42,)"),
        (np.zeros(43, dtype=int), TypeError, "flat must hold floats"),
        (np.full(43, NAN), ValueError, "flat must be finite"),
    ]
)
def test_with_parameters(name, value, error, messages):
    check(lambda: NET.with_parameters(value), error, *messages)


@pytest.mark.parametrize(
    "ask",
    [NET.outputs, NET.predict, lambda X: NET.accuracy(X, Y), lambda X: NET.loss(X, Y)],
    ids=["outputs", "predict", "accuracy", "loss"],
)
@parameters(X=BAD_X)
def test_x_of_an_mlp(ask, name, value, error, messages):
    check(lambda: ask(value), error, *messages)


@parameters(y=BAD_Y, loss=BAD_LOSS, l2=BAD_L2)
def test_loss_of_an_mlp(name, value, error, messages):
    check(lambda: NET.loss(**{"X": X, "y": Y, name: value}), error, *messages)


@parameters(y=BAD_Y[:-2])
def test_accuracy_of_an_mlp(name, value, error, messages):
    check(lambda: NET.accuracy(X, value), error, *messages)


# train


@parameters(
    net=[
        (None, TypeError, "net must be an mlpteach.MLP", "given None"),
        ((4, 5, 3), TypeError, "net must be an mlpteach.MLP", "given (4, 5, 3) (tuple)"),
        (mt.MLP, TypeError, "net must be an mlpteach.MLP"),
    ],
    X=BAD_X,
    y=BAD_Y,
    loss=BAD_LOSS,
    rule=BAD_RULE,
    epochs=BAD_COUNT,
    batch_size=BAD_COUNT,
    schedule=BAD_SCHEDULE,
    l2=BAD_L2,
    seed=BAD_SEED,
    progress=BAD_PROGRESS,
    validation=[
        (X, TypeError, "validation must be the pair (X_val, y_val)", "shape (20, 4)"),
        ((X,), TypeError, "validation must be the pair (X_val, y_val)"),
        ((X, Y, X), TypeError, "validation must be the pair (X_val, y_val)"),
        ((X[:, :3], Y), ValueError, "X_val must have shape (any, 4)", "given shape (20, 3)"),
        ((HOLED, Y), ValueError, "X_val must be finite", "nan at index (3, 2)"),
        ((X, Y + 1), ValueError, "y_val must hold labels 0 … 2", "given label 3"),
        ((X, Y[1:]), ValueError, "y_val must have one label or one row for each of the 20"),
    ],
)
def test_train(name, value, error, messages):
    arguments = {"net": NET, "X": X, "y": Y, "epochs": 1, name: value}
    check(lambda: mt.train(**arguments), error, *messages)


@parameters(
    y=[
        (np.full((20, 3), 0.5), ValueError, "y must hold distributions", "sums to 1.5"),
        (np.zeros((20, 3)), ValueError, "each instance's targets sum to 1", "sums to 0"),
        (2 * np.eye(3)[Y], ValueError, "y must lie in [0, 1] for loss='softmax_cross_entropy'"),
    ]
)
def test_targets_of_softmax_cross_entropy(name, value, error, messages):
    check(lambda: mt.train(NET, X, value, loss="softmax_cross_entropy"), error, *messages)


@parameters(
    y=[
        (Y, ValueError, "y must lie in [0, 1] for loss='cross_entropy'", "given 2"),
        (Y - 1.5, ValueError, "y must lie in [0, 1]", "given -1.5"),
        (np.eye(3)[Y], ValueError, "y must have 1 columns", "given shape (20, 3)"),
    ]
)
def test_targets_of_one_output(name, value, error, messages):
    check(lambda: mt.train(mt.MLP((4, 1)), X, value), error, *messages)


# What comes back later.


@pytest.mark.parametrize(
    ("later", "error", "messages"),
    [
        (None, TypeError, ["must return the pair (value, gradient)", "it returned None"]),
        ((None, np.ones(2)), TypeError, ["must return a number first", "it returned None"]),
        ((1.0, None), TypeError, ["the gradient that objective returned must be an array"]),
        ((1.0, [None, None]), TypeError, ["given None (NoneType) at index (0,)"]),
        ((1.0, np.ones((2, 1))), ValueError, ["must have shape (2,)", "given shape (2, 1)"]),
        ((1.0, np.ones(2), 3), TypeError, ["must return the pair"]),
        ((np.ones(2), np.ones(2)), TypeError, ["must return a number first"]),
        ((tensor_that_records(1.0), np.ones(2)), TypeError, ["a number first", "requires_grad"]),
        ((1.0, np.ma.array([1.0, 2.0], mask=[0, 1])), ValueError, ["given 1 masked entry."]),
    ],
)
def test_an_objective_that_returns_something_else_later(later, error, messages):
    calls = []

    def objective(theta):
        calls.append(1)
        return (float(theta @ theta), 2 * theta) if len(calls) < 6 else later

    with pytest.raises(error) as caught:
        mt.descend(objective, [1.0, 2.0], rule="gd", steps=20)
    for message in messages:
        assert message in str(caught.value)
    assert "raised at update k = 5" in caught.value.__notes__[0]
    assert len(caught.value.trace) == 4


@parameters(
    name=[
        ("nope", ValueError, "name='nope' is unknown", "allowed: before, after, gradient, rho, M"),
        (3, TypeError, "name must be one of before", "given 3 (int)"),
    ]
)
def test_gather(name, value, error, messages):
    trace = mt.descend(quadratic([1]), [1.0], steps=2)
    check(lambda: trace.gather("rho", value), error, *messages)


# descend


def returning(value):
    return lambda theta: value


@parameters(
    objective=[
        (None, TypeError, "objective must be a function theta -> (value, gradient)", "given None"),
        ("beale", TypeError, "given 'beale' (str)", "that name is mlpteach.LANDSCAPES['beale']."),
        ("bale", TypeError, "objective must be a function", "given 'bale' (str)."),
        (
            lambda x, y: (x * y, (y, x)),
            TypeError,
            "in one array, as objective(theta) or objective(theta, k)",
            "given <lambda>(x, y).",
        ),
        (lambda: (0.0, np.zeros(2)), TypeError, "given <lambda>()."),
        (returning(None), TypeError, "must return the pair (value, gradient)", "returned None"),
        (returning(1.0), TypeError, "must return the pair", "it returned 1.0"),
        (returning([1.0, np.ones(2)]), TypeError, "must return the pair", "(list)"),
        (returning((1.0,)), TypeError, "must return the pair", "it returned (1.0,)"),
        (returning((1.0, np.ones(3))), ValueError, "the gradient that", "(2,)", "given shape (3,)"),
        (returning((1.0, 1.0)), ValueError, "the gradient that objective returned", "shape ()"),
        (returning((1.0, np.ones(2, int))), TypeError, "int64", "Use .astype(float) on it."),
        (returning((1.0, None)), TypeError, "the gradient that objective returned must be"),
        (returning((np.ones(2), np.ones(2))), TypeError, "objective must return a number first"),
        (returning(("1", np.ones(2))), TypeError, "a number first", "it returned '1' (str)"),
        (returning((1j, np.ones(2))), TypeError, "a number first", "it returned 1j"),
        (returning((None, np.ones(2))), TypeError, "a number first", "it returned None"),
    ],
    theta0=[
        (np.array([1, 2]), TypeError, "theta0 must hold floats", "int64", "theta0.astype(float)"),
        ([1.0, NAN], ValueError, "theta0 must be finite", "nan at index (1,)"),
        ([[1.0, 2.0]], ValueError, "theta0 must have shape (any,)", "given shape (1, 2)"),
        (1.0, ValueError, "theta0 must have shape (any,)", "given shape ()"),
        ([], ValueError, "theta0 must not be empty"),
        ("ab", TypeError, "theta0 must be an array of floats", "given 'ab'"),
        (None, TypeError, "theta0 must be an array of floats"),
    ],
    rule=BAD_RULE,
    steps=BAD_COUNT,
    schedule=BAD_SCHEDULE,
    progress=BAD_PROGRESS,
)
def test_descend(name, value, error, messages):
    arguments = {"objective": quadratic([1, 2]), "theta0": [1.0, 2.0], "steps": 2, name: value}
    check(lambda: mt.descend(**arguments), error, *messages)


def test_landscapes_have_two_numbers():
    message = "theta must have shape (2,); given shape (3,)."
    check(lambda: mt.descend(mt.LANDSCAPES["beale"], [1.0, 2.0, 3.0]), ValueError, message)


# gradient_check


@parameters(
    net=[("net", TypeError, "net must be an mlpteach.MLP", "given 'net' (str)")],
    X=BAD_X,
    y=BAD_Y,
    loss=BAD_LOSS,
    l2=BAD_L2,
    h=[
        (0.0, ValueError, "h must be in (0, inf)", "given 0.0"),
        (NAN, ValueError, "h must be in (0, inf)", "given nan"),
        ("h", TypeError, "h must be a number in (0, inf)"),
    ],
    entries=BAD_COUNT,
    seed=BAD_SEED,
)
def test_gradient_check(name, value, error, messages):
    arguments = {"net": NET, "X": X, "y": Y, name: value}
    check(lambda: mt.gradient_check(**arguments), error, *messages)


# All of that before any work is done.


@pytest.mark.parametrize(
    ("name", "value"),
    [("epochs", 0), ("schedule", "nope"), ("seed", -1), ("validation", (X, Y + 1)), ("l2", -1.0)],
)
def test_nothing_is_computed_before_the_check(monkeypatch, name, value):
    def work(*arguments):
        pytest.fail("work was done before the arguments were checked")

    monkeypatch.setattr(mt.MLP, "evaluate", work)
    monkeypatch.setattr(mt.MLP, "forward", work)
    with pytest.raises(ValueError, match=r"must|unknown"):
        mt.train(NET, X, Y, **{name: value})


def test_the_first_label_without_an_output_is_told():
    check(lambda: NET.loss(X[:4], [0, 5, 7, 1]), ValueError, "given label 5")
    check(lambda: NET.loss(X[:4], [0, 3, 2, 1]), ValueError, "given label 3")
    check(lambda: NET.loss(X[:4], [0, 2, -1, 1]), ValueError, "given label -1")


def test_a_network_that_fits_nowhere_is_refused_before_any_work():
    check(lambda: mt.MLP((10**6, 10**6, 1)), ValueError, "sizes must give at most", "parameters")


def test_weights_are_a_pair_for_each_layer():
    wrong = [(np.zeros((5, 4)), np.zeros(5))]
    check(lambda: mt.MLP((4, 5, 3), weights=wrong), ValueError, "weights must be a list of 2 pairs")
