"""Reddi's slopes: what they are, and where they lead."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.tables.counterexamples import COUNTEREXAMPLES, project


@pytest.mark.parametrize(
    ("id", "period", "steep", "gentle"),
    [("every_third", 3, 3.0, -1.0), ("every_101st", 101, 1010.0, -10.0)],
)
def test_steep_slope_comes_first_and_once_a_period(id, period, steep, gentle):
    slopes = COUNTEREXAMPLES[id].slopes(3 * period)
    assert (np.flatnonzero(slopes == steep) == [0, period, 2 * period]).all()
    assert (slopes[1:period] == gentle).all()


def test_random_slopes_are_rare_and_the_same_when_asked_again():
    example = COUNTEREXAMPLES["at_random"]
    slopes = example.slopes(50_000)
    assert 0.008 < (slopes == 1010.0).mean() < 0.012
    assert set(slopes) == {1010.0, -10.0}
    assert [example.slope(k) for k in (50_000, 4097, 4096, 1)] == list(
        slopes[[49999, 4096, 4095, 0]]
    )
    assert (example.change(seed=2).slopes(1000) != slopes[:1000]).any()


@pytest.mark.parametrize("id", list(COUNTEREXAMPLES))
def test_mean_slope_says_that_the_best_place_is_below(id):
    example = COUNTEREXAMPLES[id]
    mean = example.slopes(303_000).mean()
    assert example.mean_slope > 0
    assert example.mean_slope == pytest.approx(mean, abs=0.6 if id == "at_random" else 1e-9)


@pytest.mark.parametrize("id", list(COUNTEREXAMPLES))
def test_gradient_is_that_of_the_value(id):
    example = COUNTEREXAMPLES[id]
    for k in (1, 2, 102):
        up, down = (example(np.array([x]), k)[0] for x in (0.75, 0.25))
        assert example(np.array([0.1]), k=k)[1] == pytest.approx([(up - down) / 0.5])


def test_bias_corrected_adam_stays_at_the_wrong_end_of_the_second_example():
    rule = mt.rule("adam", form="paper", eta=0.01, beta1=0.9, beta2=0.99)
    trace = mt.descend(
        COUNTEREXAMPLES["every_101st"], [1.0], rule=rule, steps=10_000, project=project
    )
    assert trace[-1].after.flat[0] == pytest.approx(0.993, abs=5e-4)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"steep": 2.0}, ValueError, r"steep must be in \(2, inf\)"),
        ({"steep": "3"}, TypeError, "steep must be a number"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 2**63 + 1}, ValueError, "seed"),
    ],
)
def test_slope_for_which_the_best_place_would_be_another_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        COUNTEREXAMPLES["every_third"].change(**given)


@pytest.mark.parametrize("seed", [0, 2**63])
def test_the_smallest_and_the_largest_seed(seed):
    example = COUNTEREXAMPLES["every_third"].change(seed=seed)
    assert (example.seed, example.steep) == (seed, 3.0)


def test_it_takes_a_place_as_a_list_and_a_number_of_numpys():
    slopes = COUNTEREXAMPLES["every_third"]
    for theta, k in (([0.5], 1), ((0.5,), np.int64(1)), (np.array([0.5], dtype=np.float32), 1)):
        value, gradient = slopes(theta, k)
        assert (value, gradient.tolist()) == (1.5, [3.0])
    with pytest.raises(ValueError, match="theta must have"):
        slopes([0.5, 0.5], 1)
    with pytest.raises(ValueError, match="k must be"):
        slopes([0.5], np.int64(0))
    assert np.isnan(slopes([np.nan], 1)[0])  # a run that has broken is told by the run


def test_project_has_both_ends():
    np.testing.assert_array_equal(project(np.array([-3.0, -1.0, 0.25, 1.0, 1.5])),
                                  [-1.0, -1.0, 0.25, 1.0, 1.0])  # fmt: skip
