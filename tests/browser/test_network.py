"""Back propagation, seen: on one screen, stepped, clicked, and asked."""

import numpy as np
import pytest

import mlpteach as mt

from .shown_dashboard import show

MOONS = mt.datasets.moons(n=48, seed=1)
SCREEN = {"width": 1171, "height": 647}


def network(**options):
    return mt.dashboards.network(*MOONS, **{"epochs": 2, **options}).core


@pytest.fixture
def core():
    return network()


@pytest.fixture
def shown(core, page):
    page.set_viewport_size(SCREEN)
    errors = show(page, core, live=True)
    yield page
    assert errors == []


def click(page, selector, across, down):
    """Click at a share of an element's width and height."""
    box = page.locator(selector).first.bounding_box()
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def position(core, page):
    page.wait_for_timeout(400)  # until the page has told
    return core.position


def result(page, line):
    return float(page.get_attribute(f"tr[data-line={line}] .result span", "data-value"))


def to_line(core, page, name):
    names = [line.name for line in core.show.panels[3].lines]
    page.press(".mlp", "Home")
    for _ in range(names.index(name)):
        page.press(".mlp", "ArrowDown")


@pytest.mark.parametrize(
    "options", [{}, {"depth": 4, "width": 8, "rule": "adam"}, {"depth": 2, "width": 8}]
)
def test_it_fits_one_screen(options, page):
    page.set_viewport_size(SCREEN)
    show(page, network(**options))
    size = page.evaluate(
        "[document.documentElement.scrollWidth, document.querySelector('.mlp').offsetHeight]"
    )
    assert size[0] <= SCREEN["width"]
    assert size[1] <= SCREEN["height"]
    for shown in (".diagram", ".plot >> nth=0", ".equation", ".slider"):
        box = page.locator(shown).first.bounding_box()
        assert box["y"] + box["height"] <= SCREEN["height"]
        assert box["height"] > 10


@pytest.mark.parametrize("width", [390, 320, 700])
def test_nothing_leaves_a_narrow_page(width, core, page):
    page.set_viewport_size({"width": width, "height": 800})
    show(page, core)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".diagram").bounding_box()["height"] > 200


def test_lines_are_stepped_with_the_traces_numbers(core, shown):
    step = core.trace[0]
    to_line(core, shown, "G1")
    assert result(shown, "Z1") == step.Z[1][0, 0]
    assert result(shown, "V1") == step.sensitivity[1][0, 0]
    assert result(shown, "G1") == step.gradient.W[1][0, 0]
    words = shown.inner_text("tr[data-line=G1] .numbers")
    assert "by finite differences of J" in words
    slots = shown.locator("tr[data-line=G1] [data-key]").all_text_contents()
    v, a = step.sensitivity[1][0, 0], step.A[1][0, 0]
    assert [float(text.strip("()").replace("−", "-")) for text in slots] == pytest.approx(
        [v, a, step.gradient.W[1][0, 0]], rel=5e-3
    )
    # Lines that are still to come show nothing.
    assert shown.locator("tr[data-line=rho].pending").count() == 1


def test_a_unit_a_weight_and_an_input_are_clicked(core, shown):
    layout = core.trace.layout
    click(shown, ".diagram", 0.42, 0.7)  # unit 4 of the hidden layer
    assert layout.where(position(core, shown)["row"]) == "W^(1)[3, 0]"
    click(shown, ".diagram", 0.07, 0.75)  # x2
    assert layout.where(position(core, shown)["row"]) == "W^(1)[3, 1]"
    click(shown, ".diagram", 0.25, 0.825)  # from x2 to unit 5
    assert layout.where(position(core, shown)["row"]) == "W^(1)[4, 1]"
    click(shown, ".diagram", 0.77, 0.5)  # the output: the way's unit is 5, or the second
    assert layout.where(position(core, shown)["row"]) == "W^(2)[0, 4]"


def test_arrow_keys_go_from_unit_to_unit(core, shown):
    where = core.trace.layout.where
    shown.press(".diagram", "ArrowDown")
    assert where(position(core, shown)["row"]) == "W^(1)[1, 0]"
    shown.press(".diagram", "ArrowRight")
    assert where(position(core, shown)["row"]) == "W^(2)[0, 1]"
    shown.press(".diagram", "ArrowLeft")
    assert where(position(core, shown)["row"]) == "W^(1)[1, 1]"
    assert core.position["k"] == 1


def place(core, x, y):
    """Shares of the plane's picture at which a place lies."""
    panel = core.spec["panels"][0]
    (low, high, _), (bottom, up, _) = panel["limits"]
    right, above = (x - low) / (high - low), (y - bottom) / (up - bottom)
    return right, 1 - above


def test_an_instance_is_clicked_and_the_network_asked_elsewhere(core, shown):
    x, y = MOONS[0][core.trace[0].batch[5]]
    click(shown, ".plot", *place(core, x, y))
    assert position(core, shown)["column"] == 5
    assert result(shown, "Z1") == core.trace[0].Z[1][0, 5]
    click(shown, ".plot", *place(core, -1.2, -0.9))
    shown.wait_for_function("document.querySelector('.status').textContent === ''")
    assert position(core, shown)["column"] == 16
    asked = core.values["asked"]
    assert asked == pytest.approx((-1.2, -0.9), abs=0.03)
    to_line(core, shown, "A3")
    shown.wait_for_timeout(300)
    said = core.trace.network(0).outputs([asked])[0, 0]
    assert result(shown, "A3") == pytest.approx(said, rel=1e-12)


def test_the_batch_stands_beside_as_matrices(core, shown):
    to_line(core, shown, "V1")
    assert shown.locator(".equation .matrix").count() == 4
    assert shown.locator(".equation .sign").all_inner_texts() == ["=", "⊙"]
    box = shown.locator(".equation .grid").first.bounding_box()
    assert box["width"] / box["height"] == pytest.approx(17 / 5, rel=0.15)
    click(shown, ".equation .grid", 8.5 / 17, 0.5)
    assert position(core, shown)["column"] == 8


def test_each_units_map_shows_its_activation_over_the_plane(core, shown):
    """A unit's box is redder where its activation is larger."""
    pixels = shown.evaluate(
        """() => { const canvas = document.querySelector(".diagram canvas");
        const context = canvas.getContext("2d");
        return [0.06, 0.14].map((down) => [...context.getImageData(
          0.42 * canvas.width, down * canvas.height, 1, 1).data.slice(0, 3)]); }"""
    )
    W, b = core.trace[0].before.W[1][0], core.trace[0].before.b[1][0]
    above, below = (np.tanh(W @ [0.5, x2] + b) for x2 in (1.2, -1.0))
    redness = [int(red) - int(blue) for red, _, blue in pixels]
    assert (redness[0] > redness[1]) == (above > below)


def test_a_saved_page_steps_and_chooses_without_python(core, page, tmp_path):
    page.set_viewport_size(SCREEN)
    page.goto(core.save_html(tmp_path / "network.html").as_uri())
    page.wait_for_selector(".ledger")
    page.press(".mlp", "End")
    assert page.text_content("[data-shown=k]") == str(core.show.steps)
    click(page, ".diagram", 0.42, 0.9)
    assert page.text_content(".ledger caption") == "Weight W5,1(1), instance 1 of the batch"
    last = core.trace[-1]
    assert result(page, "W") == pytest.approx(last.after.W[1][4, 0], rel=1e-8)


def test_every_number_has_all_its_digits_on_hover(core, shown):
    step = core.trace[0]
    shown.press(".mlp", "Home")
    to_line(core, shown, "G1")
    box = shown.locator(".diagram").bounding_box()
    told = set()
    for across in range(0, 100, 2):
        for down in range(0, 100, 3):
            shown.mouse.move(
                box["x"] + across / 100 * box["width"], box["y"] + down / 100 * box["height"]
            )
            told.add(shown.get_attribute(".diagram", "title") or "")
    found = {float(text) for text in told - {""}}
    units = range(5)
    assert {step.Z[1][i, 0] for i in units} <= found
    assert {step.A[2][i, 0] for i in units} <= found
    assert {step.sensitivity[1][i, 0] for i in units} <= found
    assert {step.A[1][0, 0], step.A[1][1, 0], step.Z[2][0, 0]} <= found
    assert step.gradient.W[1][0, 0] in found


def test_an_entry_of_the_matrices_has_all_its_digits_on_hover(core, shown):
    shown.press(".mlp", "Home")
    to_line(core, shown, "V1")
    box = shown.locator(".equation .grid").first.bounding_box()
    shown.mouse.move(box["x"] + 8.5 / 17 * box["width"], box["y"] + 2.5 / 5 * box["height"])
    told = float(shown.get_attribute(".equation .grid", "title"))
    assert told == core.trace[0].sensitivity[1][2, 8]


def test_numbers_are_copied_with_all_their_digits(core, shown):
    shown.press(".mlp", "Home")
    to_line(core, shown, "A3")
    shown.click("[data-action=more]")
    shown.click("[data-action='copy numbers']")
    shown.wait_for_function("document.querySelector('.state').value.includes('Z1')")
    copied = shown.evaluate("navigator.clipboard ? '' : document.querySelector('.state').value")
    copied = copied or shown.input_value(".state")
    assert repr(float(core.trace[0].Z[1][3, 0])) in copied
    assert repr(float(core.trace[0].A[3][0, 0])) in copied
    assert repr(float(core.trace[0].A[3][0, 11])) in copied  # of the whole batch
    assert repr(float(core.trace[0].sensitivity[1][3, 0])) not in copied  # to come


def test_of_a_deep_network_the_current_line_is_read_whole(page):
    """More lines than have room: the one that is told stands clear of the fading end."""
    core = network(depth=4, width=8, rule="adam", epochs=1)
    page.set_viewport_size(SCREEN)
    show(page, core)
    page.press(".mlp", "Home")
    for _ in range(core.spec["lines"]):
        above, below, faded = page.evaluate(
            """() => { const box = document.querySelector(".ledger-panel");
            const row = box.querySelector("tr.current").getBoundingClientRect();
            const caption = box.querySelector("caption").getBoundingClientRect();
            const room = box.getBoundingClientRect();
            const isCut = box.classList.contains("cut");
            const em = parseFloat(getComputedStyle(box).fontSize);
            return [row.top - caption.bottom, room.bottom - row.bottom, isCut ? 2.4 * em : 0]; }"""
        )
        assert above >= -6
        assert below >= faded - 2
        page.press(".mlp", "ArrowDown")
