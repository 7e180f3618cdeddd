"""Data sets: shapes, ranges and seeds; where Fashion-MNIST comes from, and what goes wrong."""

import gzip
import os
import sys
import threading
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import sklearn.datasets
from examples import same_bits

from mlpteach import datasets

FILES = [
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
]
DEBIAN_FOLDER = datasets.DEBIAN_FOLDER


def check_types(X, y):
    assert X.dtype == np.float64
    assert y.dtype.kind == "i"
    assert X.shape[:1] == y.shape
    assert np.isfinite(X).all()


def test_digits():
    X, y = datasets.digits()
    check_types(X, y)
    original = sklearn.datasets.load_digits()
    assert X.shape == (1797, 64)
    assert (X.min(), X.max()) == (-0.5, 0.5)
    assert same_bits(X, original.data / 16 - 0.5)
    assert (y == original.target).all()


def test_the_digits_come_with_where_they_are_from():
    file = Path(datasets.__file__).with_name("digits.npz")
    assert file.stat().st_size < 46_000
    said = file.with_suffix(".md").read_text(encoding="utf-8")
    assert "Alpaydin" in said
    assert "CC BY 4.0" in said


drawn = pytest.mark.parametrize("draw", [datasets.moons, datasets.spirals, datasets.xor])


@drawn
def test_drawn_data(draw):
    X, y = draw(n=101, seed=3)
    check_types(X, y)
    assert X.shape == (101, 2)
    assert sorted(np.bincount(y)) == [50, 51]


@drawn
def test_one_seed_decides_everything(draw):
    first, again, other = draw(seed=3), draw(seed=3), draw(seed=4)
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[0] != other[0]).any()


def test_moons_without_noise_are_half_circles():
    X, y = datasets.moons(n=200, noise=0)
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5


def test_spirals_without_noise_turn_with_the_radius():
    X, y = datasets.spirals(n=300, arms=3, turns=2, noise=0)
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    arm = (angle / (2 * np.pi) - 2 * radius) % 1
    np.testing.assert_allclose(np.exp(2j * np.pi * arm), np.exp(2j * np.pi * y / 3), atol=1e-9)
    assert radius.max() <= 1


@drawn
@pytest.mark.parametrize("noise", [0.25, 4.0])
def test_noise_is_normal_and_as_large_as_asked_for(draw, noise):
    (still, y), (moved, same) = draw(n=4000, noise=0, seed=5), draw(n=4000, noise=noise, seed=5)
    np.testing.assert_array_equal(y, same)
    z = (moved - still) / noise
    # Means of 8000 numbers: off by 5 of their standard errors at most.
    assert abs(z.mean()) < 5 / np.sqrt(8000)
    assert abs((z**2).mean() - 1.0) < 5 * np.sqrt(2 / 8000)


def test_xor_is_the_sign_of_the_product():
    X, y = datasets.xor(n=8, noise=0)
    assert sorted(map(tuple, X)) == [(-1, -1)] * 2 + [(-1, 1)] * 2 + [(1, -1)] * 2 + [(1, 1)] * 2
    assert ((X[:, 0] * X[:, 1] < 0) == y).all()


@drawn
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"n": 1}, ValueError),
        ({"n": 10.0}, TypeError),
        ({"n": True}, TypeError),
        ({"noise": -0.1}, ValueError),
        ({"noise": float("nan")}, ValueError),
        ({"noise": float("inf")}, ValueError),
        ({"noise": "0.1"}, TypeError),
        ({"seed": -1}, ValueError),
        ({"seed": None}, TypeError),
    ],
)
def test_bad_arguments(draw, given, error):
    (name,) = given
    with pytest.raises(error, match=f"^{name} must be "):
        draw(**given)


@pytest.mark.parametrize(
    ("given", "error", "name"),
    [
        ({"arms": 1}, ValueError, "arms"),
        ({"arms": 5, "n": 4}, ValueError, "n"),
        ({"turns": 0}, ValueError, "turns"),
    ],
)
def test_bad_arguments_of_spirals(given, error, name):
    with pytest.raises(error, match=f"^{name} must be "):
        datasets.spirals(**given)


@pytest.mark.parametrize(("split", "error"), [("validation", ValueError), (None, TypeError)])
def test_unknown_split(split, error):
    with pytest.raises(error, match=r"split.*train, test"):
        datasets.fashion_mnist(split)


# Fashion-MNIST, from small files in the same format.


@pytest.fixture
def places(tmp_path, monkeypatch):
    """An empty Debian folder and an empty cache; 6 training images and 3 to test with."""
    debian, data = tmp_path / "debian", tmp_path / "data"
    debian.mkdir()
    monkeypatch.setattr(datasets, "DEBIAN_FOLDER", debian)
    monkeypatch.setattr(datasets, "SPLITS", {"train": ("train", 6), "test": ("t10k", 3)})
    monkeypatch.setenv("MLPTEACH_DATA", str(data))
    return debian, data / "fashion-mnist"


@pytest.fixture
def offline(monkeypatch):
    def fail(*args, **kwargs):
        raise URLError("name or service not known")

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fail)


def pictures(n=9):
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (n, 784)), generator.integers(0, 10, n)


@pytest.fixture
def online(monkeypatch):
    """What scikit-learn's function returns, and how often it was called."""
    calls = []

    def fetch(name, **options):
        calls.append((name, options))
        (options["data_home"] / "part").write_bytes(b"x" * 1000)
        X, y = pictures()
        return X.astype(float), y.astype(str).astype(object)

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    return calls


def write_idx(path, array, magic):
    """Write the format as its description says it, not as the package does."""
    head = magic.to_bytes(4, "big") + b"".join(size.to_bytes(4, "big") for size in array.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))


def write_files(folder):
    X, y = pictures()
    for start, rows in (("train", slice(0, 6)), ("t10k", slice(6, 9))):
        write_idx(folder / f"{start}-images-idx3-ubyte.gz", X[rows].reshape(-1, 28, 28), 0x803)
        write_idx(folder / f"{start}-labels-idx1-ubyte.gz", y[rows], 0x801)


def check_split(split, rows):
    X, y = datasets.fashion_mnist(split)
    check_types(X, y)
    pixels, labels = pictures()
    np.testing.assert_allclose(X, pixels[rows] / 255 - 0.5, rtol=0, atol=1e-15)
    assert (y == labels[rows]).all()


def test_the_files_of_the_package_are_read(places, offline):
    debian, cache = places
    write_files(debian)
    check_split("train", slice(0, 6))
    check_split("test", slice(6, 9))
    assert not cache.exists()


@pytest.mark.parametrize("n", [1, 4, 6])
def test_the_first_ones_only(places, offline, n):
    debian, _ = places
    write_files(debian)
    X, y = datasets.fashion_mnist(n=n)
    all_X, all_y = datasets.fashion_mnist()
    check_types(X, y)
    assert (X.shape, y.shape) == ((n, 784), (n,))
    assert (all_X[:n] == X).all()
    assert (y == all_y[:n]).all()


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (7, ValueError), ("2", TypeError)])
def test_more_than_there_are_or_none(places, offline, n, error):
    debian, _ = places
    write_files(debian)
    with pytest.raises(error, match=r"^n must be "):
        datasets.fashion_mnist(n=n)


def test_whether_it_is_here_is_told_and_nothing_fetched(places, online):
    debian, cache = places
    assert datasets.has_fashion_mnist() is False
    write_files(cache)
    assert datasets.has_fashion_mnist() is True
    (cache / "t10k-labels-idx1-ubyte.gz").unlink()
    assert datasets.has_fashion_mnist() is False
    write_files(debian)
    assert datasets.has_fashion_mnist() is True
    assert online == []


def test_files_put_into_the_cache_by_hand_are_read(places, offline):
    _, cache = places
    write_files(cache)
    check_split("train", slice(0, 6))


def test_fetched_once_and_kept_in_the_format_of_the_package(places, online, tmp_path, capsys):
    _, cache = places
    check_split("test", slice(6, 9))
    check_split("train", slice(0, 6))
    assert len(online) == 1
    assert online[0][0] == "Fashion-MNIST"
    assert sorted(os.listdir(cache)) == FILES
    assert "Fashion-MNIST" in capsys.readouterr().err  # the progress bar
    write_files(tmp_path / "expected")
    for name in FILES:
        kept, expected = cache / name, tmp_path / "expected" / name
        assert gzip.decompress(kept.read_bytes()) == gzip.decompress(expected.read_bytes())


def test_progress_counts_the_bytes_of_all_files_also_where_one_moves_away(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "a").write_bytes(bytes(300))
    (tmp_path / "deeper" / "c").write_bytes(bytes(50))

    class Moving(type(tmp_path)):
        """A file that has gone when it is looked at."""

        def is_file(self):
            raise FileNotFoundError

    class Folder:
        def rglob(self, _):
            return [tmp_path / "a", Moving(tmp_path / "b"), tmp_path / "deeper" / "c"]

    assert datasets._size(Folder()) == 350
    assert datasets._size(tmp_path) == 350


def test_offline_says_what_to_do(places, offline):
    _, cache = places
    with pytest.raises(FileNotFoundError) as error:
        datasets.fashion_mnist()
    said = str(error.value)
    for part in ["apt install dataset-fashion-mnist", str(cache), "MLPTEACH_DATA", *FILES]:
        assert part in said
    assert "name or service not known" in said
    assert os.listdir(cache) == []


def test_without_scikit_learn_it_says_what_to_install(places, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(FileNotFoundError, match=r"sklearn(.|\n)*pip install .mlpteach\[fashion\]"):
        datasets.fashion_mnist()
    assert os.listdir(places[1]) == []


def test_fetched_where_no_thread_can_start(places, online, monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    check_split("test", slice(6, 9))


def cut(content):
    return content[: len(content) // 2]


def flip(content):
    return content[:-6] + bytes([content[-6] ^ 255]) + content[-5:]  # in the checksum


def other_magic(content):
    return gzip.compress(b"\0\0\x09" + gzip.decompress(content)[3:])


def one_byte_less(content):
    return gzip.compress(gzip.decompress(content)[:-1])


def no_gzip(content):
    return b"<html>Not found</html>"


def empty(content):
    return b""


DAMAGES = [cut, flip, other_magic, one_byte_less, no_gzip, empty]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES[2:])
def test_a_damaged_cache_is_fetched_again(places, online, damage, name):
    _, cache = places
    write_files(cache)
    damaged = cache / name
    damaged.write_bytes(damage(damaged.read_bytes()))
    with pytest.warns(UserWarning, match=f"{name} is damaged"):
        check_split("train", slice(0, 6))
    assert len(online) == 1
    check_split("train", slice(0, 6))


def test_a_damaged_cache_offline(places, offline):
    _, cache = places
    write_files(cache)
    (cache / FILES[2]).write_bytes(b"")
    with (
        pytest.warns(UserWarning, match="is damaged"),
        pytest.raises(FileNotFoundError, match="apt install"),
    ):
        datasets.fashion_mnist()


def test_a_damaged_package_falls_back_on_the_cache(places, offline):
    debian, cache = places
    write_files(debian)
    write_files(cache)
    (debian / FILES[3]).write_bytes(b"")
    with pytest.warns(UserWarning, match="is damaged"):
        check_split("train", slice(0, 6))


def test_a_label_out_of_range_is_damage(places, offline):
    debian, _ = places
    write_files(debian)
    write_idx(debian / FILES[3], np.array([1, 10, 3, 0, 9, 2]), 0x801)
    with (
        pytest.warns(UserWarning, match="it holds the label 10"),
        pytest.raises(FileNotFoundError),
    ):
        datasets.fashion_mnist()


@pytest.mark.parametrize(
    "change",
    [
        lambda X, y: (X[:-1], y[:-1]),
        lambda X, y: (X[:, :-1], y),
        lambda X, y: (X + 0.5, y),
        lambda X, y: (X + 256, y),
        lambda X, y: (X - 256, y),
        lambda X, y: (np.where(np.arange(len(X))[:, None] == 3, 256, X), y),
        lambda X, y: (np.where(np.arange(len(X))[:, None] == 3, -1, X), y),
        lambda X, y: (X, y + 10),
        lambda X, y: (X, np.where(np.arange(len(y)) == 3, 10, y.astype(int))),
        lambda X, y: (X, np.where(np.arange(len(y)) == 3, -1, y.astype(int))),
    ],
)
def test_something_else_was_fetched(places, monkeypatch, change):
    _, cache = places
    fetched = change(*pictures())
    monkeypatch.setattr(sklearn.datasets, "fetch_openml", lambda *args, **kwargs: fetched)
    with pytest.raises(FileNotFoundError, match=r"could not be fetched \(ValueError: fetched"):
        datasets.fashion_mnist()
    assert os.listdir(cache) == []


def test_a_cache_that_cannot_be_written(places, online, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MLPTEACH_DATA", str(tmp_path / "file"))
    with pytest.raises(OSError, match="MLPTEACH_DATA name a folder that you can write to"):
        datasets.fashion_mnist()
    assert online == []


def test_the_usual_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("MLPTEACH_DATA", raising=False)
    monkeypatch.setattr(datasets.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert datasets.cache_folder() == tmp_path / "mlpteach"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "me")
    assert datasets.cache_folder() == tmp_path / "me/.cache/mlpteach"
    monkeypatch.setattr(datasets.sys, "platform", "darwin")
    assert datasets.cache_folder() == tmp_path / "me/Library/Caches/mlpteach"
    monkeypatch.setattr(datasets.sys, "platform", "win32")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert datasets.cache_folder() == tmp_path / "me/AppData/Local/mlpteach"
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert datasets.cache_folder() == tmp_path / "local/mlpteach"


# Fashion-MNIST itself.


@pytest.mark.skipif(
    not DEBIAN_FOLDER.is_dir() and "MLPTEACH_REQUIRE_FASHION" not in os.environ,
    reason="the package dataset-fashion-mnist is not installed",
)
def test_the_real_images():
    X, y = datasets.fashion_mnist()
    check_types(X, y)
    assert X.shape == (60_000, 784)
    assert (X.min(), X.max()) == (-0.5, 0.5)
    assert (np.bincount(y) == 6_000).all()
    # As published: mean pixel 0.2860, standard deviation 0.3530.
    np.testing.assert_allclose([X.mean() + 0.5, X.std()], [0.2860, 0.3530], atol=5e-5)
    assert y[:5].tolist() == [9, 0, 0, 3, 0]
    X, y = datasets.fashion_mnist("test")
    assert X.shape == (10_000, 784)
    assert (np.bincount(y) == 1_000).all()
