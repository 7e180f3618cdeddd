"""Training: equal starts, batches, the meaning of the history, Nielsen's neuron, progress."""

import importlib

import numpy as np
import pytest
from examples import instances, one_hot, quadratic, same_bits, small_run

import mlpteach as mt

# The module, not the function of its name.
TRAINING = importlib.import_module("mlpteach.run.train")


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


def test_batches_of_more_activations_than_memory_holds_are_refused():
    """All 12 units count: 500,000,004 activations of 41,666,667 instances."""
    check = TRAINING._check_batch
    check(network(), 41_666_666)
    message = r"batch_size must give at most 500,000,000 .* which gives 500,000,004\."
    with pytest.raises(ValueError, match=message):
        check(network(), 41_666_667)


# The progress bar.


@pytest.mark.parametrize(("progress", "shown"), [(True, True), (False, False)])
def test_a_long_run_shows_its_progress(monkeypatch, capfd, progress, shown):
    monkeypatch.setattr(TRAINING, "_PATIENCE", 0.0)
    small_run(progress=progress)
    assert ("/16" in capfd.readouterr().err) == shown


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

    monkeypatch.setattr(TRAINING, "_PATIENCE", 0.0)
    monkeypatch.setattr(TRAINING, "progress_bar", Bar)
    small_run(progress=True)
    [bar] = made
    assert (bar.n, bar.closed, bar.options["total"]) == (16, 1, 16)
