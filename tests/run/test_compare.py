"""A reader's own function is a rule: what it may be, how mistakes are told, where it differs."""

import numpy as np
import pytest
from examples import instances, quadratic, same_bits, small_run

import mlpteach as mt

BEALE = mt.LANDSCAPES["beale"]

BETA1, BETA2 = 0.9, 0.999


def adam_like(
    *,
    M_of=lambda M, G: BETA1 * M + (1 - BETA1) * G,
    V_of=lambda V, G: BETA2 * V + (1 - BETA2) * G * G,
    M_hat_of=lambda M, k: M / (1 - BETA1**k),
    V_hat_of=lambda V, k: V / (1 - BETA2**k),
    rho_of=lambda M_hat, V_hat, eta, eps: eta * M_hat / np.sqrt(V_hat + eps),
):
    """Return the slide's Adam with some of its lines replaced."""

    def my_adam(k, G, M, V, *, eta=0.01, eps=1e-3):
        M = M_of(M, G)
        V = V_of(V, G)
        M_hat = M_hat_of(M, k)
        V_hat = V_hat_of(V, k)
        return mt.Quantities(M=M, V=V, M_hat=M_hat, V_hat=V_hat, rho=rho_of(M_hat, V_hat, eta, eps))

    return my_adam


def in_place(k, G, M, V, *, eta=0.01, beta1=0.9, beta2=0.999, eps=1e-3):
    M *= beta1
    M += (1 - beta1) * G
    V *= beta2
    G **= 2
    V += (1 - beta2) * G
    return {"M": M, "V": V, "rho": eta * M / (1 - beta1**k) / np.sqrt(V / (1 - beta2**k) + eps)}


WRONG = {
    "no bias correction": ({"M_hat_of": lambda M, k: M}, 1, "M_hat"),
    "no correction of V": ({"V_hat_of": lambda V, k: V}, 1, "V_hat"),
    "multiplied by 1 - beta^k": ({"M_hat_of": lambda M, k: M * (1 - BETA1**k)}, 1, "M_hat"),
    "k one too large": ({"M_hat_of": lambda M, k: M / (1 - BETA1 ** (k + 1))}, 1, "M_hat"),
    "beta k for beta^k": ({"V_hat_of": lambda V, k: V / (1 - BETA2) / k}, 2, "V_hat"),
    "no square": ({"V_of": lambda V, G: BETA2 * V + (1 - BETA2) * abs(G)}, 1, "V"),
    "swapped betas": ({"M_of": lambda M, G: (1 - BETA1) * M + BETA1 * G}, 1, "M"),
    "M forgotten": ({"M_of": lambda M, G: (1 - BETA1) * G}, 2, "M"),
    "V a sum": ({"V_of": lambda V, G: V + (1 - BETA2) * G * G}, 2, "V"),
    "eps outside": (
        {"rho_of": lambda M_hat, V_hat, eta, eps: eta * M_hat / (np.sqrt(V_hat) + eps)},
        1,
        "rho",
    ),
    "eps added to W": (
        {"rho_of": lambda M_hat, V_hat, eta, eps: eta * M_hat / np.sqrt(V_hat) + eps},
        1,
        "rho",
    ),
    "uphill": (
        {"rho_of": lambda M_hat, V_hat, eta, eps: -eta * M_hat / np.sqrt(V_hat + eps)},
        1,
        "rho",
    ),
}


@pytest.mark.parametrize(("lines", "k", "quantity"), WRONG.values(), ids=WRONG)
def test_the_first_update_and_quantity_that_differ(lines, k, quantity):
    found = mt.compare(small_run(adam_like(**lines)), "adam")
    assert (found.k, found.quantity) == (k, quantity)


@pytest.mark.parametrize("function", [adam_like(), in_place], ids=["plain", "in place"])
def test_a_right_function_differs_nowhere(function):
    trace = small_run(function, epochs=12)
    assert mt.compare(trace, "adam") is None
    right = small_run(mt.rule("adam", eta=0.01, eps=1e-3), epochs=12)
    np.testing.assert_allclose(trace[-1].after.flat, right[-1].after.flat, rtol=1e-9)


def test_the_difference_names_place_and_numbers():
    X, y = instances()
    net = mt.MLP((4, 5, 3), hidden="tanh", seed=3)
    trace = mt.train(net, X, y, rule=adam_like(**WRONG["M forgotten"][0]), epochs=1, batch_size=6)
    expected = mt.train(net, X, y, rule=mt.rule("adam", eta=0.01, eps=1e-3), epochs=1, batch_size=6)
    found = mt.compare(trace, "adam")
    gap = np.abs(trace[1].M.flat - expected[1].M.flat)
    index = int(gap.argmax())
    assert found.place == net.layout.where(index)
    assert (found.given, found.expected) == (trace[1].M.flat[index], expected[1].M.flat[index])
    assert str(found) == (
        f"M differs first, at update k = 2: at {found.place} it is {found.given:.10g}, "
        f"the reference has {found.expected:.10g}."
    )


def test_k_from_zero_divides_by_zero_at_once():
    wrong = adam_like(M_hat_of=lambda M, k: M / (1 - BETA1 ** (k - 1)))
    with pytest.warns(mt.DivergenceWarning, match=r"update k = 1: M_hat \(W\^\(1\)\[0, 0\]\)"):
        trace = small_run(wrong)
    assert len(trace) == 0
    found = mt.compare(trace, "adam")
    assert found.k == 1
    assert found.quantity.startswith("M_hat")


def test_on_a_function_too():
    trace = mt.descend(quadratic([1, 10]), [1.0, -2.0], rule=adam_like(), steps=30)
    assert mt.compare(trace, "adam") is None
    found = mt.compare(trace, mt.rule("adam", form="paper", eta=0.01, eps=1e-3))
    assert (found.k, found.quantity) == (1, "rho")
    assert found.place in ("theta[0]", "theta[1]")


def test_only_what_both_have_is_compared():
    def only_rho(k, G, M, V, *, eta, beta1, beta2, eps):
        right = in_place(k, G, M, V, eta=eta, beta1=beta1, beta2=beta2, eps=eps)
        return {**right, "note": np.zeros_like(right["rho"])}

    assert mt.compare(small_run(only_rho), "adam") is None


# Hyper-parameters.


def test_values_without_default_come_from_the_rule_with_the_same_names():
    def my_adam(k, G, M, V, *, eta, beta1, beta2, eps):
        return in_place(k, G, M, V, eta=eta, beta1=beta1, beta2=beta2, eps=eps)

    values = mt.rule(my_adam).values
    assert values == {"eta": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def test_own_defaults_win_and_join_those_of_a_relative():
    def clipped(k, G, *, eta, gamma=0.3, clip=5.0):
        return {"rho": np.clip(eta * G, -clip, clip)}

    assert mt.rule(clipped).values == {"eta": 0.1, "gamma": 0.3, "clip": 5.0}
    assert mt.rule(clipped, eta=2.0, clip=1.0).values == {"eta": 2.0, "gamma": 0.3, "clip": 1.0}


def test_positional_parameters_with_a_default_are_hyper_parameters():
    def step(k, G, eta=0.5):
        return {"rho": eta * G}

    trace = mt.descend(quadratic([1.0]), [1.0], rule=mt.rule(step, eta=0.25), steps=1)
    assert trace[0].after.flat == [0.75]


def test_the_reference_takes_the_values_of_the_trace():
    trace = small_run(mt.rule(adam_like(), eta=0.5, eps=0.1))
    assert mt.compare(trace, "adam") is None
    other = mt.rule("adam", eta=0.4, eps=0.1)
    assert mt.compare(trace, other).quantity == "rho"


def test_all_that_a_rule_may_ask_for():
    def curious(k, W, G, J, gradient_at, objective, G_previous, v, *, eta=0.1):
        assert (gradient_at(W) == G).all()
        value, gradient = objective(W)
        assert value == J
        assert (gradient == G).all()
        return {"v": v + 1, "seen": G_previous, "rho": eta * G}

    trace = small_run(curious)
    assert [step.v.flat[0] for step in trace[:3]] == [1, 2, 3]
    assert not trace[0].seen.flat.any()
    assert same_bits(trace[5].seen.flat, trace[4].gradient.flat)


# Mistakes in the signature: told at the call.


def no_gradient(k, M, *, eta=0.1):
    return {"M": M, "rho": M}


def looks_but_not_from_where(k, gradient_at, *, eta=0.1):
    return {"rho": eta * gradient_at(0.0)}


def starred(k, G, *states, eta=0.1):
    return {"rho": eta * G}


def anything(k, G, **values):
    return {"rho": G}


def unknown_value(k, G, *, learning_rate):
    return {"rho": learning_rate * G}


def value_is_text(k, G, *, eta="0.1"):
    return {"rho": G}


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (no_gradient, r"no_gradient must take the gradient G.*given the parameters \(k, M\)"),
        (looks_but_not_from_where, r"must take the gradient G"),
        (starred, r"starred must name its parameters one by one; given \* or \*\*"),
        (anything, r"anything must name its parameters one by one"),
        (unknown_value, r"unknown_value needs a value for learning_rate: give it a default"),
        (value_is_text, r"eta must be a number in \(-inf, inf\); given '0.1' \(str\)"),
    ],
)
def test_signatures(function, message):
    with pytest.raises(TypeError, match=message):
        small_run(function)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"eta": float("nan")}, ValueError, r"eta must be in \(-inf, inf\); given nan"),
        ({"eta": None}, TypeError, r"eta must be a number"),
        ({"beta1": 0.5}, ValueError, r"my_adam has no hyper-parameter 'beta1'; it has: eta, eps"),
        ({"form": "paper"}, ValueError, r"form is for the ids of mlpteach.RULES; given 'paper'"),
    ],
)
def test_values_of_an_own_function(values, error, message):
    with pytest.raises(error, match=message):
        mt.rule(adam_like(), **values)


# Mistakes in what it returns: told at the update where they happen.


def returning(value, at=1):
    def mine(k, G, M, *, eta=0.1):
        return value(G, M) if k == at else {"M": M, "rho": eta * G}

    return mine


@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (
            lambda G, M: None,
            TypeError,
            r"mine must return Quantities\(M=M, rho=rho\).* it returned None",
        ),
        (lambda G, M: (M, G), TypeError, r"must return Quantities\(M=M, rho=rho\) or a dict"),
        (lambda G, M: G, TypeError, r"it returned an array of float64 with shape \(43,\)"),
        (lambda G, M: {}, ValueError, r"must return M .* it returned nothing"),
        (lambda G, M: {"rho": G}, ValueError, r"must return M .* it returned rho"),
        (lambda G, M: {1: M}, ValueError, r"must return M .* it returned 1\."),
        (lambda G, M: {"M": M}, ValueError, r"must return rho .* it returned M"),
        (
            lambda G, M: {"M": M, "rho": G[:5]},
            ValueError,
            r"rho returned by mine must be an array of floats with W's shape \(\d+,\)",
        ),
        (lambda G, M: {"M": M[:, None], "rho": G}, ValueError, r"M returned by mine must be"),
        (lambda G, M: {"M": M, "rho": "G"}, ValueError, r"rho returned .* it was 'G' \(str\)"),
        (lambda G, M: {"M": M, "rho": None}, ValueError, r"rho returned .* it was None"),
        (lambda G, M: {"M": M, "rho": G * 1j}, ValueError, r"an array of complex128"),
        (lambda G, M: {"M": M, "rho": [[1.0], [1.0, 2.0]]}, ValueError, r"rho returned by mine"),
    ],
)
def test_what_is_returned(value, error, message, at):
    with pytest.raises(error, match=message) as caught:
        small_run(returning(value, at))
    assert f"at update k = {at} " in str(caught.value)


def test_an_exception_keeps_its_kind_and_says_where():
    def stumbles(k, G, *, eta=0.1):
        return {"rho": G / eta if k < 3 else undefined}  # noqa: F821

    with pytest.raises(NameError, match="undefined") as caught:
        small_run(stumbles)
    assert caught.value.__notes__[0] == "raised in your rule 'stumbles' at update k = 3"
    assert len(caught.value.trace) == 2


@pytest.mark.parametrize("whole", [lambda G: np.sign(G).astype(int), lambda G: list(G)])
def test_whole_numbers_and_lists_become_floats(whole):
    step = small_run(lambda k, G: {"rho": whole(G)})[0]
    assert step.rho.flat.dtype == np.float64


def test_one_number_is_meant_for_all():
    step = small_run(lambda k, G: {"rho": 0.5})[0]
    np.testing.assert_array_equal(step.rho.flat, np.full(step.rho.flat.size, 0.5))


def test_arrays_handed_out_and_taken_in_are_the_readers_own():
    kept = []

    def hoards(k, G, M, *, eta=0.1):
        for array in kept:
            array[:] = np.nan
        M = M + G
        kept.extend([G, M])
        return {"M": M, "rho": eta * M}

    trace = small_run(hoards, epochs=8)
    assert all(np.isfinite(step.M.flat).all() for step in trace)


@pytest.mark.parametrize("size", [1e-3, 1e-12])
def test_a_random_function_is_noticed(size):
    rng = np.random.default_rng(0)

    def noisy(k, G, *, eta=0.1):
        return {"rho": eta * G + size * rng.standard_normal(G.shape)}

    trace = small_run(noisy)
    for look in (lambda: trace[0], lambda: trace[9], lambda: mt.compare(trace, "gd")):
        with pytest.raises(mt.ReplayError, match="is the rule or the objective random"):
            look()


# Two traces.


def test_equal_traces():
    assert mt.compare(small_run(), small_run()) is None


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (lambda: small_run(seed=2), (1, "gradient")),
        (lambda: small_run(l2=0.1), (1, "gradient")),
        (lambda: small_run(schedule="cooling"), (1, "rho")),
        (lambda: small_run("gd"), (1, "rho")),
    ],
)
def test_traces_that_differ(other, found):
    difference = mt.compare(other(), small_run())
    assert (difference.k, difference.quantity) == found


def test_different_starts():
    first, second = (
        mt.descend(quadratic([1.0, 1.0]), theta0, steps=3) for theta0 in ([1.0, 2.0], [1.0, 2.5])
    )
    found = mt.compare(first, second)
    assert (found.k, found.quantity, found.place) == (1, "before", "theta[1]")
    assert (found.given, found.expected) == (2.0, 2.5)


def test_rounding_is_no_difference():
    def reordered(k, G, M, V, *, eta, beta1, beta2, eps):
        M = M * beta1 + G - beta1 * G
        V = V * beta2 + (1 - beta2) * G**2
        rho = eta * (M / (1 - beta1**k)) * (V / (1 - beta2**k) + eps) ** -0.5
        return {"M": M, "V": V, "rho": rho}

    trace = small_run(reordered)
    assert mt.compare(trace, "adam") is None
    assert mt.compare(trace, "adam", rtol=0.0).k <= 2


def test_a_run_that_breaks_differs_there():
    def explodes(k, G, *, eta=0.1):
        return {"rho": eta * G if k < 6 else G * np.inf}

    with pytest.warns(mt.DivergenceWarning, match="k = 6"):
        trace = mt.descend(quadratic([1.0]), [1.0], rule=explodes, steps=20)
    found = mt.compare(trace, mt.rule("gd", eta=0.1))
    assert found.k == 6
    assert found.quantity.startswith("rho")
    assert np.isinf(found.given)
    assert found.expected == pytest.approx(0.1 * 0.9**5)


def test_another_rule_on_the_same_problem():
    trace = small_run()
    again = mt.rerun(trace, "adam")
    assert again is not trace
    assert mt.compare(again, trace) is None
    descent = mt.rerun(trace, "gd")
    assert [tuple(step.batch) for step in descent] == [tuple(step.batch) for step in trace]
    assert same_bits(descent[0].before.flat, trace[0].before.flat)


@pytest.mark.parametrize("call", [mt.compare, mt.rerun])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("adam", "adam"), TypeError, r"trace must be a Trace; given 'adam'"),
        ((None, "adam"), TypeError, r"trace must be a Trace"),
        ((..., "adm"), ValueError, r"rule='adm' is unknown; .* Did you mean 'adam'\?"),
        ((..., 3), TypeError, r"rule must be one of gd, .*; given 3 \(int\)"),
    ],
)
def test_what_cannot_be_compared(call, arguments, error, message):
    arguments = [small_run(epochs=1) if value is ... else value for value in arguments]
    with pytest.raises(error, match=message):
        call(*arguments)


@pytest.mark.parametrize(("rtol", "error"), [(-1.0, ValueError), ("0", TypeError)])
def test_the_tolerance_is_checked(rtol, error):
    with pytest.raises(error, match=r"rtol must be .*\[0, inf\)"):
        mt.compare(small_run(epochs=1), "adam", rtol=rtol)


def test_comparing_leaves_numpys_error_handling_as_it_was():
    before = np.geterr()
    trace = mt.descend(BEALE, [1.0, 1.0], steps=30)
    assert mt.compare(trace, "adam") is None
    for _ in zip(trace, trace, strict=True):
        assert np.geterr() == before
    assert np.geterr() == before


def test_mistake_before_a_divergence_at_the_same_update_is_named():
    def counts_from_zero(k, G, M, V, *, eta, beta1, beta2, eps):
        M = beta1 * M + G
        V = beta2 * V + (1 - beta2) * G * G
        M_hat = M / np.where(k == 1, 0.0, 1.0) * 0.0
        return mt.Quantities(M=M, V=V, M_hat=M_hat, rho=eta * M_hat)

    with pytest.warns(mt.DivergenceWarning):
        trace = mt.descend(BEALE, [1.0, 1.0], rule=counts_from_zero, steps=10)
    found = mt.compare(trace, "adam")
    assert (found.k, found.quantity) == (1, "M")
    assert found.given == pytest.approx(10 * found.expected)


def test_runs_of_other_sizes_are_refused():
    X, y = np.zeros((6, 4)), [0, 1, 2, 0, 1, 2]
    five, six = (mt.train(mt.MLP((4, n, 3)), X, y, epochs=1) for n in (5, 6))
    with pytest.raises(ValueError, match="given 43 and 51 parameters"):
        mt.compare(five, six)
    with pytest.raises(ValueError, match="given 2 and 43 parameters"):
        mt.compare(mt.descend(BEALE, [1.0, 1.0], steps=2), five)


def test_rounding_that_a_chaotic_problem_makes_grow_is_no_mistake():
    def reordered(k, G, M, V, *, eta, beta1, beta2, eps):
        M = M + (1 - beta1) * (G - M)
        V = V + (1 - beta2) * (G * G - V)
        M_hat, V_hat = M / (1 - beta1**k), V / (1 - beta2**k)
        return mt.Quantities(
            M=M, V=V, M_hat=M_hat, V_hat=V_hat, rho=eta * M_hat / np.sqrt(V_hat + eps)
        )

    rule = mt.rule(reordered, eta=0.1)
    trace = mt.descend(mt.LANDSCAPES["rosenbrock"], [-1.2, 1.0], rule=rule, steps=3000)
    assert mt.compare(trace, "adam") is None


def chaotic(rule):
    """Rounding parts two runs here after some two hundred updates."""
    landscape = mt.LANDSCAPES["himmelblau"]
    return mt.descend(landscape, landscape.start, rule=mt.rule(rule, eta=1.0), steps=1000)


def reordered_until(wrong_from, names=("M", "V"), wrong="rho"):
    """Adam in another order of the operations, wrong from one update on."""

    def step(k, G, M, V, eta, beta1, beta2, eps):
        M = M + (1 - beta1) * (G - M)
        V = V + (1 - beta2) * (G * G - V)
        if wrong == "V" and k >= wrong_from:
            V = V + 1e-3
        M_hat, V_hat = M / (1 - beta1**k), V / (1 - beta2**k)
        rho = eta * M_hat / np.sqrt(V_hat + eps)
        return M, V, rho * 1.001 if wrong == "rho" and k >= wrong_from else rho

    def same_names(k, G, M, V, *, eta, beta1, beta2, eps):
        return dict(zip(["M", "V", "rho"], step(k, G, M, V, eta, beta1, beta2, eps), strict=True))

    def other_names(k, G, m, v, *, eta, beta1, beta2, eps):
        return dict(zip(["m", "v", "rho"], step(k, G, m, v, eta, beta1, beta2, eps), strict=True))

    return same_names if names == ("M", "V") else other_names


@pytest.mark.parametrize("wrong_from", [60, 700, 1000])
@pytest.mark.parametrize("wrong", ["V", "rho"])
def test_a_mistake_after_rounding_has_parted_the_runs_is_named(wrong_from, wrong):
    assert mt.compare(chaotic(reordered_until(10**6)), "adam") is None
    found = mt.compare(chaotic(reordered_until(wrong_from, wrong=wrong)), "adam")
    assert (found.k, found.quantity) == (wrong_from, wrong)


def test_a_rule_that_breaks_after_rounding_has_parted_the_runs():
    right = reordered_until(10**6)

    def breaks(k, G, M, V, *, eta, beta1, beta2, eps):
        returned = right(k, G, M, V, eta=eta, beta1=beta1, beta2=beta2, eps=eps)
        return {**returned, "rho": returned["rho"] / (k != 900)}

    with pytest.warns(mt.DivergenceWarning, match="k = 900"):
        trace = chaotic(breaks)
    found = mt.compare(trace, "adam")
    assert (found.k, found.quantity) == (900, "rho")


def test_where_it_cannot_be_judged_further_it_says_until_when_it_was():
    """The reference remembers M and V, of which this rule says nothing."""
    found = mt.compare(chaotic(reordered_until(1000, names=("m", "v"))), "adam")
    assert isinstance(found, mt.Undecided)
    assert 100 < found.k < 1000
    assert found.missing == ("M", "V")
    assert f"agree up to update k = {found.k}." in str(found)
    assert str(found).endswith("return what the reference remembers: M, V.")
    early = mt.compare(chaotic(reordered_until(60, names=("m", "v"))), "adam")
    assert (early.k, early.quantity) == (60, "rho")


def test_until_when_it_was_judged_is_the_last_update_with_the_gradient_in_common():
    """A step less by 1e-8, allowed, and at the next update a gradient that it changes by 1e-3."""

    def objective(theta):
        return 0.0, 2.0 + np.sin(1e6 * theta)

    adam = reordered_until(10**6, names=("m", "v"))

    def mine(k, G, m, v, *, eta, beta1, beta2, eps):
        returned = adam(k, G, m, v, eta=eta, beta1=beta1, beta2=beta2, eps=eps)
        return {**returned, "rho": returned["rho"] * (1 + 1e-8 * (k == 5))}

    trace = mt.descend(objective, [1.0], rule=mt.rule(mine, eta=0.1), steps=9)
    found = mt.compare(trace, "adam", rtol=1e-6)
    assert (found.k, found.missing) == (5, ("M", "V"))


@pytest.mark.parametrize("right", [True, False])
def test_the_gradient_before_is_known_to_the_reference_in_any_case(right):
    """The slide's momentum remembers g_{k-1}; the reader's rule keeps it under another name."""

    def mine(k, G, g, *, alpha=0.02, beta=0.02):
        rho = alpha * G + beta * g
        return {"rho": rho * (1 + 1e-16 * k) if k < 500 or right else 0.9 * rho, "g": G}

    trace = mt.descend(mt.LANDSCAPES["himmelblau"], [0.0, 0.0], rule=mine, steps=600)
    found = mt.compare(trace, "momentum")
    assert found is None if right else (found.k, found.quantity) == (500, "rho")


def test_rerun_has_a_history_and_checks_the_schedule():
    trace = mt.descend(BEALE, [1.0, 1.0], steps=3, schedule="cooling")
    assert mt.rerun(trace, mt.rule("gd", eta=1e-3)).history["loss"].shape == (3,)
    with pytest.raises(ValueError, match="this rule has none"):
        mt.rerun(trace, mt.rule("adadelta", form="paper"))


def test_what_is_no_number_in_both_is_no_difference_and_in_one_is():
    def with_a_gap(k, G, *, eta=0.1):
        return {"told": np.full_like(G, np.nan), "rho": eta * G}

    with pytest.warns(mt.DivergenceWarning, match="k = 1"):
        trace = mt.descend(quadratic([1.0]), [1.0], rule=with_a_gap, steps=3)
    assert mt.compare(trace, trace) is None
    known = mt.descend(quadratic([1.0]), [1.0], rule=lambda k, G: {"told": 0 * G, "rho": G / 10})
    found = mt.compare(trace, known)
    assert (found.k, found.quantity) == (1, "told")
    assert np.isnan(found.given)
    assert found.expected == 0.0


def test_a_value_that_the_reference_does_not_allow_is_told_with_where_it_comes_from():
    def mine(k, G, v, *, eta=0.1, beta1=1.5):
        return mt.Quantities(v=v, rho=eta * G)

    trace = mt.descend(quadratic([1.0]), [1.0], rule=mine, steps=3)
    with pytest.raises(ValueError, match="beta1 must be in") as refused:
        mt.compare(trace, "adam")
    assert "the value comes from your rule 'mine'" in refused.value.__notes__[0]
