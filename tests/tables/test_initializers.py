"""Initializers: the variance each one promises, and seeds."""

import numpy as np
import pytest
from examples import same_bits

import mlpteach as mt

N_IN, N_OUT = 300, 200
VARIANCE = {
    "uniform": 1 / 3,
    "nielsen": 1 / N_IN,
    "glorot": 2 / (N_IN + N_OUT),
    "he": 2 / N_IN,
    "zeros": 0.0,
    "orthogonal": 1 / N_IN,
}


def layer(init, seed=0):
    net = mt.MLP((N_IN, N_OUT), init=init, seed=seed)
    return net.W[1], net.b[1]


def test_the_table():
    assert list(mt.INITIALIZERS) == list(VARIANCE)
    assert all(record.id == id for id, record in mt.INITIALIZERS.items())
    beyond = [id for id, record in mt.INITIALIZERS.items() if record.beyond_lecture]
    assert beyond == ["orthogonal"]


@pytest.mark.parametrize("sizes", [(7, 3), (3, 7), (5, 5), (1, 4)])
def test_orthogonal_weights_keep_lengths(sizes):
    W = mt.MLP(sizes, init="orthogonal", seed=3).W[1]
    square = W @ W.T if W.shape[0] <= W.shape[1] else W.T @ W
    np.testing.assert_allclose(square, np.eye(len(square)), atol=1e-15 * 5)


def test_all_orthogonal_directions_are_equally_likely():
    """Without the signs of R's diagonal the first entries would all be negative."""
    firsts = np.array([mt.MLP((2, 2), init="orthogonal", seed=s).W[1] for s in range(2000)])
    angle = np.arctan2(firsts[:, 1, 0], firsts[:, 0, 0])
    counts, _ = np.histogram(angle, bins=8, range=(-np.pi, np.pi))
    # 250 in each of 8 sectors: chi^2 with 7 degrees of freedom is below 24.3 in 99.9 % of all cases
    assert ((counts - 250) ** 2 / 250).sum() < 24.3
    assert 900 < (np.linalg.det(firsts) > 0).sum() < 1100


@pytest.mark.parametrize("init", VARIANCE)
def test_mean_and_variance_of_the_weights(init):
    W, _ = layer(init)
    sd = np.sqrt(VARIANCE[init])
    assert W.shape == (N_OUT, N_IN)
    assert abs(W.mean()) <= 5 * sd / np.sqrt(W.size)
    # The sample variance of 60 000 normal numbers is within 5 sqrt(2/60 000) = 3 % of the true one.
    assert W.var() == pytest.approx(VARIANCE[init], rel=0.03)


@pytest.mark.parametrize(("init", "limit"), [("uniform", 1.0), ("glorot", np.sqrt(6 / 500))])
def test_limits_of_uniform_weights(init, limit):
    W, _ = layer(init)
    assert 0.999 * limit < np.abs(W).max() <= limit


@pytest.mark.parametrize("init", ["nielsen", "he"])
def test_normal_weights_have_tails(init):
    W, _ = layer(init)
    beyond = np.mean(np.abs(W) > 2 * np.sqrt(VARIANCE[init]))
    assert beyond == pytest.approx(0.0455, abs=0.005)


@pytest.mark.parametrize("init", [id for id in VARIANCE if id != "nielsen"])
def test_biases_start_at_zero(init):
    assert not layer(init)[1].any()


def test_nielsens_biases_are_standard_normal():
    _, b = layer("nielsen")
    assert abs(b.mean()) < 5 / np.sqrt(N_OUT)
    assert b.std() == pytest.approx(1.0, abs=5 / np.sqrt(2 * N_OUT))


@pytest.mark.parametrize("init", [id for id in VARIANCE if id != "zeros"])
def test_one_seed_decides_everything(init):
    np.random.seed(1)  # the global state must not matter
    first = mt.MLP((4, 5, 3), init=init, seed=7).parameters.flat
    np.random.seed(2)
    again = mt.MLP((4, 5, 3), init=init, seed=7).parameters.flat
    other = mt.MLP((4, 5, 3), init=init, seed=8).parameters.flat
    assert same_bits(first, again)
    assert not same_bits(first, other)


def lecun(n_in, n_out, rng):
    return rng.normal(0.0, n_in**-0.5, (n_out, n_in))


def test_an_own_function_draws_by_the_seed():
    nets = [mt.MLP((4, 5, 3), init=lecun, seed=seed) for seed in (7, 7, 8)]
    flat = [net.parameters.flat for net in nets]
    assert same_bits(flat[0], flat[1])
    assert not same_bits(flat[0], flat[2])
    drawn = np.random.default_rng(7).normal(0.0, 0.5, (5, 4))
    np.testing.assert_array_equal(nets[0].W[1], drawn)
    assert not nets[0].b[1].any()
    assert repr(nets[0].init) == "<initializer lecun>"


def test_an_own_function_may_draw_the_biases_too():
    def both(generator, n_out, n_in, scale=2.0):
        return np.full((n_out, n_in), scale), generator.standard_normal(n_out)

    net = mt.MLP((4, 5, 3), init=both, seed=7)
    assert (net.W[2] == 2.0).all()
    np.testing.assert_array_equal(net.b[1], np.random.default_rng(7).standard_normal(5))


def test_an_error_of_ones_own_is_told_where_it_was_raised():
    def broken(n_in, n_out, rng):
        return rng.nothing

    with pytest.raises(AttributeError) as raised:
        mt.MLP((4, 5, 3), init=broken)
    assert "raised in your function 'broken', n_in=3, n_out=2" in raised.value.__notes__


def test_layers_are_drawn_independently():
    net = mt.MLP((5, 5, 5), init="he")
    assert not np.allclose(net.W[1], net.W[2])


def test_activations_do_not_change_the_weights_drawn():
    flat = [mt.MLP((4, 5, 3), hidden=id, seed=2).parameters.flat for id in ("sigmoid", "relu")]
    assert same_bits(*flat)


def test_zeros_never_break_the_symmetry():
    X = np.random.default_rng(0).standard_normal((12, 4))
    net = mt.MLP((4, 5, 3), init="zeros")
    W = mt.train(net, X, np.arange(12) % 3, epochs=5, batch_size=4)[-1].after.W[1]
    assert W.any()
    np.testing.assert_array_equal(W, np.tile(W[0], (5, 1)))


@pytest.mark.parametrize("drawn", ["W", "b"])
def test_an_own_function_that_draws_from_elsewhere_is_refused(drawn):
    elsewhere = np.random.default_rng(5)

    def mine(n_in, n_out, rng):
        source = {"W": rng, "b": rng, drawn: elsewhere}
        return source["W"].normal(size=(n_out, n_in)), source["b"].normal(size=n_out)

    with pytest.raises(ValueError, match="mine must draw from its generator rng alone"):
        mt.MLP((4, 5, 3), init=mine)


@pytest.mark.parametrize("init", [abs, lambda n_in, rng: None, lambda a, b, c: None])
def test_an_own_function_must_take_the_sizes_and_a_generator(init):
    with pytest.raises(TypeError, match="init must take n_in, n_out and a generator"):
        mt.MLP((4, 5, 3), init=init)
