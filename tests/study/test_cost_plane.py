"""Planes through parameters, against singular values and networks one by one."""

import numpy as np
import pytest

import mlpteach as mt
from mlpteach.run.problem import NetworkProblem
from mlpteach.study.cost_plane import costs_at, most_moved, plane_of_ways, plane_of_weights

RNG = np.random.default_rng(3)
WAYS = [np.cumsum(RNG.normal(size=(n, 6)) * [5, 3, 1, 1, 0.1, 0], axis=0) for n in (20, 31)]


def test_plane_of_ways_is_that_of_the_two_largest_singular_values():
    places = np.concatenate(WAYS)
    _, values, rows = np.linalg.svd(places - places.mean(axis=0))
    plane = plane_of_ways(WAYS, WAYS[0][-1])
    np.testing.assert_allclose(plane.directions.T @ plane.directions, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(np.abs(np.sum(plane.directions.T * rows[:2], axis=1)), 1.0)
    assert plane.share(places) == pytest.approx((values[:2] ** 2).sum() / (values**2).sum())


def test_directions_lead_where_the_ways_lead():
    plane = plane_of_ways(WAYS, WAYS[0][0])
    back = plane_of_ways([-W for W in WAYS], -WAYS[0][0])
    np.testing.assert_allclose(back.directions, -plane.directions)
    assert (sum((W - W[0]).sum(axis=0) for W in WAYS) @ plane.directions > 0).all()


def test_a_place_and_its_rest_have_its_length():
    plane = plane_of_ways(WAYS, WAYS[1][0])
    away = WAYS[0] - WAYS[1][0]
    squares = (plane.coordinates(WAYS[0]) ** 2).sum(axis=1) + plane.distances(WAYS[0]) ** 2
    np.testing.assert_allclose(squares, (away**2).sum(axis=1))
    back = plane.coordinates(plane.places(np.array([[2.0, -3.0]])))
    np.testing.assert_allclose(back, [[2.0, -3.0]])


def test_many_places_are_thinned_and_the_plane_hardly_moves():
    t = np.linspace(0, 4, 3000)[:, None]
    way = np.hstack([t, np.sin(t), 0.01 * np.cos(3 * t)])
    plane = plane_of_ways([way], way[0])
    rows = np.linalg.svd(way - way.mean(axis=0))[2]
    assert np.abs(np.sum(plane.directions.T * rows[:2], axis=1)).min() > 0.999


@pytest.mark.parametrize("way", [np.zeros((5, 4)), np.zeros((1, 4)), np.arange(5.0)[:, None] * 2])
def test_ways_without_two_directions(way):
    plane = plane_of_ways([way], way[0])
    assert np.isfinite(plane.directions).all()
    assert plane.share(way) == pytest.approx(1.0)
    np.testing.assert_allclose(plane.distances(way), 0.0, atol=1e-12)


def test_huge_ways_keep_their_plane():
    huge = plane_of_ways([1e200 * W for W in WAYS], 1e200 * WAYS[0][0])
    usual = plane_of_ways(WAYS, WAYS[0][0])
    np.testing.assert_allclose(huge.directions, usual.directions, atol=1e-9)
    places = np.concatenate(WAYS)
    assert huge.share(1e200 * places) == pytest.approx(usual.share(places))


def test_share_of_two_weights_is_that_of_their_variances():
    places = np.concatenate(WAYS)
    variance = places.var(axis=0)
    plane = plane_of_weights(1, 4, places[0])
    assert plane.share(places) == pytest.approx(variance[[1, 4]].sum() / variance.sum())


def test_weights_that_moved_most_of_some():
    ways = [np.array([[0.0, 9.0, 0.0, 0.0], [1.0, 2.0, 0.0, -3.0]])]
    np.testing.assert_array_equal(most_moved(ways, np.array([0, 2, 3]), 2), [3, 0])


def test_a_weight_that_went_far_and_came_back_has_moved():
    way = np.array([[0.0, 0.0], [5.0, 1.0], [0.1, 2.0]])
    np.testing.assert_array_equal(most_moved([way], np.array([0, 1]), 1), [0])


@pytest.mark.parametrize("loss", list(mt.LOSSES))
def test_costs_are_those_of_each_network_on_these_rows(loss):
    X, y = mt.datasets.spirals(n=30)
    net = mt.MLP((2, 4, 2), output="softmax" if loss == "softmax_cross_entropy" else "sigmoid")
    X, Y, loss, l2 = net.check_problem(X, y, loss, 0.01)
    problem = NetworkProblem(net, X, Y, loss, l2, 8, 1)
    rows = np.array([3, 1, 22])
    places = RNG.normal(size=(7, problem.layout.size))
    expected = [net.evaluate(theta, X[rows].T, Y[:, rows], loss, l2).loss for theta in places]
    np.testing.assert_allclose(costs_at(problem, places, rows), expected, rtol=1e-12)


def test_a_cost_that_is_no_number_is_nan():
    X, y = mt.datasets.moons(n=10)
    net = mt.MLP((2, 3, 1), hidden="relu", output="linear")
    X, Y, loss, l2 = net.check_problem(X, y, "mse", 0.0)
    problem = NetworkProblem(net, X, Y, loss, l2, None, 1)
    huge = np.full((1, problem.layout.size), 1e200)
    assert np.isnan(costs_at(problem, huge, np.arange(10))).all()
