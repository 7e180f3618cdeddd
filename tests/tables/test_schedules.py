"""Schedules: the step size at update k by hand, and what the adaptive step looks at."""

import mpmath
import numpy as np
import pytest
from examples import NETWORK_RULES, constant_slope, quadratic, same_bits, small_run

import mlpteach as mt

ETA = 0.25
# Rules with a step size, which a schedule can change.
SCHEDULED = [(id, form) for id, form in NETWORK_RULES if mt.rule(id, form).step_size]


def factors(schedule, steps=8, rule=None, objective=constant_slope):
    """Return eta_k/eta for k = 1 … steps."""
    rule = mt.rule("gd", eta=ETA) if rule is None else rule
    trace = mt.descend(objective, [1.0], rule=rule, schedule=schedule, steps=steps)
    return [step.factor for step in trace]


def test_the_table():
    ids = ["constant", "cooling", "exponential", "staircase", "adaptive", "cosine"]
    assert list(mt.SCHEDULES) == ids
    assert all(record.id == id for id, record in mt.SCHEDULES.items())
    assert [id for id in ids if mt.SCHEDULES[id].beyond_lecture] == ["cosine"]


@pytest.mark.parametrize("id", mt.SCHEDULES)
def test_sliders_stay_inside_what_is_allowed(id):
    schedule = mt.SCHEDULES[id]
    for name, hyper in schedule.hypers.items():
        for value in (hyper.default, hyper.low, hyper.high):
            assert schedule(**{name: value}).values[name] == value
        assert hyper.low <= hyper.default <= hyper.high
        assert hyper.low > 0 or not hyper.log
        assert schedule.symbol(name).letter


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, [1, 1, 1, 1]),
        ("constant", [1, 1, 1, 1]),
        (mt.schedule("cooling", eps=0.5), [2 / 3, 1 / 2, 2 / 5, 1 / 3]),
        # eta^(1 + d k)/eta = (1/4)^(k/2)
        (mt.schedule("exponential", d=0.5), [1 / 2, 1 / 4, 1 / 8, 1 / 16]),
        (mt.schedule("staircase", d=0.1, k_d=2), [1, 0.1, 0.1, 0.01]),
        # half a cosine over 2 updates, then over 4: 1, cos^2(45°), again 1, …
        (mt.schedule("cosine", T_0=2), [1, 1 / 2, 1, (2 + 2**0.5) / 4]),
        (lambda eta, k: eta / k, [1, 1 / 2, 1 / 3, 1 / 4]),
    ],
    ids=["none", "constant", "cooling", "exponential", "staircase", "cosine", "own function"],
)
def test_step_sizes_by_hand(schedule, expected):
    np.testing.assert_allclose(factors(schedule, steps=4), expected, rtol=1e-14)


@pytest.mark.parametrize(("T_0", "T_mult"), [(1, 1), (3, 1), (1, 2), (7, 2), (2, 3)])
def test_cosine_with_warm_restarts(T_0, T_mult):
    """The paper's equation 5 with 30 digits; the cycles' lengths are counted by hand."""
    cycles = [T_0 * T_mult**i for i in range(60)]
    wanted = [(since, cycle) for cycle in cycles for since in range(min(cycle, 60))][:60]
    schedule = mt.schedule("cosine", T_0=T_0, T_mult=T_mult, eta_min=0.01)
    with mpmath.workdps(30):
        least, most = mpmath.mpf("0.01"), mpmath.mpf(ETA)
        exact = [
            least + (most - least) * (1 + mpmath.cos(mpmath.pi * since / cycle)) / 2
            for since, cycle in wanted
        ]
    given = [ETA * factor for factor in factors(schedule, steps=60)]
    np.testing.assert_allclose(given, [float(x) for x in exact], rtol=1e-14)


@pytest.mark.parametrize("id", mt.SCHEDULES)
def test_defaults_are_the_records(id):
    assert factors(id) == factors(mt.schedule(id)) == factors(mt.SCHEDULES[id])


def test_cooling_multiplies_what_the_rule_says():
    trace = small_run(schedule=mt.schedule("cooling", eps=0.5))
    eta, eps = trace.run.rule.values["eta"], trace.run.rule.values["eps"]
    for step in trace:
        said = eta * step.M_hat.flat / np.sqrt(step.V_hat.flat + eps)
        np.testing.assert_allclose(step.rho.flat, said / (1 + 0.5 * step.k), rtol=1e-14)
        np.testing.assert_array_equal(step.after.flat, step.before.flat - step.rho.flat)


@pytest.mark.parametrize(("rule", "form"), SCHEDULED)
def test_rho_means_one_thing(rule, form):
    trace = small_run(mt.rule(rule, form), schedule=mt.schedule("staircase", d=0.5, k_d=3))
    together = trace.gather("rho", "before", "after")
    for i, step in enumerate(trace):
        moved = step.before.flat - step.after.flat
        np.testing.assert_allclose(step.rho.flat, moved, rtol=1e-6, atol=1e-15)
        assert same_bits(step.rho.flat, step.quantities["rho"].flat)
        assert same_bits(step.rho.flat, together["rho"][i])


@pytest.mark.parametrize(("rule", "form"), SCHEDULED)
def test_a_constant_factor_is_a_smaller_step_size(rule, form):
    """Wherever the rule looks: it must look where a step of that length would lead."""
    full = mt.rule(rule, form)
    names = {"alpha", "beta"} if full.step_size == "alpha" else {full.step_size}
    smaller = full.bind(**{name: full.values[name] / 4 for name in names})
    factored = small_run(full, epochs=8, schedule=lambda eta, k: eta / 4)
    assert set(factored.factors) == {0.25}
    np.testing.assert_allclose(
        factored[-1].after.flat, small_run(smaller, epochs=8)[-1].after.flat, rtol=1e-9, atol=1e-12
    )


def test_cooling_a_rule_equals_a_smaller_eta():
    """For rules linear in eta; k counts updates and does not start again with an epoch."""
    cooled = small_run(mt.rule("adam", eta=0.1), schedule=mt.schedule("cooling", eps=1.0))
    plain = small_run(mt.rule("adam", eta=0.1))
    assert cooled[0].rho.flat == pytest.approx(plain[0].rho.flat / 2)
    assert [step.factor for step in cooled] == pytest.approx([1 / (1 + k) for k in range(1, 17)])


# The adaptive step: shrink only where the cost did not fall.


def shrunk(values, shrink=0.5):
    schedule = mt.schedule("adaptive", shrink=shrink)
    state, found = schedule.start(), []
    for k, value in enumerate(values, start=1):
        state = schedule.advance(state, k, value, ETA)
        found.append(state[0])
    return found


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([5, 4, 3, 2], [1, 1, 1, 1]),
        ([5, 6, 5, 4], [1, 0.5, 0.5, 0.5]),
        ([5, 6, 7, 8], [1, 0.5, 0.25, 0.125]),
        ([5, 5, 4, 4], [1, 0.5, 0.5, 0.25]),  # equal is not fallen
        ([5, np.nan, 4, 3], [1, 0.5, 0.25, 0.25]),
    ],
)
def test_adaptive_step_by_hand(costs, expected):
    assert shrunk(costs) == expected


def test_adaptive_step_tames_a_step_that_is_too_large():
    rule = mt.rule("gd", eta=2.5)  # on theta^2/2 everything above 2 diverges
    trace = mt.descend(quadratic([1.0]), [1.0], rule=rule, schedule="adaptive", steps=40)
    # 1 -> -1.5: the cost rose, so eta = 1.25 from there on
    assert [step.factor for step in trace[:4]] == [1, 0.5, 0.5, 0.5]
    assert trace[-1].loss < 1e-9


def test_adaptive_step_works_without_a_step_size():
    rule = mt.rule("adadelta", form="paper")
    assert factors("adaptive", rule=rule)[0] == 1.0


@pytest.mark.parametrize("id", ["cooling", "exponential", "staircase", "cosine"])
def test_a_rule_without_a_step_size_cannot_be_cooled(id):
    with pytest.raises(ValueError, match=r"this rule has none; allowed: constant, adaptive"):
        factors(id, rule=mt.rule("adadelta", form="paper"))


def test_the_slides_momentum_is_cooled_by_its_alpha():
    rule = mt.rule("momentum", form="lecture", alpha=0.25)
    assert factors(mt.schedule("exponential", d=0.5), steps=2, rule=rule) == [0.5, 0.25]


def test_a_growing_step_overflows_as_a_divergence():
    rule = mt.rule("gd", eta=10.0)
    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(
            constant_slope, [1.0], rule=rule, schedule=mt.schedule("exponential", d=1.0), steps=400
        )
    assert 300 < trace.diverged.k < 310


@pytest.mark.parametrize(
    ("returned", "error"), [(-1.0, ValueError), (float("nan"), ValueError), (None, TypeError)]
)
def test_what_an_own_schedule_returns_is_checked(returned, error):
    def half(eta, k):
        return returned if k == 3 else eta / 2

    with pytest.raises(error, match=r"eta_k that half returned at k = 3 must be"):
        factors(half)


def test_values_of_a_record_are_not_changed():
    other = mt.SCHEDULES["cooling"](eps=0.9)
    assert other.values["eps"] == 0.9
    assert mt.SCHEDULES["cooling"].values["eps"] == 0.01


@pytest.mark.parametrize("given", ["cooling", "adaptive", lambda eta, k: eta])
def test_lbfgs_finds_its_own_steps(given):
    with pytest.raises(ValueError, match=r"finds its own step length .*; allowed: constant\."):
        factors(given, rule="lbfgs", objective=quadratic([1.0]))
    assert factors("constant", rule="lbfgs", objective=quadratic([1.0]))[0] == 1.0


@pytest.mark.parametrize("own", [lambda: 1, lambda eta: eta, lambda eta, k, d: eta])
def test_an_own_schedule_takes_eta_and_k(own):
    with pytest.raises(TypeError, match=r"a function of two parameters \(eta, k\) -> eta_k"):
        factors(own)


def test_an_own_schedule_may_return_an_array_of_one_number():
    assert factors(lambda eta, k: np.array(eta / 2), steps=2) == [0.5, 0.5]


def test_adaptive_step_compares_epochs_where_batches_differ():
    X, y = mt.datasets.digits()
    trace = mt.train(mt.MLP((64, 10, 10)), X[:200], y[:200], epochs=6, schedule="adaptive")
    means = trace.losses.reshape(6, -1).mean(axis=1)
    assert (np.diff(means) < 0).all()
    assert {step.factor for step in trace} == {1.0}


def test_adaptive_step_shrinks_at_the_end_of_an_epoch_that_did_not_lower_the_mean():
    schedule = mt.schedule("adaptive", shrink=0.5)
    state, factors = schedule.start(), []
    for k, cost in enumerate([4.0, 2.0, 3.0, 1.0, 1.0, 5.0, 0.5, 0.5], start=1):
        state = schedule.advance(state, k, cost, 1.0, updates_per_epoch=2)
        factors.append(state[0])
    # Means 3, 2, 3, 0.5: only the third epoch did not lower it.
    assert factors == [1.0] * 5 + [0.5] * 3


def test_adaptive_step_weighs_batches_by_their_instances():
    schedule = mt.schedule("adaptive", shrink=0.5)
    state, factors = schedule.start(), []
    for k, cost in enumerate([4.0, 1.0, 3.0, 3.0], start=1):
        instances = (3, 1)[(k - 1) % 2]
        state = schedule.advance(state, k, cost, 1.0, updates_per_epoch=2, instances=instances)
        factors.append(state[0])
    # (3·4 + 1)/4 = 3.25 and (3·3 + 3)/4 = 3: it fell, though 2.5 and 3 would have risen.
    assert factors == [1.0] * 4


def test_adaptive_step_compares_means_not_sums():
    schedule = mt.schedule("adaptive", shrink=0.5)
    state = schedule.advance(schedule.start(), 1, 2.0, 1.0, instances=1)
    assert schedule.advance(state, 2, 1.0, 1.0, instances=5)[0] == 1.0


def test_only_the_adaptive_step_looks_at_the_cost():
    looking = [id for id in mt.SCHEDULES if mt.schedule(id).looks_at_cost]
    assert looking == ["adaptive"]


def test_a_warm_restart_begins_at_its_update_and_not_one_later():
    """T_0 = 2, T_mult = 2: cycles of 2, 4 and 8 updates, each from eta on."""
    found = factors(mt.schedule("cosine", T_0=2, T_mult=2, eta_min=0.0), steps=14)
    restarts = [k for k, factor in enumerate(found, start=1) if factor == 1.0]
    assert restarts == [1, 3, 7]
    assert found[1] == pytest.approx(0.5)
    assert found[4] == pytest.approx(0.5)
    assert found[10] == pytest.approx(0.5)
