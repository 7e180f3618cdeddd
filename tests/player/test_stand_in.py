"""What stands in for a dashboard where no widget can live: words at once, a picture later."""

import base64
import io

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

import mlpteach as mt
from mlpteach.player import Choice, Core, Slider, widget
from mlpteach.player.cells import Run
from mlpteach.player.stand_in import as_png, as_text
from mlpteach.views import Show

VIEW = "application/vnd.jupyter.widget-view+json"
MOONS = mt.datasets.moons(n=60, seed=1)


@pytest.fixture
def player():
    player = mt.dashboards.adam(*MOONS, epochs=2, batch_size=20, eta=0.05)
    player.position = {"k": 4}
    return player


@pytest.fixture
def published(monkeypatch):
    """What is published, as (data, transient, whether it is an update)."""
    sent = []

    def publish(data, metadata=None, *, transient, update):
        sent.append((data, transient, update))

    monkeypatch.setattr("IPython.display.publish_display_data", publish)
    monkeypatch.setattr(widget, "current_run", lambda: Run("a cell", "a message"))
    return sent


def picture(data):
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


def test_words_tell_title_place_numbers_and_controls(player):
    text = as_text(player.core)
    assert text.startswith("Adam, line by line: update 4 of 6\n")
    assert f"cost J = {player.trace[3].loss:.6g}" in text
    assert "η: 0.05" in text
    assert "run this cell in Jupyter" in text


def test_words_tell_the_controls_that_are_shown():
    controls = [
        Choice("kind", "Kind", {"a": "first", "b": "second"}),
        Slider("eta", "$\\eta$", 0.0, 1.0, when=("kind", "b")),
        Slider("depth", "depth", 1, 9, whole=True),
    ]
    values = {"kind": "a", "eta": 0.25, "depth": 3}
    core = Core(lambda values: Show({}, 2), controls, values, "Kinds", "kinds")
    assert "Kind: a, depth: 3" in as_text(core).split("\n")
    core.configure(kind="b")
    assert "Kind: b, eta: 0.25, depth: 3" in as_text(core).split("\n")


def test_a_history_without_steps_has_no_numbers_to_tell():
    show = Show({}, 0, series={"loss": []}, numbers=(("cost", "loss"),), message="nothing ran")
    text = as_text(Core(lambda values: show, [], {}, "None", "none"))
    assert text.split("\n")[:2] == ["None", "nothing ran"]


def test_words_tell_where_a_run_diverged():
    X, _ = MOONS
    net = mt.MLP((2, 4, 4, 1), hidden="relu", output="linear", seed=1)
    dashboard = mt.dashboards.optimizer(X, X[:, 0], net=net, loss="mse", rule="momentum", epochs=40)
    dashboard.configure(**{"momentum.alpha": 1e60, "momentum.eta": 1e-3})
    assert "lecture: The run diverged at update" in as_text(dashboard.core)


def test_the_picture_is_that_of_the_step_and_light(player):
    packed = as_png(player.core)
    assert len(packed) < 100_000
    drawn = np.array(picture({"image/png": packed}).convert("L"))
    assert drawn.shape[1] > 700
    assert np.unique(drawn).size > 10  # something is drawn
    player.position = {"k": 1}
    assert as_png(player.core) != packed


def test_the_first_show_is_quick_and_the_picture_comes_while_nobody_looks(player, published):
    player._ipython_display_()
    [(data, first, update)] = published
    assert data[VIEW]["model_id"] == player.model_id
    assert "image/png" not in data
    assert data["text/plain"] == as_text(player.core)
    assert not update
    player._receive(player, {"type": "away"}, [])
    data, second, update = published[1]
    assert (second, update) == (first, True)
    assert data[VIEW]["model_id"] == player.model_id
    assert picture(data).format == "PNG"


def test_a_picture_that_is_true_is_not_made_again(player, published):
    player._ipython_display_()
    for _ in range(2):
        player._receive(player, {"type": "away"}, [])
    assert len(published) == 2
    player.position = {"k": 2}
    player._receive(player, {"type": "away"}, [])
    assert len(published) == 3


def test_a_dashboard_that_is_only_part_of_another_widget_makes_no_picture(player, published):
    player._receive(player, {"type": "away"}, [])
    assert published == []


def test_a_notebook_that_no_page_shows_has_the_picture_at_once():
    """As nbconvert and Jupyter Book run it."""
    source = (
        "import mlpteach as mt\n"
        "mt.dashboards.adam(*mt.datasets.moons(n=60, seed=1), epochs=1, batch_size=20)"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    data = notebook.cells[0].outputs[-1]["data"]
    assert {VIEW, "text/plain", "image/png"} <= set(data)
    assert data["text/plain"].startswith("Adam, line by line: update 1 of 3")
    assert picture(data).format == "PNG"
