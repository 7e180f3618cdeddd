"""Runs that leave the numbers: whole up to the update that broke, which is told, and what helps."""

import itertools

import numpy as np
import pytest
from examples import FUNCTION_RULES, instances, quadratic, same_bits, small_run

import mlpteach as mt


def squares(theta):
    return float(theta @ theta), 2 * theta


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
            trace = mt.train(mt.MLP((4, 5, 3)), X, y, epochs=1, rule=mt.rule(rule, form, eps=0.0))
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
