"""Data to learn from: every function returns X (n, d) as floats and the labels y (n,) as integers.

The small sets are drawn from a seed or come with the package. Fashion-MNIST is read from files: of
Debian's package, or of a cache that is filled over the network once.
"""

import gzip
import os
import sys
import threading
import warnings
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from mlpteach.basics.arguments import (
    NOT_NEGATIVE,
    POSITIVE,
    check_choice,
    check_count,
    check_number,
)
from mlpteach.basics.arrays import FloatArray, IntArray
from mlpteach.basics.progress import progress_bar

# Of digits(); where they are from stands beside it, in digits.md.
_DIGITS = Path(__file__).with_name("digits.npz")
# Where Debian's package dataset-fashion-mnist keeps its files.
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
# split -> (start of the file names, number of images)
SPLITS = {"train": ("train", 60_000), "test": ("t10k", 10_000)}
IMAGE_SHAPE = (28, 28)
CLASSES = 10
# Of the sets that are drawn; more would not fit into a usual memory.
MOST_INSTANCES = 10_000_000


def digits() -> tuple[FloatArray, IntArray]:
    """Return 1,797 handwritten digits, 8 x 8 pixels each; those that scikit-learn has, too.

    Returns
    -------
    X : ndarray of float, shape (1797, 64)
        Pixels between -1/2 and 1/2.
    y : ndarray of int, shape (1797,)
        The digit, 0 … 9.

    Examples
    --------
    >>> X, y = digits()
    >>> X.shape, y[:3]
    ((1797, 64), array([0, 1, 2]))

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits.
    UCI Machine Learning Repository.
    """
    with np.load(_DIGITS) as file:
        images, labels = file["images"], file["labels"]
    return images.reshape(len(images), -1).astype(float) / 16 - 0.5, labels.astype(int)


def moons(n: int = 400, noise: float = 0.15, seed: int = 1) -> tuple[FloatArray, IntArray]:
    """Return two half circles that reach into each other; no line separates them.

    Parameters
    ----------
    n : int
        Number of instances, at least 2.
    noise : float
        Standard deviation of what is added to each coordinate; the circles have radius 1.
    seed : int
        The same seed gives the same data.

    Returns
    -------
    X : ndarray of float, shape (n, 2)
    y : ndarray of int, shape (n,)
        0 for the upper half circle, 1 for the lower one.

    Examples
    --------
    >>> X, y = moons(n=4, noise=0)
    >>> X.shape, sorted(y.tolist())
    ((4, 2), [0, 0, 1, 1])
    """
    n = check_count("n", n, minimum=2, maximum=MOST_INSTANCES)
    noise = check_number("noise", noise, NOT_NEGATIVE)
    generator = _generator(seed)
    y = _balanced_labels(n, 2, generator)
    angle = np.pi * generator.random(n)
    upper = np.cos(angle), np.sin(angle)
    lower = 1 - np.cos(angle), 0.5 - np.sin(angle)
    X = np.where(y == 0, upper, lower).T
    return X + noise * generator.standard_normal((n, 2)), y


def spirals(
    n: int = 400, arms: int = 2, turns: float = 1.0, noise: float = 0.02, seed: int = 1
) -> tuple[FloatArray, IntArray]:
    """Return spiral arms wound into each other: a task that needs a hidden layer.

    Parameters
    ----------
    n : int
        Number of instances, at least one for each arm.
    arms : int
        Number of classes, at least 2.
    turns : float
        How often an arm goes around the centre.
    noise : float
        Standard deviation of what is added to each coordinate; the arms end at radius 1.
    seed : int
        The same seed gives the same data.

    Returns
    -------
    X : ndarray of float, shape (n, 2)
    y : ndarray of int, shape (n,)
        The arm, 0 … arms - 1.

    Examples
    --------
    >>> X, y = spirals(n=6, arms=3, noise=0)
    >>> X.shape, sorted(y.tolist())
    ((6, 2), [0, 0, 1, 1, 2, 2])
    """
    arms = check_count("arms", arms, minimum=2)
    n = check_count("n", n, minimum=arms, maximum=MOST_INSTANCES)
    turns = check_number("turns", turns, POSITIVE)
    noise = check_number("noise", noise, NOT_NEGATIVE)
    generator = _generator(seed)
    y = _balanced_labels(n, arms, generator)
    # The root spreads the instances evenly along the arm rather than crowding the centre.
    radius = np.sqrt(generator.uniform(0.01, 1, n))
    angle = 2 * np.pi * (turns * radius + y / arms)
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return X + noise * generator.standard_normal((n, 2)), y


def xor(n: int = 400, noise: float = 0.3, seed: int = 1) -> tuple[FloatArray, IntArray]:
    """Return four clouds around (±1, ±1); the class is 1 where the two signs differ.

    Parameters
    ----------
    n : int
        Number of instances, at least 4.
    noise : float
        Standard deviation of each cloud.
    seed : int
        The same seed gives the same data.

    Returns
    -------
    X : ndarray of float, shape (n, 2)
    y : ndarray of int, shape (n,)

    Examples
    --------
    >>> X, y = xor(n=4, noise=0)
    >>> bool(((X[:, 0] * X[:, 1] < 0) == y).all())
    True
    """
    n = check_count("n", n, minimum=4, maximum=MOST_INSTANCES)
    noise = check_number("noise", noise, NOT_NEGATIVE)
    generator = _generator(seed)
    corner = _balanced_labels(n, 4, generator)
    signs = np.column_stack([corner // 2, corner % 2])
    X = 2.0 * signs - 1 + noise * generator.standard_normal((n, 2))
    return X, signs[:, 0] ^ signs[:, 1]


def has_fashion_mnist() -> bool:
    """Return whether :func:`fashion_mnist` finds all its files here, so that nothing is fetched."""
    return all(
        any(_holds(folder, split) for folder in (DEBIAN_FOLDER, _fashion_cache()))
        for split in SPLITS
    )


def fashion_mnist(split: str = "train", n: int | None = None) -> tuple[FloatArray, IntArray]:
    """Return Fashion-MNIST: pictures of clothes, 28 x 28 pixels, ten classes.

    Nothing is downloaded where the Debian package ``dataset-fashion-mnist`` is installed. Elsewhere
    the first call fetches the pictures from OpenML, by scikit-learn (``mlpteach[fashion]``), and
    keeps them in the user's cache folder, or in the folder that the environment variable
    ``MLPTEACH_DATA`` names.

    Parameters
    ----------
    split : {"train", "test"}
        The 60,000 images to learn from, or the 10,000 to test with.
    n : int, optional
        Only the first n of them, 1 … 60,000 (or 10,000); by default all.

    Returns
    -------
    X : ndarray of float, shape (n, 784)
        Pixels between -1/2 and 1/2.
    y : ndarray of int, shape (n,)
        T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot: 0 … 9.

    Raises
    ------
    FileNotFoundError
        If there are no files and none can be fetched; the message says what to do.

    References
    ----------
    Xiao, H., Rasul, K. and Vollgraf, R. (2017). Fashion-MNIST: a novel image dataset for
    benchmarking machine learning algorithms. arXiv:1708.07747.
    """
    split = check_choice("split", split, tuple(SPLITS))
    _, images = SPLITS[split]
    n = images if n is None else check_count("n", n, maximum=images)
    cache = _fashion_cache()
    for folder in (DEBIAN_FOLDER, cache):
        if _holds(folder, split):
            try:
                return _read_split(folder, split, n)
            except DamagedFile as error:
                warnings.warn(f"{error} Looking for another copy.", stacklevel=2)
    _fetch_into(cache)
    return _read_split(cache, split, n)


def cache_folder() -> Path:
    """Return the folder that keeps fetched data: ``MLPTEACH_DATA``, or the system's usual place."""
    chosen = os.environ.get("MLPTEACH_DATA")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "mlpteach"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mlpteach"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlpteach"


class DamagedFile(ValueError):
    """A file of images or labels does not hold what it should."""


def _generator(seed):
    return np.random.default_rng(check_count("seed", seed, minimum=0, maximum=2**63))


def _balanced_labels(n, classes, generator):
    """Return labels 0 … classes - 1 in random order, equally often (up to one)."""
    return generator.permutation(np.arange(n) % classes)


def _file_names(split):
    start, _ = SPLITS[split]
    return f"{start}-images-idx3-ubyte.gz", f"{start}-labels-idx1-ubyte.gz"


def _fashion_cache():
    return cache_folder() / "fashion-mnist"


def _holds(folder, split):
    return all((folder / name).is_file() for name in _file_names(split))


def _read_split(folder, split, n):
    """Return X, y of the first n of one split from its two files."""
    _, all_images = SPLITS[split]
    images_name, labels_name = _file_names(split)
    images = _read_idx(folder / images_name, (all_images, *IMAGE_SHAPE))[:n]
    labels = _read_idx(folder / labels_name, (all_images,))[:n]
    if labels.max() >= CLASSES:
        raise DamagedFile(f"{folder / labels_name} is damaged: it holds the label {labels.max()}.")
    X = images.reshape(n, -1).astype(float)
    # In place: the training images alone take 376 MB.
    X /= 255
    X -= 0.5
    return X, labels.astype(int)


def _read_idx(path, shape):
    """Read unsigned bytes in the IDX format: zero, zero, 8, dimensions; big-endian sizes; data."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (EOFError, OSError, zlib.error) as error:
        raise DamagedFile(f"{path} is damaged: {error}.") from error
    head = _idx_head(shape)
    if content[: len(head)] != head or len(content) != len(head) + np.prod(shape):
        raise DamagedFile(
            f"{path} is damaged: it must hold {' x '.join(map(str, shape))} bytes in IDX format."
        )
    return np.frombuffer(content, np.uint8, offset=len(head)).reshape(shape)


def _write_idx(path, array):
    path.write_bytes(gzip.compress(_idx_head(array.shape) + array.tobytes(), 6, mtime=0))


def _idx_head(shape):
    return bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()


def _fetch_into(folder):
    """Fetch both splits and keep them in `folder` as the four files that Debian's package has."""
    with _unfinished_folder(folder) as unfinished:
        images, labels = _fetch(unfinished, folder)
        start = 0
        for split, (_, n) in SPLITS.items():
            for name, array in zip(_file_names(split), (images, labels), strict=True):
                _write_idx(unfinished / name, array[start : start + n])
                # Whole files only: an interrupted call leaves nothing that looks finished.
                os.replace(unfinished / name, folder / name)
            start += n


@contextmanager
def _unfinished_folder(folder):
    """Make a folder inside `folder` for the time of fetching."""
    from tempfile import TemporaryDirectory

    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryDirectory(dir=folder, prefix="unfinished-")
    except OSError as error:
        raise OSError(
            f"Fashion-MNIST cannot be kept in {folder}: {error}. Let the environment variable "
            "MLPTEACH_DATA name a folder that you can write to."
        ) from error
    with temporary as path:
        yield Path(path)


def _fetch(unfinished, folder):
    """Return all 70,000 images and labels as bytes, the training images first."""
    from http.client import HTTPException

    try:
        from sklearn.datasets import fetch_openml

        with _progress("Fashion-MNIST, only once: download, then a minute of reading", unfinished):
            X, y = fetch_openml(
                "Fashion-MNIST",
                version=1,
                data_home=unfinished,
                as_frame=False,
                parser="liac-arff",  # the other parser needs pandas
                return_X_y=True,
                n_retries=1,
            )
        return _as_bytes(X, y)
    except (ImportError, OSError, ValueError, HTTPException) as error:
        names = "\n".join(f"    {name}" for split in SPLITS for name in _file_names(split))
        raise FileNotFoundError(
            "Fashion-MNIST is not on this machine and could not be fetched "
            f"({type(error).__name__}: {error}). One of these helps:\n"
            "  - On Debian or Ubuntu: sudo apt install dataset-fashion-mnist\n"
            "  - Connect to the internet and call fashion_mnist() again; to fetch, it needs\n"
            '    scikit-learn: pip install "mlpteach[fashion]"\n'
            f"  - Put these four files of Fashion-MNIST into {folder}\n"
            f"    (the environment variable MLPTEACH_DATA names another folder):\n{names}"
        ) from error


def _as_bytes(X, y):
    """Check what was fetched; return images (n, 28, 28) and labels (n,) as unsigned bytes."""
    n = sum(count for _, count in SPLITS.values())
    images, labels = np.asarray(X, float), np.asarray(y).astype(int)
    if images.shape != (n, np.prod(IMAGE_SHAPE)) or labels.shape != (n,):
        raise ValueError(f"fetched images of shape {images.shape}, labels {labels.shape}")
    whole = (images == np.rint(images)).all() and images.min() >= 0 and images.max() <= 255
    if not whole or labels.min() < 0 or labels.max() >= CLASSES:
        raise ValueError("fetched pixels or labels outside their range")
    return images.astype(np.uint8).reshape(n, *IMAGE_SHAPE), labels.astype(np.uint8)


@contextmanager
def _progress(description, folder):
    """Show how many bytes `folder` holds by now, several times a second.

    scikit-learn reports nothing while it fetches; the fetching stays in the main thread so that an
    interrupt reaches it.
    """
    finished = threading.Event()
    with progress_bar(desc=description, unit="B", unit_scale=True) as bar:

        def watch():
            while not finished.wait(0.3):
                bar.n = _size(folder)
                bar.refresh()

        watcher = threading.Thread(target=watch, daemon=True)
        with suppress(RuntimeError):  # where no thread can start the bar stands still
            watcher.start()
        try:
            yield
        finally:
            finished.set()
            if watcher.ident:
                watcher.join()


def _size(folder):
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # moved to its final name meanwhile
            continue
    return total
