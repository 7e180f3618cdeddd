"""The model solutions, which decide the marks, against numbers worked out elsewhere."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest

import mlpteach as mt
from mlpteach.exercise.reading import read_sheet

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "reference" / "rules_quadratic.json").read_text(encoding="utf-8")
)
PS1 = read_sheet("ps1_cross_entropy").functions()
PS2 = read_sheet("ps2_adam").functions()
PS3 = read_sheet("ps3_optimizers").functions()
PS4 = read_sheet("ps4_initialization").functions()
SLOPE = np.array([1.0, 10.0, 100.0])


def test_sensitivity_by_hand_exact_in_binary():
    Y = np.array([[1, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    A3 = np.array([[0.5, 0.25, 0.125, 0.75], [0.25, 0.75, 0.5, 0.875], [0.25, 0.5, 0.375, 0.625]])
    expected = [[-0.5, 0.25, 0.125, 0.75], [0.25, -0.25, 0.5, -0.125], [0.25, 0.5, -0.625, 0.625]]
    assert PS1["sensitivity_cross_entropy"](Y, A3).tolist() == expected


def test_cost_and_softmax_with_50_digits():
    with mpmath.workdps(50):
        expected = -(mpmath.log(mpmath.mpf("0.9")) + mpmath.log(mpmath.mpf("0.2")))
        powers = [mpmath.exp(z) for z in (1, 2, 3)]
        shares = [float(power / sum(powers)) for power in powers]
    Y, A3 = np.array([[1, 0]]), np.array([[0.9, 0.8]])
    assert PS1["cost_cross_entropy"](Y, A3) == pytest.approx(float(expected), rel=1e-14)
    Z = np.array([[1.0, 1001.0], [2.0, 1002.0], [3.0, 1003.0]])
    np.testing.assert_allclose(PS1["softmax"](Z), np.array([shares, shares]).T, rtol=1e-14)
    V2 = PS1["sensitivity_softmax"](np.array([[0.0], [1.0], [0.0]]), Z[:, :1])
    np.testing.assert_allclose(V2[:, 0], [shares[0], shares[1] - 1, shares[2]], rtol=1e-14)


def test_adam_of_a_matrix_and_its_biases_with_50_digits():
    # The slide's lines weight by weight, rounded to 15 digits.
    W, M, V = np.array([[0.5, -1.0], [2.0, 0.0]]), np.zeros((2, 2)), np.zeros((2, 2))
    gradients = [
        [[1.0, -0.5], [3.0, -0.1]], [[0.5, -0.5], [-1.0, 0.4]],
        [[-2.0, -0.5], [0.2, 1.5]], [[0.25, 4.0], [0.1, -0.6]],
    ]  # fmt: skip
    for k, G in enumerate(gradients, start=1):
        W, M, V = PS2["adam_update"](W, np.array(G), M, V, k)
    expected = [[0.498379137098573, -0.997394827200942], [1.99794648356740, -0.000639152750125662]]
    np.testing.assert_allclose(W, expected, rtol=1e-13)


def rows(rule, form):
    return [row for row in REFERENCE["rows"] if (row["rule"], row["form"]) == (rule, form)]


@pytest.mark.parametrize(
    ("rule", "form", "function", "memories"),
    [
        ("adam", "lecture", PS2["adam_update"], 2),
        ("momentum", "paper", PS3["momentum_update"], 1),
        ("adagrad", "lecture", PS3["adagrad_update"], 1),
        ("rmsprop", "lecture", PS3["rmsprop_update"], 1),
        ("adadelta", "paper", PS3["adadelta_update"], 2),
    ],
)
def test_updates_on_a_quadratic_with_50_digits(rule, form, function, memories):
    [row] = rows(rule, form)
    W, memory = np.array(REFERENCE["theta0"], float), [np.zeros(3)] * memories
    for step in row["steps"]:
        number = (step["k"],) if rule == "adam" else ()
        W, *memory = function(W, SLOPE * W, *memory, *number, **row["hyper"])
        np.testing.assert_allclose(W, [float(x) for x in step["theta"]], rtol=1e-12, atol=1e-14)


def test_nesterov_on_a_quadratic_with_50_digits():
    [row] = rows("nesterov", "paper")
    W, v = np.array(REFERENCE["theta0"], float), np.zeros(3)
    for step in row["steps"]:
        G_ahead = SLOPE * PS3["look_ahead"](W, v, row["hyper"]["beta"])
        W, v = PS3["nesterov_update"](W, G_ahead, v, **row["hyper"])
        np.testing.assert_allclose(W, [float(x) for x in step["theta"]], rtol=1e-12, atol=1e-14)


def test_every_update_of_every_epoch_counts():
    [row] = rows("adam", "lecture")
    gradients = np.array([[float(x) for x in step["gradient"]] for step in row["steps"]])
    path = PS2["adam_descent"](
        np.array([1, -2, 0.5]), gradients.reshape(2, 4, 3), **row["hyper"]
    )  # fmt: skip
    expected = [[float(x) for x in step["theta"]] for step in row["steps"]]
    np.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-14)


def test_weights_have_the_variance_of_the_papers():
    W = PS4["glorot"](300, 100, 1)
    assert W.shape == (100, 300)
    assert W.var() == pytest.approx(2 / 400, rel=0.02)
    assert np.abs(W).max() == pytest.approx(np.sqrt(6 / 400), rel=1e-3)
    W = PS4["he"](300, 100, 1)
    assert W.var() == pytest.approx(2 / 300, rel=0.03)
    assert (np.abs(W) < W.std()).mean() == pytest.approx(0.6827, abs=0.01)


def test_shares_and_spreads_by_hand():
    A = np.array([[0.001, 0.5, 0.995], [0.02, 0.97, 0.3]])
    assert PS4["saturated_share"](A) == pytest.approx(2 / 6)
    assert PS4["saturated_share"](A, margin=0.05) == pytest.approx(4 / 6)
    X = np.array([[1.0, -1.0]])
    first = np.tanh(2.0)
    spreads = PS4["layer_spreads"](X, [np.array([[2.0]]), np.array([[0.5]])])
    np.testing.assert_allclose(spreads, [first, np.tanh(first / 2)], rtol=1e-14)


def test_ps4_pictures_show_what_its_last_question_asks():
    """Glorot's signal fades through tanh, He's settles, and He's networks learn sooner."""
    glorot, he = PS4["glorot"], PS4["he"]
    X = np.random.default_rng(1).standard_normal((100, 200))
    spreads = {
        draw: PS4["layer_spreads"](X, [draw(100, 100, seed) for seed in range(10)])
        for draw in (glorot, he)
    }
    assert spreads[glorot][[0, -1]].round(2).tolist() == [0.63, 0.22]
    assert (np.diff(spreads[glorot]) < 0).all()
    assert spreads[he][4:] == pytest.approx(0.56, abs=0.015)
    for hidden in ("tanh", "relu"):
        slow, fast = (_accuracies(draw, hidden) for draw in (glorot, he))
        assert (fast > slow + 0.01).all()


def _accuracies(draw, hidden):
    """Return the accuracies of the sheet's deep network after its first two epochs."""
    sizes = (64, 50, 50, 50, 50, 50, 10)
    weights = [(draw(*sizes[i : i + 2], seed=i), np.zeros(sizes[i + 1])) for i in range(6)]
    net = mt.MLP(sizes, hidden=hidden, weights=weights)
    rule = mt.rule("adam", eta=0.001)
    return np.array(mt.train(net, *mt.datasets.digits(), rule=rule, epochs=2).history["accuracy"])
