"""What a search for a step size sets, and the step sizes chosen by hand."""

import pytest

import mlpteach as mt


@pytest.mark.parametrize(
    ("rule", "name", "values"),
    [
        (mt.rule("momentum"), "alpha", {"alpha": 0.2, "beta": 0.18}),
        (mt.rule("nesterov"), "alpha", {"alpha": 0.2, "beta": 0.5}),
        (mt.rule("adam"), "eta", {"eta": 0.2, "beta1": 0.9, "bias_correction": True}),
        (mt.rule("momentum", "paper"), "eta", {"eta": 0.2, "beta": 0.9}),
        (mt.rule("adadelta", "paper"), "eps", {"eps": 0.04, "gamma": 0.95}),
        (mt.rule("nesterov", alpha=0.1, beta=0.0), "alpha", {"alpha": 0.2, "beta": 0.0}),
    ],
)
def test_what_is_tuned_and_what_changes_with_it(rule, name, values):
    assert rule.tuned == name
    changed = rule.with_step_size(0.2)
    assert changed.values == pytest.approx({**rule.values, **values}, rel=1e-15)
    assert changed.form == rule.form


def test_a_proportion_is_kept_without_rounding_errors():
    assert mt.rule("momentum").with_step_size(0.01).values["beta"] == 0.009


def test_lbfgs_has_nothing_to_tune():
    assert mt.rule("lbfgs").tuned is None
    with pytest.raises(ValueError, match=r"lbfgs.* has no step size that could be set"):
        mt.rule("lbfgs").with_step_size(0.1)


def slides(k, G, G_previous, *, alpha, beta):
    return mt.Quantities(rho=alpha * G + beta * G_previous)


def heavy_ball(k, G, v, *, alpha=0.1, beta=0.9, mass=1.0):
    v = beta * v + alpha * G / mass
    return mt.Quantities(v=v, rho=v)


def still(k, G, *, decay=0.5):
    return mt.Quantities(rho=0.0 * decay * G)


def test_own_functions_are_tuned_as_the_rule_with_the_same_hyper_parameters():
    assert mt.rule(slides).with_step_size(0.2).values == {"alpha": 0.2, "beta": 0.18}
    # 0.1 beside a step of 0 is taken for 0.1 beside a step of 1, if it changes with the step.
    still_slides = mt.rule(slides, alpha=0.0, beta=0.1).with_step_size(0.2)
    assert still_slides.values == {"alpha": 0.2, "beta": 0.02}
    assert mt.rule(heavy_ball).with_step_size(0.2).values["beta"] == 0.9
    assert mt.rule(still).tuned is None


def test_step_sizes_chosen_by_hand_are_for_landscapes_of_the_table():
    for optimizer in mt.RULES.values():
        for rule in optimizer.forms.values():
            assert rule.step_sizes.keys() <= mt.LANDSCAPES.keys()
            assert not rule.step_sizes or rule.step_size
            for size in rule.step_sizes.values():
                assert rule.with_step_size(size).values[rule.step_size] == size
