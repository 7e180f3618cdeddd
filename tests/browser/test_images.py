"""Small images on the page: drawn, chosen by click and by key, told to screen readers."""

import numpy as np
import pytest

import mlpteach as mt

from .shown_dashboard import show

X, y = (array[:200] for array in mt.datasets.digits())
BATCH = "canvas[data-field=batch]"
GRID = f".images .grid:has({BATCH})"


@pytest.fixture(scope="module")
def core():
    return mt.dashboards.cost_lab(X, y, epochs=1).core


@pytest.fixture
def shown(core, page):
    page.set_viewport_size({"width": 1171, "height": 647})
    core.position = {"k": 1, "row": 0, "column": 0}
    errors = show(page, core, live=True)
    yield page
    assert errors == []


def alphas(page, selector):
    """How strongly each pixel of a canvas is drawn, (rows, columns)."""
    found = page.locator(selector).first.evaluate(
        "c => [c.height, c.width, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data]"
    )
    rows, columns, *bytes_ = found
    return np.reshape(bytes_, (rows, columns, 4))[..., 3]


def position(core, page):
    page.wait_for_timeout(400)  # until the page has told
    return core.position


def test_batch_is_drawn_and_follows_the_updates(core, shown):
    for k in (1, 2):
        drawn = alphas(shown, BATCH)
        across = drawn.shape[1] // 32
        rows = core.trace[k - 1].batch
        for i in (0, 13, 31):
            image = drawn[:8, i * across : i * across + 8]
            ink = core.trace.run.problem.X[rows[i]].reshape(8, 8) + 0.5
            np.testing.assert_allclose(image, 255 * ink, atol=2)
        shown.press(".mlp", "ArrowRight")


def test_click_and_keys_choose_an_image(core, shown):
    box = shown.locator(BATCH).first.bounding_box()
    shown.mouse.click(box["x"] + box["width"] * 20.4 / 32, box["y"] + box["height"] / 3)
    assert position(core, shown)["column"] == 20
    label = core.trace.run.problem.labels[core.trace[0].batch[20]]
    assert shown.locator(".images.alone figcaption").inner_text() == f"Chosen: {label}"
    shown.locator(GRID).first.press("ArrowLeft")
    assert position(core, shown)["column"] == 19
    heat = shown.locator("canvas[data-field='V2.mse']").bounding_box()
    shown.mouse.click(heat["x"] + heat["width"] * 5.5 / 32, heat["y"] + heat["height"] / 2)
    assert position(core, shown)["column"] == 5


@pytest.mark.parametrize("modifier", ["Control", "Meta"])
def test_keys_of_the_notebook_change_nothing_on_the_dashboard(core, shown, modifier):
    before = position(core, shown)
    for place in (GRID, "canvas[data-field='V2.mse']"):
        shown.locator(place).first.press(f"{modifier}+ArrowLeft")
    assert position(core, shown) == before


def test_a_unit_is_chosen_among_the_images(core, shown):
    box = shown.locator("canvas[data-field='units.mse']").bounding_box()
    shown.mouse.click(box["x"] + box["width"] * 3.4 / 10, box["y"] + box["height"] * 1.4 / 3)
    assert position(core, shown)["row"] == 13


def test_screen_readers_hear_labels_and_which_is_chosen(core, shown):
    labels = core.trace.run.problem.labels[core.trace[0].batch]
    said = shown.locator(GRID).first.get_attribute("aria-label")
    assert said == f"Images of the batch: {', '.join(map(str, labels))}; chosen: 1 of 32"


def test_a_wrong_answer_has_the_right_label_first(page):
    core = mt.dashboards.cost_lab(X, y, epochs=1).core
    core.configure(images="wrong")
    core.position = {"k": core.show.steps}
    show(page, core)
    for trace, id in zip(core.traces.values(), ("mse", "cross_entropy"), strict=True):
        images, targets = trace.run.problem.validation
        given = trace.network(len(trace)).outputs(images).argmax(axis=1)
        right = targets.argmax(axis=0)
        pairs = {f"{one}→{other}" for one, other in zip(right, given, strict=True) if one != other}
        said = page.locator(f".images .grid:has(canvas[data-field='wrong.{id}']) .said span")
        found = set(said.all_text_contents()) - {""}
        assert found
        assert found <= pairs


def test_saved_page_shows_them_without_python(page, tmp_path):
    dashboard = mt.dashboards.cost_lab(X, y, epochs=1)
    page.goto(dashboard.save_html(tmp_path / "lab.html").as_uri())
    page.locator(BATCH).first.wait_for()
    assert alphas(page, BATCH).max() > 250
