"""Bad input to every public call: told at once, with what was wrong, given and allowed."""

import dataclasses
import decimal
import functools
import tracemalloc

import numpy as np
import pytest
from examples import instances, quadratic

import mlpteach as mt
from mlpteach.basics.arguments import describe

X, Y = instances()
NET = mt.MLP((4, 5, 3))
NAN, INF = float("nan"), float("inf")
HOLED = X.copy()
HOLED[3, 2] = NAN
ENDLESS = X.copy()
ENDLESS[0, 1] = -INF


def check(call, error, *messages):
    with pytest.raises(error) as caught:
        call()
    for message in messages:
        assert message in str(caught.value)


# Wrong values of what many calls take.

BAD_COUNT = [
    (0, ValueError, "must be a whole number >= 1", "given 0"),
    (-3, ValueError, "must be a whole number >= 1", "given -3"),
    (2.0, TypeError, "must be a whole number >= 1", "given 2.0 (float)"),
    ("3", TypeError, "must be a whole number >= 1", "given '3' (str)"),
    (10**12, ValueError, "must be a whole number >= 1 and <= 1000000000", "given 1000000000000"),
    (10**9999, ValueError, "a whole number >= 1 and <= 1000000000", "thousands of digits"),
    (True, TypeError, "must be a whole number >= 1", "given True (bool)"),
]
BAD_SEED = [
    (-1, ValueError, "seed must be a whole number >= 0", "given -1"),
    (None, TypeError, "seed must be a whole number >= 0", "given None"),
    (1.5, TypeError, "seed must be a whole number >= 0", "given 1.5 (float)"),
]
BAD_X = [
    (X.astype(int), TypeError, "X must hold floats", "int64", "X.astype(float)"),
    (X > 0, TypeError, "X must hold floats", "bool"),
    (X.astype(complex), TypeError, "X must be an array of floats", "complex128"),
    (X.astype(str), TypeError, "X must be an array of floats", "shape (20, 4)"),
    ("digits", TypeError, "X must be an array of floats", "given 'digits' (str)"),
    (None, TypeError, "X must be an array of floats", "given None"),
    ([[1.0, 2.0], [3.0]], TypeError, "X must be an array of floats", "given [[1.0, 2.0], [3.0]]"),
    (HOLED, ValueError, "X must be finite", "nan at index (3, 2)"),
    (ENDLESS, ValueError, "X must be finite", "-inf at index (0, 1)"),
    (X.T, ValueError, "X must have shape (any, 4)", "given shape (4, 20)"),
    (X[0], ValueError, "X must have shape (any, 4)", "given shape (4,)"),
    (X[None], ValueError, "X must have shape (any, 4)", "given shape (1, 20, 4)"),
    (X[:0], ValueError, "X must not be empty", "given shape (0, 4)"),
]
BAD_Y = [
    (Y[:-1], ValueError, "y must have one label or one row for each of the 20", "shape (19,)"),
    (Y[:, None], ValueError, "y must have 3 columns", "given shape (20, 1)"),
    (np.eye(4)[Y], ValueError, "y must have 3 columns", "given shape (20, 4)"),
    (np.eye(3)[Y].T, ValueError, "for each of the 20 instances", "given shape (3, 20)"),
    (np.eye(3)[Y][None], ValueError, "for each of the 20 instances", "given shape (1, 20, 3)"),
    (Y + 1, ValueError, "y must hold labels 0 … 2", "3 outputs", "given label 3"),
    (Y - 1, ValueError, "y must hold labels 0 … 2", "given label -1"),
    (np.where(Y == 2, 1e300, Y), ValueError, "y must hold labels 0 … 2", "given label 1e+300"),
    (Y + 0.5, TypeError, "y must hold whole labels 0 … 2", "given fractions"),
    (np.where(Y == 2, NAN, Y), ValueError, "y must be finite"),
    (Y.astype(str), TypeError, "y must hold labels 0, 1, … or one-hot rows", "shape (20,)"),
    (None, TypeError, "y must hold labels 0, 1, … or one-hot rows", "given None"),
    (3, ValueError, "one label or one row for each of the 20", "shape ()"),
    ([[1, 0, 0], [0, 1]] * 10, TypeError, "y must hold labels 0, 1, … or one-hot rows"),
    (2 * np.eye(3)[Y], ValueError, "y must lie in [0, 1] for loss='cross_entropy'", "given 2"),
    (-np.eye(3)[Y], ValueError, "y must lie in [0, 1]", "given -1"),
]
BAD_LOSS = [
    ("crossentropy", ValueError, "loss='crossentropy' is unknown", "mean 'cross_entropy'?"),
    (None, TypeError, "loss must be one of mse, cross_entropy", "given None"),
]
BAD_L2 = [
    (-0.1, ValueError, "l2 must be in [0, inf)", "given -0.1"),
    (NAN, ValueError, "l2 must be in [0, inf)", "given nan"),
    (INF, ValueError, "l2 must be in [0, inf)", "given inf"),
    ("0", TypeError, "l2 must be a number in [0, inf)", "given '0' (str)"),
    (True, TypeError, "l2 must be a number", "given True"),
]
BAD_RULE = [
    ("adma", ValueError, "rule='adma' is unknown", "gd, momentum", "Did you mean 'adam'?"),
    (None, TypeError, "rule must be one of gd, momentum", "given None"),
    (3, TypeError, "rule must be one of gd, momentum", "given 3 (int)"),
]
BAD_SCHEDULE = [
    ("colling", ValueError, "schedule='colling' is unknown", "Did you mean 'cooling'?"),
    (0.1, TypeError, "schedule must be None, one of constant, cooling", "given 0.1 (float)"),
]
BAD_PROGRESS = [(1, TypeError, "progress must be True or False", "given 1 (int)")]


def parameters(**tables):
    return pytest.mark.parametrize(
        ("name", "value", "error", "messages"),
        [
            pytest.param(name, case[0], case[1], case[2:], id=f"{name}-{number}")
            for name, table in tables.items()
            for number, case in enumerate(table)
        ],
    )


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


# Numbers in other clothes.


def tensor_that_records(values):
    """What np.asarray meets in a tensor of PyTorch that requires a gradient."""

    class Tensor:
        def __array__(self, *arguments, **options):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

        def __repr__(self):
            return f"tensor({values}, requires_grad=True)"

    return Tensor()


def final(X, y, **options):
    return mt.train(NET, X, y, epochs=2, **options)[-1].after.flat


def test_objects_that_are_numbers_are_taken():
    """Mixed columns of a DataFrame come as an array of Python objects."""
    mixed = X.astype(object)
    mixed[:, 0] = [int(value * 10) for value in X[:, 0]]
    mixed[0, 1] = decimal.Decimal("0.5")
    plain = mixed.astype(float)
    np.testing.assert_array_equal(final(mixed, Y.astype(object)), final(plain, Y))
    np.testing.assert_array_equal(final(mixed.tolist(), Y.tolist()), final(plain, Y))


@parameters(
    X=[
        (np.where(X[2, 1] == X, "red", X.astype(object)), TypeError, "'red' (str) at index (2, 1)"),
        (np.where(X[2, 1] == X, None, X), TypeError, "array of floats; given None", "(2, 1)"),
        (np.where(X[2, 1] == X, 1j, X.astype(object)), TypeError, "given 1j (complex) at index"),
        (np.where(X[2, 1] == X, 10**400, X.astype(object)), ValueError, "number too large"),
        (np.ma.masked_greater(X, 1.0), ValueError, "masked entries. Leave those rows out, or fill"),
        (list(np.ma.masked_greater(X, X.max() - 1e-9)), ValueError, "given 1 masked entry."),
        (
            tensor_that_records(3),
            TypeError,
            "given tensor(3, requires_grad=True)",
            "Can't call num",
        ),
    ],
    y=[
        (np.ma.masked_equal(Y, 1), ValueError, "y must hold labels", "given 7 masked entries."),
        (np.where(Y == 1, "cat", Y.astype(object)), TypeError, "given 'cat' (str) at index (1,)"),
        (tensor_that_records(3), TypeError, "y must hold labels", "requires grad"),
    ],
)
def test_what_is_no_number_is_named_with_its_place(name, value, error, messages):
    arguments = {"net": NET, "X": X, "y": Y, "epochs": 1, name: value}
    check(lambda: mt.train(**arguments), error, *messages)


def test_a_mask_that_hides_nothing_is_no_mask():
    np.testing.assert_array_equal(final(np.ma.array(X), np.ma.array(Y)), final(X, Y))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_soft_targets_in_any_precision(dtype):
    soft = np.random.default_rng(0).dirichlet(np.ones(3), size=20).astype(dtype)
    assert dtype is np.float64 or (soft.sum(axis=1, dtype=float) != 1.0).any()
    exact = soft.astype(float) / soft.astype(float).sum(axis=1, keepdims=True)
    loss = {"loss": "softmax_cross_entropy"}
    np.testing.assert_allclose(final(X, soft, **loss), final(X, exact, **loss), rtol=1e-12)
    doubled = soft.astype(np.float32).tolist() if dtype is np.float32 else exact.tolist()
    np.testing.assert_allclose(final(X, doubled, **loss), final(X, exact, **loss), rtol=1e-12)


@pytest.mark.parametrize("off", [1e-12, 1e-7])
def test_targets_beside_their_range_by_rounding(off):
    soft = np.random.default_rng(0).uniform(0.0, 1.0, (20, 3))
    soft[0], soft[1] = -off, 1.0 + off
    np.testing.assert_array_equal(final(X, soft), final(X, np.clip(soft, 0.0, 1.0)))


@parameters(
    y=[
        (np.full((20, 3), 1.00001), ValueError, "y must lie in [0, 1]", "given 1.00001."),
        (np.full((20, 3), 1.0 + 3e-6), ValueError, "y must lie in [0, 1]", "given 1.000003"),
        (np.tile([0.3, 0.3, 0.40001], (20, 1)), ValueError, "sums to 1.00001"),
    ]
)
def test_messages_have_the_digits_that_tell(name, value, error, messages):
    loss = "softmax_cross_entropy" if "sums" in messages[0] else "cross_entropy"
    check(lambda: mt.train(NET, X, value, loss=loss), error, *messages)


# More than fits into memory, refused before any is reserved.


@pytest.mark.parametrize(
    ("call", "messages"),
    [
        (lambda: mt.MLP((784, 10**9)), ["at most 100,000,000 parameters", "gives 785,000,000,000"]),
        # Each layer would be allowed: 81,009,000 and 19,802,200 parameters.
        (lambda: mt.MLP((9000, 9000, 2200)), ["which gives 100,811,200"]),
        (lambda: mt.MLP((10**9, 10**9, 3)), ["sizes must give at most", "(1000000000, 1000"]),
        (
            lambda: mt.train(NET, X, Y, epochs=10**9),
            ["epochs must give at most 20,000,000 updates"],
        ),
        (lambda: mt.train(NET, X, Y, epochs=10**7, batch_size=2), ["which gives 100,000,000."]),
        (
            lambda: mt.train(
                mt.MLP((1, 10**7, 1)), np.zeros((60, 1)), np.zeros(60), batch_size=None
            ),
            ["batch_size must give at most 500,000,000 activations", "batches of 60"],
        ),
        (lambda: mt.descend(quadratic([1]), [1.0], steps=10**9), ["steps must give at most"]),
        (lambda: mt.datasets.moons(n=10**9), ["n must be", "<= 10000000; given 1000000000"]),
        (lambda: mt.datasets.xor(n=10**8), ["n must be", "<= 10000000"]),
        (lambda: mt.datasets.spirals(n=10**8), ["n must be", "<= 10000000"]),
        (lambda: mt.COUNTEREXAMPLES["at_random"].slopes(10**9), ["n must be", "<= 10000000"]),
    ],
)
def test_what_would_not_fit_into_memory(call, messages):
    tracemalloc.start()
    try:
        check(call, ValueError, *messages)
        assert tracemalloc.get_traced_memory()[1] < 600e6
    finally:
        tracemalloc.stop()


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


def test_a_schedule_needs_a_step_size_that_is_not_zero():
    def still(G, *, eta=0.0):
        return {"rho": eta * G}

    for schedule in ("cooling", "exponential", "cosine", lambda eta, k: eta / k):
        call = functools.partial(
            mt.descend, quadratic([1]), [1.0], rule=still, steps=3, schedule=schedule
        )
        check(call, ValueError, "multiplies the step size, which must be larger than 0",
              "given eta=0 of the rule still (own).")  # fmt: skip
    assert len(mt.descend(quadratic([1]), [1.0], rule=still, steps=3, schedule="adaptive")) == 3
    up = mt.rule(still, eta=-0.1)
    assert len(mt.descend(quadratic([1]), [1.0], rule=up, steps=3, schedule="cooling")) == 3
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=up, schedule="exponential"), ValueError,
          "given eta=-0.1")  # fmt: skip


@parameters(
    name=[
        ("nope", ValueError, "name='nope' is unknown", "allowed: before, after, gradient, rho, M"),
        (3, TypeError, "name must be one of before", "given 3 (int)"),
    ]
)
def test_gather(name, value, error, messages):
    trace = mt.descend(quadratic([1]), [1.0], steps=2)
    check(lambda: trace.gather("rho", value), error, *messages)


@pytest.mark.parametrize("Z", [[], np.zeros((0, 3)), [[]]])
@pytest.mark.parametrize("id", mt.ACTIVATIONS)
def test_nothing_has_no_activation(id, Z):
    phi = mt.ACTIVATIONS[id]
    check(lambda: phi(Z), ValueError, "Z must not be empty; given shape")
    if phi.elementwise:
        check(lambda: phi.derivative(Z), ValueError, "Z must not be empty; given shape")


# Entries of one table in the place of another's.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rule": mt.LOSSES["mse"]}, "rule must be one of gd"),
        ({"rule": mt.LANDSCAPES["beale"]}, "rule must be one of gd"),
        ({"loss": mt.rule("adam")}, "loss must be one of mse"),
        ({"schedule": mt.rule("adam")}, "schedule must be None, one of constant"),
        ({"loss": dict}, "loss must be one of mse"),
        ({"loss": 3}, "mlpteach.own_cost(...) or your own function (Y, A) -> V; given 3"),
        ({"schedule": int}, "schedule must be None, one of constant"),
    ],
)
def test_entries_of_another_table(arguments, message):
    check(lambda: mt.train(NET, X, Y, **arguments), TypeError, message, "given ")


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


# rule: every hyper-parameter of every rule outside of its range

HYPERS = [
    pytest.param(id, form, name, hyper, id=f"{id}-{form}-{name}")
    for id, optimizer in mt.RULES.items()
    for form, rule in optimizer.forms.items()
    for name, hyper in rule.hypers.items()
]


def is_switch(hyper):
    return isinstance(hyper.default, bool)


@pytest.mark.parametrize(("id", "form", "name", "hyper"), HYPERS)
def test_hyper_parameters_outside_of_their_range(id, form, name, hyper):
    def make(value):
        return lambda: mt.rule(id, form=form, **{name: value})

    if is_switch(hyper):
        check(make(1), TypeError, f"{name} must be True or False", "given 1 (int)")
        return
    allowed = f"{name} must be in {hyper.allowed}"
    for value in (-0.1, NAN, INF, -INF):
        check(make(value), ValueError, allowed, f"given {value}")
    for value in ("0.1", None, True, [0.1], np.array([0.1]), 1j):
        check(make(value), TypeError, f"{name} must be a number in {hyper.allowed}", "given ")


@pytest.mark.parametrize(("id", "form", "name", "hyper"), HYPERS)
def test_sliders_stay_inside_the_range(id, form, name, hyper):
    if is_switch(hyper):
        return
    for value in (hyper.default, hyper.low, hyper.high):
        assert mt.rule(id, form=form, **{name: value}).values[name] == value
    assert hyper.low <= hyper.default <= hyper.high
    assert hyper.low > 0 or not hyper.log


@pytest.mark.parametrize("name", ["beta1", "beta2"])
@pytest.mark.parametrize("id", ["adam", "nadam", "amsgrad"])
def test_a_decay_of_one_is_refused(id, name):
    check(lambda: mt.rule(id, **{name: 1.0}), ValueError, f"{name} must be in [0, 1)", "given 1.0")
    assert mt.rule(id, **{name: 0}).values[name] == 0.0


@pytest.mark.parametrize("id", ["gd", "adam", "rmsprop"])
def test_a_step_of_zero_is_refused(id):
    check(lambda: mt.rule(id, eta=0.0), ValueError, "eta must be in (0, inf)", "given 0.0")


@pytest.mark.parametrize(
    ("arguments", "values", "error", "messages"),
    [
        (("sgd",), {}, ValueError, ["rule='sgd' is unknown", "allowed: gd, momentum"]),
        ((None,), {}, TypeError, ["rule must be one of gd", "given None"]),
        (("adam", "slide"), {}, ValueError, ["form='slide' is unknown", "lecture, paper"]),
        (("adam", 1), {}, TypeError, ["form must be one of lecture, paper", "given 1 (int)"]),
        (("lbfgs", "lecture"), {}, ValueError, ["on no slide", "'lecture'", "allowed: paper"]),
        (("amsgrad", "lecture"), {}, ValueError, ["on no slide", "allowed: paper"]),
        (
            ("gd",),
            {"beta": 0.9},
            ValueError,
            ["gd (lecture) has no hyper-parameter 'beta'", "has: eta"],
        ),
        (("adam",), {"beta_1": 0.9}, ValueError, ["has: eta, beta1", "mean 'beta1'?"]),
        (("adadelta", "paper"), {"eta": 0.9}, ValueError, ["it has: gamma, eps"]),
    ],
)
def test_rule(arguments, values, error, messages):
    check(lambda: mt.rule(*arguments, **values), error, *messages)


def test_a_rule_can_be_changed():
    rule = mt.rule(mt.rule("adam", form="paper", eta=0.5), beta1=0.8)
    assert (rule.form, rule.values["eta"], rule.values["beta1"]) == ("paper", 0.5, 0.8)
    check(lambda: mt.rule(rule, beta1=2.0), ValueError, "beta1 must be in [0, 1)", "given 2.0")


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), 10**9999], ids=["1e400", "-1e400", "1e9999"]
)
def test_a_number_too_large_for_a_float(number):
    check(lambda: mt.rule("adam", eta=number), ValueError, "eta must be in (0, inf)", "given ")


def test_values_of_lbfgs_go_together():
    check(lambda: mt.rule("lbfgs", c1=0.4, c2=0.1), ValueError, "c1 must be smaller than c2")
    check(lambda: mt.rule("lbfgs", memory=2.5), ValueError, "memory must be a whole number in")
    assert mt.rule("lbfgs", memory=3, c1=0.1, c2=0.2).values["memory"] == 3


@pytest.mark.parametrize("given", [dict, int, np.sqrt, len, mt.MLP])
def test_no_function_to_make_a_rule_of(given):
    check(lambda: mt.rule(given), TypeError, "a rule must be a function like my_rule(k, G, M, V")


def test_a_form_with_a_rule():
    check(lambda: mt.rule(mt.rule("adam"), form="paper"), ValueError, "'paper' with a Rule.")


class Callable:
    def __call__(self, G, *, eta=0.1):
        return {"rho": eta * G}


@pytest.mark.parametrize("given", [Callable(), functools.partial(Callable().__call__, eta=0.2)])
def test_other_callables_are_rules(given):
    assert len(mt.descend(quadratic([1, 2]), [1.0, 2.0], rule=given, steps=2)) == 2


@pytest.mark.parametrize(
    "name",
    ["k", "W", *(field.name for field in dataclasses.fields(mt.Step) if field.name != "rho")],
)
def test_reserved_quantities_of_an_own_rule(name):
    def mine(k, G):
        return {name: G, "rho": G}

    message = f"mine must not return a quantity named {name!r}; at update k = 1 it returned"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine, steps=2), ValueError, message)


@pytest.mark.parametrize("name", ["_M", "__class__", "M hat", "", 3, "1st"])
def test_quantities_are_named_like_variables(name):
    def mine(k, G):
        return {name: G, "rho": G}

    message = "mine must name its quantities like variables of Python"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine), ValueError, message, f"{name}, rho")


def test_reserved_states_are_refused_with_the_rule():
    def mine(k, G, loss, *, eta=0.1):
        return {"loss": loss, "rho": eta * G}

    message = "mine must not return a quantity named 'loss'; its parameters are (k, G, loss)"
    check(lambda: mt.rule(mine), ValueError, message)


def test_entries_of_the_tables_are_taken_in_place_of_their_ids():
    assert mt.rule(mt.RULES["adam"], form="paper", eta=0.5) == mt.rule("adam", "paper", eta=0.5)
    assert mt.schedule(mt.SCHEDULES["cooling"], eps=0.5) == mt.schedule("cooling", eps=0.5)
    assert mt.schedule(mt.schedule("staircase", k_d=3), d=0.1).values == {"d": 0.1, "k_d": 3}
    net = mt.MLP((4, 5, 3), hidden=mt.ACTIVATIONS["tanh"], init=mt.INITIALIZERS["he"])
    by_id = mt.train(mt.MLP((4, 5, 3), hidden="tanh", init="he"), X, Y, rule="adam", epochs=2)
    by_entry = mt.train(net, X, Y, rule=mt.RULES["adam"], epochs=2, loss=mt.LOSSES["cross_entropy"])
    np.testing.assert_array_equal(by_entry[-1].after.flat, by_id[-1].after.flat)
    assert mt.own_loss(lambda Y, A: A - Y, cost=mt.LOSSES["mse"]).targets == "real"


def test_a_rule_without_k_is_told_no_update():
    def mine(G):
        return None

    message = "mine must return Quantities(rho=rho) or a dict; it returned None"
    check(lambda: mt.descend(quadratic([1]), [1.0], rule=mine, steps=2), TypeError, message)


# schedule


@pytest.mark.parametrize(
    ("id", "values", "error", "messages"),
    [
        ("cool", {}, ValueError, ["schedule='cool' is unknown", "constant, cooling"]),
        (None, {}, TypeError, ["schedule must be one of constant", "given None"]),
        ("cooling", {"d": 0.1}, ValueError, ["'cooling' has no hyper-parameter 'd'; it has: eps"]),
        (
            "constant",
            {"d": 0.1},
            ValueError,
            ["'constant' has no", "it has: none"],
        ),
        ("cooling", {"eps": -0.1}, ValueError, ["eps must be in [0, inf)", "given -0.1"]),
        ("cooling", {"eps": "1"}, TypeError, ["eps must be a number in [0, inf)"]),
        ("exponential", {"d": NAN}, ValueError, ["d must be in [0, inf)", "given nan"]),
        ("staircase", {"d": 0.0}, ValueError, ["d must be in (0, 1]", "given 0.0"]),
        ("staircase", {"d": 1.1}, ValueError, ["d must be in (0, 1]", "given 1.1"]),
        (
            "staircase",
            {"k_d": 0},
            ValueError,
            ["k_d must be in [1, inf)", "given 0"],
        ),
        ("staircase", {"k_d": 2.5}, ValueError, ["k_d must be a whole number in [1, inf)"]),
        ("adaptive", {"shrink": 1.0}, ValueError, ["shrink must be in (0, 1)", "given 1.0"]),
        ("adaptive", {"shrink": 0.0}, ValueError, ["shrink must be in (0, 1)", "given 0.0"]),
    ],
)
def test_schedule(id, values, error, messages):
    check(lambda: mt.schedule(id, **values), error, *messages)


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


def test_a_long_value_is_cut_in_a_message():
    check(lambda: mt.rule(list(range(1000))), TypeError, "given [0, 1, 2", "… (list)")


def test_an_unknown_attribute_of_the_package():
    check(lambda: mt.trian, AttributeError, "'mlpteach' has no attribute 'trian'")


@pytest.mark.parametrize(
    "seeded",
    [
        lambda seed: mt.MLP((2, 3, 1), seed=seed),
        lambda seed: mt.datasets.moons(n=4, seed=seed),
        lambda seed: mt.train(NET, X, Y, epochs=1, seed=seed, progress=False),
    ],
)
def test_the_smallest_and_the_largest_seed(seeded):
    for seed in (0, 2**63):
        assert seeded(seed)
    for seed in (-1, 2**63 + 1):
        with pytest.raises(ValueError, match="seed must be"):
            seeded(seed)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("x" * 188, f"(ValueError: {'x' * 188})"),
        # Cut to 197 characters, "ValueError: " among them, and dots.
        ("x" * 189, f"(ValueError: {'x' * 185}…)"),
        ("first\nsecond", "(ValueError: first)"),
    ],
)
def test_what_an_object_says_of_itself_is_one_short_line(said, shown):
    class Odd:
        def __array__(self, *_, **__):
            raise ValueError(said)

    with pytest.raises(TypeError) as caught:
        NET.outputs(Odd())
    assert str(caught.value).endswith(f"{shown}.")


@pytest.mark.parametrize(
    ("characters", "shown"), [(58, f"'{'x' * 58}'"), (59, f"'{'x' * 56}…"), (900, f"'{'x' * 56}…")]
)
def test_a_long_value_is_cut_after_60_characters(characters, shown):
    assert describe("x" * characters) == f"{shown} (str)"


def test_the_first_label_without_an_output_is_told():
    check(lambda: NET.loss(X[:4], [0, 5, 7, 1]), ValueError, "given label 5")
    check(lambda: NET.loss(X[:4], [0, 3, 2, 1]), ValueError, "given label 3")
    check(lambda: NET.loss(X[:4], [0, 2, -1, 1]), ValueError, "given label -1")


def test_a_network_that_fits_nowhere_is_refused_before_any_work():
    check(lambda: mt.MLP((10**6, 10**6, 1)), ValueError, "sizes must give at most", "parameters")


def test_weights_are_a_pair_for_each_layer():
    wrong = [(np.zeros((5, 4)), np.zeros(5))]
    check(lambda: mt.MLP((4, 5, 3), weights=wrong), ValueError, "weights must be a list of 2 pairs")
