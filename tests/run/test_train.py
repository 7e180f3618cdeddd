"""Training: equal starts, batches, the meaning of the history, Nielsen's neuron, divergence."""

import itertools
import sys

import numpy as np
import pytest
from examples import FUNCTION_RULES, instances, one_hot, quadratic, same_bits, small_run

import mlpteach as mt
from mlpteach.run import problem


def network(**options):
    return mt.MLP((4, 5, 3), **{"hidden": "tanh", "seed": 3, **options})


def train(X, y, **options):
    return mt.train(network(), X, y, **{"epochs": 3, "batch_size": 6, **options})


def final(trace):
    return trace[-1].after.flat


# One seed decides everything.


def test_training_again_starts_again():
    X, y = instances()
    net = network()
    kept = net.parameters.flat.copy()
    first, second = (mt.train(net, X, y, epochs=3) for _ in range(2))
    assert same_bits(final(first), final(second))
    assert same_bits(net.parameters.flat, kept)
    assert not same_bits(final(first), kept)


def test_the_global_generator_does_not_matter():
    X, y = instances()
    np.random.seed(1)
    first = train(X, y)
    np.random.seed(2)
    state = np.random.get_state()[1].copy()
    assert same_bits(final(first), final(train(X, y)))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_another_seed_is_another_order():
    X, y = instances()
    batches = [[tuple(step.batch) for step in train(X, y, seed=seed)] for seed in (1, 2)]
    assert batches[0] != batches[1]


@pytest.mark.parametrize("other", [{"rule": "gd"}, {"loss": "mse"}, {"l2": 0.1}, {"epochs": 2}])
def test_compared_models_start_equal_and_see_the_same_batches(other):
    X, y = instances()
    for step, expected in zip(train(X, y, **other), train(X, y), strict=False):
        np.testing.assert_array_equal(step.batch, expected.batch)
        if step.k == 1:
            assert same_bits(step.before.flat, expected.before.flat)


def test_a_longer_run_begins_like_a_shorter_one():
    short, long = small_run(epochs=3), small_run(epochs=6)
    assert same_bits(final(short), long[len(short) - 1].after.flat)


# Batches.


@pytest.mark.parametrize("batch_size", [1, 3, 6, 19, 20, 21, 1000])
def test_each_epoch_uses_every_instance_once(batch_size):
    X, y = instances(20)
    trace = train(X, y, batch_size=batch_size, epochs=3)
    per_epoch = -(-20 // min(batch_size, 20))
    assert len(trace) == 3 * per_epoch
    orders = []
    for number in (1, 2, 3):
        steps = [step for step in trace if step.epoch == number]
        assert [len(step.batch) for step in steps[:-1]] == [batch_size] * (per_epoch - 1)
        orders.append(np.concatenate([step.batch for step in steps]))
        np.testing.assert_array_equal(np.sort(orders[-1]), np.arange(20))
    assert any((orders[0] != orders[number]).any() for number in (1, 2))


def test_the_full_batch_is_every_instance_in_its_order():
    X, y = instances(20)
    trace = train(X, y, batch_size=None, epochs=4)
    assert len(trace) == 4
    assert [step.epoch for step in trace] == [1, 2, 3, 4]
    for step in trace:
        np.testing.assert_array_equal(step.batch, np.arange(20))
        np.testing.assert_array_equal(step.A[1], X.T)


def test_the_full_batch_is_a_batch_of_all():
    """Only the order of the sums differs."""
    X, y = instances(20)
    full, shuffled = (train(X, y, batch_size=size, rule="gd") for size in (None, 20))
    np.testing.assert_allclose(final(full), final(shuffled), rtol=1e-12)


def test_k_counts_updates_and_never_restarts():
    assert [step.k for step in small_run(epochs=3)] == list(range(1, 13))


# Labels and data.


def test_labels_and_one_hot_rows_are_the_same():
    X, y = instances()
    expected = final(train(X, y))
    for given in (one_hot(y), one_hot(y).astype(int), list(y), y.astype(float), y.astype(np.uint8)):
        assert same_bits(final(train(X, given)), expected)


@pytest.mark.parametrize("y", [[0, 1, 1, 0], [[0], [1], [1], [0]], [False, True, True, False]])
def test_one_output_takes_what_is_wanted(y):
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    net = mt.MLP((2, 4, 1), hidden="tanh", seed=1)
    trace = mt.train(net, X, y, rule=mt.rule("adam", eta=0.1), epochs=200, batch_size=None)
    assert trace.network().accuracy(X, y) == 1.0


def test_real_numbers_can_be_wanted_of_mse():
    X, _ = instances(30)
    wanted = X @ [[3.0, -1.0], [0.0, 2.0], [1.0, 0.0], [0.0, -4.0]] + [5.0, -7.0]
    net = mt.MLP((4, 2), output="linear", seed=1)
    trace = mt.train(net, X, wanted, loss="mse", rule=mt.rule("gd", eta=0.1), epochs=100)
    np.testing.assert_allclose(trace.network().b[1], [5, -7], rtol=1e-6)


@pytest.mark.parametrize(
    "convert", [np.asfortranarray, np.ndarray.tolist, lambda X: np.tile(X, 2)[:, :4]]
)
def test_the_kind_of_x_does_not_matter(convert):
    X, y = instances()
    np.testing.assert_allclose(final(train(convert(X), y)), final(train(X, y)), rtol=1e-13)


def test_single_precision_is_computed_in_double():
    X, y = instances()
    step = train(X.astype(np.float32), y)[0]
    assert {A.dtype for A in step.A.values()} == {np.dtype(float)}


# History.


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("batch_size", [6, None])
def test_history_is_the_mean_over_the_instances_as_they_were_used(batch_size, l2):
    X, y = instances(20)
    trace = train(X, y, batch_size=batch_size, l2=l2, epochs=3)
    assert {name: len(values) for name, values in trace.history.items()} == {
        "loss": 3,
        "accuracy": 3,
    }
    for number, (loss, accuracy) in enumerate(zip(*trace.history.values(), strict=True), start=1):
        steps = [step for step in trace if step.epoch == number]
        sizes = [len(step.batch) for step in steps]
        right = [(step.A[3].argmax(axis=0) == y[step.batch]).sum() for step in steps]
        assert loss == pytest.approx(np.average([s.loss for s in steps], weights=sizes), rel=1e-14)
        assert accuracy == sum(right) / 20


@pytest.mark.parametrize("loss", list(mt.LOSSES))
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_validation_is_measured_after_each_epoch(loss, l2):
    X, y = instances(20)
    X_val, y_val = instances(301, seed=5)
    trace = train(X, y, loss=loss, l2=l2, validation=(X_val, y_val))
    for number in (1, 2, 3):
        net = mt.MLP((4, 5, 3), hidden="tanh").with_parameters(trace.epoch(number).after.flat)
        expected = net.loss(X_val, y_val, loss=loss, l2=l2)
        assert trace.history["validation_loss"][number - 1] == pytest.approx(expected, rel=1e-13)
        assert trace.history["validation_accuracy"][number - 1] == net.accuracy(X_val, y_val)


@pytest.mark.parametrize("n", [13, 18, 19])
@pytest.mark.parametrize("eta", [2.0, 8.0])
def test_the_adaptive_step_shrinks_where_the_loss_of_the_history_did_not_fall(n, eta):
    """The last batch of 13 or 19 instances holds one, and weighs as much as one."""
    X, y = instances(n)
    trace = train(
        X, y, rule=mt.rule("gd", eta=eta), epochs=40, schedule=mt.schedule("adaptive", shrink=0.9)
    )
    factors = np.array([trace.epoch(number).factor for number in range(1, 41)])
    shrank = factors[1:] < factors[:-1]
    np.testing.assert_array_equal(shrank, np.diff(trace.history["loss"]) >= 0)
    assert 0 < shrank.sum() < 39
    assert factors[0] == 1.0


def test_validation_does_not_change_the_training():
    X, y = instances(20)
    with_validation = train(X, y, validation=instances(7, seed=5))
    assert list(with_validation.history) == [
        "loss",
        "accuracy",
        "validation_loss",
        "validation_accuracy",
    ]
    assert same_bits(final(with_validation), final(train(X, y)))
    assert same_bits(with_validation.history["loss"], train(X, y).history["loss"])


def test_history_of_a_function_is_its_value_before_each_update():
    trace = mt.descend(quadratic([2.0]), [3.0], rule=mt.rule("gd", eta=0.25), steps=3)
    np.testing.assert_array_equal(trace.history["loss"], [9.0, 2.25, 0.5625])


def test_l2_shrinks_weights_and_leaves_biases():
    """Without any slope of the loss W shrinks by 1 - eta l2 at every update."""
    net = mt.MLP((2, 2), output="linear", weights=[(np.eye(2), np.array([1.0, -1.0]))])
    X = np.zeros((4, 2))
    y = np.tile([1.0, -1.0], (4, 1))
    trace = mt.train(
        net, X, y, loss="mse", rule=mt.rule("gd", eta=0.5), epochs=3, batch_size=2, l2=0.4
    )
    np.testing.assert_allclose(trace[-1].after.W[1], 0.8**6 * np.eye(2), rtol=1e-14)
    np.testing.assert_array_equal(trace[-1].after.b[1], [1, -1])
    assert trace[0].loss == pytest.approx(0.4 / 2 * 2)


# Nielsen's neuron: one sigmoid, x = 1, wanted y = 0.


def neuron(w, b, loss, eta, updates=300):
    net = mt.MLP((1, 1), weights=[([[w]], [b])])
    if loss == "mse":
        eta = eta / 2  # his C = a^2/2, ours has no 1/2
    return mt.train(
        net, [[1.0]], [0.0], loss=loss, rule=mt.rule("gd", eta=eta), epochs=updates, batch_size=1
    )


def output(trace):
    return trace.network().outputs([[1.0]])[0, 0]


@pytest.mark.parametrize(
    ("start", "loss", "eta", "expected"),
    [
        ((0.6, 0.9), "mse", 0.15, 0.0939556949),
        ((2.0, 2.0), "mse", 0.15, 0.2028484243),
        ((0.6, 0.9), "cross_entropy", 0.005, 0.4176792996),
        ((2.0, 2.0), "cross_entropy", 0.005, 0.7795870642),
        ((0.6, 0.9), "cross_entropy", 0.15, 0.0116382090),
        ((2.0, 2.0), "cross_entropy", 0.15, 0.0120087415),
    ],
)
def test_nielsens_neuron_after_300_updates(start, loss, eta, expected):
    assert output(neuron(*start, loss, eta)) == pytest.approx(expected, abs=6e-11)


@pytest.mark.parametrize(
    ("start", "expected"), [((0.6, 0.9), 0.8175744762), ((2.0, 2.0), 0.9820137900)]
)
def test_nielsens_neuron_before(start, expected):
    assert neuron(*start, "mse", 0.15, 1)[0].A[2][0, 0] == pytest.approx(expected, abs=6e-11)


def test_weight_and_bias_of_nielsens_neuron():
    net = neuron(0.6, 0.9, "mse", 0.15).network()
    assert net.W[1][0, 0] == pytest.approx(-1.2831324334, abs=6e-11)
    assert net.b[1][0] == pytest.approx(-0.9831324334, abs=6e-11)


@pytest.mark.parametrize(("loss", "updates"), [("mse", 232), ("cross_entropy", 17)])
def test_how_long_nielsens_neuron_stays_wrong(loss, updates):
    trace = neuron(2.0, 2.0, loss, 0.15)
    outputs = np.array([step.A[2][0, 0] for step in trace])  # before update k: after k - 1
    assert np.argmax(outputs <= 0.5) == updates


# A run that leaves the numbers.


def all_finite(step):
    arrays = [*step.A.values(), *step.Z.values(), *step.sensitivity.values()]
    arrays += [step.before.flat, step.after.flat, step.gradient.flat, step.rho.flat]
    arrays += [np.asarray(getattr(q, "flat", q)) for q in step.quantities.values()]
    return np.isfinite(step.loss) and all(np.isfinite(array).all() for array in arrays)


def check_diverged(trace, k, quantity):
    """The trace is whole up to the update that broke, and nobody is left in the dark."""
    assert (trace.diverged.k, trace.diverged.quantity) == (k, quantity)
    assert len(trace) == k - 1
    assert all(all_finite(step) for step in trace)
    assert not all_finite(trace.diverged.step)
    assert trace.diverged.step.k == k
    for text in (str(trace.diverged), repr(trace)):
        assert f"diverged at update k = {k}: {quantity} is no longer finite" in text
    with pytest.raises(IndexError, match=f"diverged at update k = {k}"):
        _ = trace[k - 1]


def exploding_network(eta, hidden="relu", epochs=30, batch_size=6, **options):
    X, y = instances(20)
    net = mt.MLP((4, 5, 5, 3), hidden=hidden, output="linear", init="he", seed=3)
    with pytest.warns(mt.DivergenceWarning, match=r"diverged at update k = \d+"):
        return mt.train(
            net, X, y, loss="mse", rule=mt.rule("gd", eta=eta), epochs=epochs,
            batch_size=batch_size, **options,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("hidden", "eta"),
    [("relu", 1e30), ("relu", 1e150), ("linear", 3.0), ("linear", 1e3), ("linear", 1e150)],
)
@pytest.mark.parametrize("batch_size", [6, None, 1])
def test_a_network_diverges(hidden, eta, batch_size):
    trace = exploding_network(eta, hidden, batch_size=batch_size)
    check_diverged(trace, len(trace) + 1, trace.diverged.quantity)
    steps = [*trace, trace.diverged.step]
    for step, following in itertools.pairwise(steps):
        assert same_bits(step.after.flat, following.before.flat)


def test_it_is_told_where_the_network_broke():
    """After one update W and A^(2) are about 1e150, A^(3) is 1e300, Z^(3) would be 1e450."""
    trace = exploding_network(1e150)
    last = trace.diverged.step
    assert (trace.diverged.k, trace.diverged.quantity) == (2, "Z^(3)")
    assert np.isfinite(last.A[3]).all()
    assert not np.isfinite(last.Z[3]).all()


def test_it_is_told_that_one_unit_of_several_broke():
    """exp(0) is 1, exp(1000) overflows: A^(2) is the first that is not finite, Z^(2) is not."""
    weights = [([[0.0], [1000.0]], [0.0, 0.0]), ([[1.0, 1.0]], [0.0])]
    net = mt.MLP((1, 2, 1), hidden=mt.own_activation(np.exp, np.exp), weights=weights)
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(net, [[1.0]], [1.0], rule="gd", epochs=1, progress=False)
    check_diverged(trace, 1, "A^(2)")


def test_it_is_told_at_which_layer_the_way_back_broke():
    """The cost is finite; V^(2) is about 1e200, and of V^(1) one unit would be 1e400, one is 0."""
    weights = [([[0.0], [0.0]], [0.0, 0.0]), ([[1e200, 0.0]], [0.0]), ([[1e200]], [0.0])]
    net = mt.MLP((1, 2, 1, 1), hidden="linear", output="linear", weights=weights)
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.train(net, [[1.0]], [1.0], loss="mse", rule="gd", epochs=1, progress=False)
    check_diverged(trace, 1, "the sensitivity V^(1)")


@pytest.mark.parametrize(
    ("k", "told"),
    [
        (1, "It was the first one."),
        (2, "The update before it is kept."),
        (3, "The 2 updates before it are kept."),
    ],
)
def test_it_is_told_how_many_updates_are_kept(k, told):
    breaks_at = k

    def objective(theta, k):
        return np.inf if k == breaks_at else 1.0, np.ones(1)

    trace = descent(objective, [1.0], "gd", steps=5)
    assert len(trace) == k - 1
    assert told in str(trace.diverged)


def test_history_keeps_the_whole_epochs():
    trace = exploding_network(1.0, "linear", batch_size=None, validation=instances(9))
    assert trace.epochs > 2
    assert {len(values) for values in trace.history.values()} == {trace.epochs}
    assert np.isfinite(trace.history["loss"]).all()


def test_history_is_empty_where_the_first_epoch_breaks():
    trace = exploding_network(1e150)
    assert {name: len(values) for name, values in trace.history.items()} == {
        "loss": 0,
        "accuracy": 0,
    }
    with pytest.raises(IndexError, match="diverged"):
        trace.epoch(1)


def descent(objective, theta0, rule, **options):
    with pytest.warns(mt.DivergenceWarning):
        return mt.descend(objective, theta0, rule=rule, **options)


@pytest.mark.parametrize("eta", [0.3, 10.0, 1e100])
def test_a_descent_diverges(eta):
    """theta grows by 10 eta - 1 at every update; 10 theta^2 overflows first."""
    trace = descent(quadratic([10.0]), [1.0], mt.rule("gd", eta=eta), steps=1000)
    k = 1 + next(k for k in range(1000) if 2 * k * np.log10(10 * eta - 1) + 1 > 308.2547)
    check_diverged(trace, k, "the cost J")


@pytest.mark.parametrize(
    ("objective", "quantity"),
    [
        (lambda theta: (np.nan, theta), "the cost J"),
        (lambda theta: (np.inf, theta), "the cost J"),
        (lambda theta: (1.0, theta * np.inf), "the gradient (theta[0])"),
        (lambda theta: (1.0, np.array([0.0, np.nan])), "the gradient (theta[1])"),
    ],
)
@pytest.mark.parametrize("steps", [1, 40])
def test_the_first_update_diverges(objective, quantity, steps):
    check_diverged(descent(objective, [1.0, 2.0], "adam", steps=steps), 1, quantity)


@pytest.mark.parametrize("form", ["lecture", "paper"])
@pytest.mark.parametrize(
    ("slope", "quantity"), [(1e200, "V (theta[0])"), (1e155, "V_hat (theta[0])")]
)
def test_a_second_moment_that_overflows_is_noticed(slope, quantity, form):
    """rho = eta M^/infinity = 0 would be a frozen picture that looks fine."""

    def steep(theta):
        return float(theta[0]), np.array([slope])

    check_diverged(descent(steep, [1.0], mt.rule("adam", form=form), steps=40), 1, quantity)


def test_a_quantity_that_is_infinite_once_is_noticed():
    """Every 16 updates a look at the last one would not see it; the large M gives a reason to."""

    def mine(k, G, M, *, eta=0.1):
        M = M + (1e100 if k == 5 else 0.0)
        return {"M": M, "M_hat": M * (1e300 if k == 5 else 1.0), "rho": eta * G}

    check_diverged(descent(quadratic([1.0]), [1.0], mine, steps=40), 5, "M_hat (theta[0])")


def test_a_quantity_that_nothing_else_uses_is_looked_at():
    def mine(k, G, *, eta=0.1):
        return {"hat": G / 0.0 if k >= 3 else G, "rho": eta * G}

    check_diverged(descent(quadratic([1.0]), [1.0], mine, steps=40), 3, "hat (theta[0])")


# What may help.


def test_eps_of_zero_is_named_as_the_cause():
    """A pixel that is always 0 has gradient 0: 0/0."""
    X, y = instances(20)
    X[:, 2] = 0.0
    for rule, form in [("adam", "lecture"), ("adam", "paper"), ("rmsprop", "paper")]:
        with pytest.warns(mt.DivergenceWarning, match="give eps > 0"):
            trace = train(X, y, rule=mt.rule(rule, form, eps=0.0))
        assert trace.diverged.k == 1
        assert "smaller step" not in str(trace.diverged)


def test_a_division_by_zero_in_an_own_rule_is_named_as_the_cause():
    def mine(k, G, *, eta=0.1):
        return {"rho": eta * G / (k - 3)}

    trace = descent(quadratic([1.0]), [1.0], mine, steps=9)
    assert str(trace.diverged).endswith("kept. Your rule made it from numbers of usual size: "
                                        "look for a division by 0.")  # fmt: skip


def test_what_breaks_before_any_step_is_not_blamed_on_the_step():
    trace = descent(lambda theta: (np.nan, theta), [1.0], "gd", steps=3)
    assert str(trace.diverged).endswith("No step was made yet: look at the objective.")
    net = mt.MLP((2, 1), output="linear", weights=[([[1e200, 1e200]], [0.0])])
    with pytest.warns(mt.DivergenceWarning, match="look at the data and the weights"):
        mt.train(net, [[1e200, 1.0]], [1.0], loss="mse", epochs=1)


@pytest.mark.parametrize(("rule", "eta"), [("gd", 1e60), ("adam", 1e300)])
def test_an_overflow_is_blamed_on_the_step(rule, eta):
    trace = descent(quadratic([1.0]), [1.0], mt.rule(rule, eta=eta), steps=30)
    assert str(trace.diverged).endswith("A smaller step size may help.")


def cliff(theta):
    """Downhill outwards, and nothing where theta @ theta > 0.99."""
    value = float(theta @ theta)
    return (-value if value < 0.99 else np.nan), -2 * theta


@pytest.mark.parametrize(("rule", "form"), FUNCTION_RULES)
def test_every_rule_falls_off_a_cliff(rule, form):
    trace = descent(cliff, [0.7, 0.7], mt.rule(rule, form), steps=20_000)
    assert trace.diverged.quantity == "the cost J"
    assert trace.diverged.k == len(trace) + 1
    assert np.isfinite(trace.losses).all()
    assert all_finite(trace[-1])


def test_the_line_search_does_not():
    trace = mt.descend(cliff, [0.1, 0.2], rule="lbfgs", steps=30)
    assert trace.diverged is None
    assert all(all_finite(step) for step in trace)


def test_plain_python_numbers_that_overflow_are_a_divergence():
    def objective(theta):
        x = float(theta[0])
        return x**4, np.array([4 * x**3])

    trace = descent(objective, [3.0], mt.rule("gd", eta=1.0), steps=50)
    check_diverged(trace, trace.diverged.k, "the cost J")
    assert trace.diverged.k > 2


def test_large_numbers_are_not_yet_a_divergence():
    trace = mt.descend(quadratic([1.0]), [1e100], rule=mt.rule("gd", eta=0.5), steps=100)
    assert trace.diverged is None
    assert len(trace) == 100


def test_the_warning_points_to_the_call():
    with pytest.warns(mt.DivergenceWarning) as caught:
        mt.descend(quadratic([10.0]), [1.0], rule=mt.rule("gd", eta=1.0), steps=1000)
    assert caught[0].filename == __file__


def test_a_quiet_run_says_nothing(capfd):
    assert small_run().diverged is None
    assert capfd.readouterr() == ("", "")


# The progress bar.


@pytest.mark.parametrize(("progress", "shown"), [(True, True), (False, False)])
def test_a_long_run_shows_its_progress(monkeypatch, capfd, progress, shown):
    monkeypatch.setattr(sys.modules["mlpteach.run.train"], "_PATIENCE", 0.0)
    small_run(progress=progress)
    assert ("/16" in capfd.readouterr().err) == shown


def squares(theta):
    return float(theta @ theta), 2 * theta


def test_error_of_the_readers_rule_carries_the_trace():
    def breaks(k, G, *, eta=0.1):
        if k == 7:
            raise RuntimeError("mine")
        return mt.Quantities(rho=eta * G)

    with pytest.raises(RuntimeError, match="mine") as raised:
        mt.descend(squares, [1.0, 2.0], rule=breaks, steps=20)
    assert len(raised.value.trace) == 6
    assert any("update k = 7" in note for note in raised.value.__notes__)


def test_rule_that_refuses_infinite_gradients_still_shows_the_divergence():
    def refuses(k, G, *, eta=0.1):
        if not np.isfinite(G).all():
            raise ValueError("not finite")
        return mt.Quantities(rho=eta * G)

    beale = mt.LANDSCAPES["beale"]
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(beale, beale.start, rule=refuses, steps=100)
    assert 0 < len(trace) == trace.diverged.k - 1
    assert np.isfinite(trace[-1].after.flat).all()


def test_objective_that_counts_its_calls_and_breaks_keeps_what_was_computed():
    calls = []

    def breaks(theta):
        calls.append(1)
        value, gradient = squares(theta)
        return (value if len(calls) < 25 else np.nan), gradient

    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(breaks, [1.0, 2.0], rule="gd", steps=100)
    assert (len(trace), trace.diverged.k, trace.diverged.quantity) == (23, 24, "the cost J")


def test_interrupted_run_keeps_what_was_computed():
    calls = []

    def interrupts(theta):
        calls.append(1)
        if len(calls) == 30:
            raise KeyboardInterrupt
        return squares(theta)

    with pytest.warns(UserWarning, match="interrupted: the trace holds the 28 updates"):
        trace = mt.descend(interrupts, [1.0, 2.0], rule="gd", steps=100)
    assert len(trace) == len(trace.history["loss"]) == 28


@pytest.mark.parametrize("update", [18, 25, 32])
@pytest.mark.parametrize("again", [False, True])
def test_an_interrupt_soon_after_a_number_broke_leaves_what_is_finite(update, again):
    """Looked for every 16 updates, so the trace holds broken ones when the interrupt comes."""
    calls = []

    def breaks(theta):
        calls.append(1)
        if len(calls) - 1 == update or (again and len(calls) - 1 > update):
            raise KeyboardInterrupt
        value, gradient = squares(theta)
        return (np.nan if theta[0] < 0.2 else value), gradient

    with (
        pytest.warns(mt.InterruptionWarning, match="the trace holds the 16 updates"),
        pytest.warns(mt.DivergenceWarning, match="update k = 17: the cost J"),
    ):
        trace = mt.descend(breaks, [1.0, 2.0], rule=mt.rule("gd", eta=0.05), steps=100)
    assert trace.diverged.k == 17
    assert len(trace) == 16
    assert np.isfinite(trace.losses).all()


def test_an_interrupt_while_validation_is_measured_loses_no_epoch(monkeypatch):
    scored = []
    score = problem.NetworkProblem.score

    def interrupted(*arguments):
        scored.append(1)
        if len(scored) == 3:
            raise KeyboardInterrupt
        return score(*arguments)

    monkeypatch.setattr(problem.NetworkProblem, "score", interrupted)
    with pytest.warns(mt.InterruptionWarning):
        trace = small_run(epochs=9, validation=instances(7))
    assert trace.epochs == 3
    assert {len(values) for values in trace.history.values()} == {3}
    assert np.isnan(trace.history["validation_loss"]).tolist() == [False, False, True]
    assert np.isfinite(trace.history["loss"]).all()


def test_objective_that_changes_the_shape_of_its_gradient_is_refused():
    calls = []

    def shrinks(theta):
        calls.append(1)
        value, gradient = squares(theta)
        return value, gradient if len(calls) < 4 else gradient[:1]

    with pytest.raises(ValueError, match="shape") as raised:
        mt.descend(shrinks, [1.0, 2.0], rule="gd", steps=9)
    assert len(raised.value.trace) == 2


@pytest.mark.parametrize(
    ("objective", "quantity"),
    [
        (lambda theta: (1.0, np.array([0.0, np.nan])), "the gradient (theta[1])"),
        (lambda theta: (np.nan, np.zeros(2)), "the cost J"),
    ],
)
def test_a_rule_that_raises_where_cost_or_gradient_is_no_number_is_not_to_blame(
    objective, quantity
):
    def whole_numbers(k, G, *, eta=0.1):
        if k == 1 and (quantity == "the cost J" or np.isnan(G).any()):
            raise ZeroDivisionError
        return {"rho": eta * G}

    trace = descent(objective, [1.0, 2.0], whole_numbers, steps=3)
    check_diverged(trace, 1, quantity)


def test_the_bar_arrives_at_the_end_and_is_closed(monkeypatch):
    made = []

    class Bar:
        def __init__(self, **options):
            self.options, self.n, self.closed = options, 0, 0
            made.append(self)

        def update(self, more):
            self.n += more

        def close(self):
            self.closed += 1

    module = sys.modules["mlpteach.run.train"]
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    monkeypatch.setattr(module, "progress_bar", Bar)
    small_run(progress=True)
    [bar] = made
    assert (bar.n, bar.closed, bar.options["total"]) == (16, 1, 16)


def test_batches_of_more_activations_than_memory_holds_are_refused():
    X, y = instances(n=3)
    wide = np.broadcast_to(X[:1], (2 * 10**8, 4))
    with pytest.raises(ValueError, match="batch_size must give at most"):
        sys.modules["mlpteach.run.train"]._check_batch(network(), len(wide))
    train(X, y)
