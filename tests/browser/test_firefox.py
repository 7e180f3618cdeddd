"""Every dashboard in a real Firefox: as designed, and it plays, steps and prints."""

import re
import zlib

import pytest
import real_firefox

from .lectured_dashboards import LECTURED, MEASURE, NARROW, TWO_FRAMES, WIDE

RIGHT, HOME = "\ue014", "\ue011"
K = "Number(document.querySelector('.mlp [data-shown=k]').textContent)"
LAST = "Number(document.querySelector('.mlp .track .slider').max)"
# Of each canvas in sight that nothing covers, whether anything is drawn on it.
DRAWN = """[...document.querySelectorAll(".mlp .body canvas")].filter((one) => one.offsetWidth)
.filter((one) => !one.parentElement.querySelector(".wait:not([hidden])"))
.map((one) => one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some(Boolean))"""
# Of each formula in sight without fractions, roots and the like, how many letters it is high.
HEIGHTS = """[...document.querySelectorAll(".mlp math")]
.filter((one) => one.getClientRects().length)
.filter((one) => !one.querySelector("mfrac, msqrt, mtable, munder, mover, munderover, msubsup"))
.map((one) => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).fontSize))"""
# That a change of size needs one more frame is a notice, though Firefox calls it an error.
ERRORS = "errors.filter((text) => !text.startsWith('ResizeObserver loop'))"


@pytest.fixture(scope="module", params=sorted(LECTURED))
def opened(request, firefox, lectured_page):
    """Firefox with a dashboard as it is first."""
    firefox.collect_errors()
    firefox.resize(*WIDE[0])
    firefox.open(lectured_page(request.param))
    firefox.until("document.querySelector('.mlp .frame')")
    return firefox


def measured(firefox, size):
    firefox.resize(*size)
    firefox.evaluate(f"document.fonts.ready.then(() => {TWO_FRAMES})")
    return firefox.evaluate(f"({MEASURE})()")


@pytest.mark.parametrize("size", WIDE, ids=str)
def test_it_is_one_screen(opened, size):
    found = measured(opened, size)
    assert found["height"] <= size[1]
    assert found["width"] <= size[0]
    assert found["clipped"] == []
    assert found["rows"] == 1
    assert found["smallest"] >= 14.0 * size[0] / WIDE[0][0] * 0.99
    for width, height, fields in found["sliders"]:
        assert (width >= 160, height >= 24, fields) == (True, True, 1)


@pytest.mark.parametrize("size", NARROW, ids=str)
def test_nothing_is_clipped_or_scrolls_sideways(opened, size):
    found = measured(opened, size)
    assert found["width"] <= size[0]
    assert found["clipped"] == []


def test_a_formula_of_one_line_is_as_high_as_text(opened):
    assert max(opened.evaluate(HEIGHTS), default=1) < 1.6


def test_it_steps_and_plays_without_an_error(opened):
    opened.evaluate("document.querySelector('.mlp').focus()")
    opened.press(HOME, RIGHT)
    assert opened.evaluate(K) == 2
    opened.press(" ")
    opened.until(f"{K} >= Math.min(6, {LAST})")
    if opened.evaluate("document.querySelector('.mlp .play').textContent.startsWith('■')"):
        opened.press(" ")
    assert all(opened.evaluate(DRAWN))
    assert opened.evaluate(ERRORS) == []


def test_it_is_printed_on_one_sheet(opened):
    opened.resize(*WIDE[0])
    pdf = opened.print()
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    objects = pdf + b"".join(map(_inflated, streams))
    assert len(re.findall(rb"/Type\s*/Page\b", objects)) == 1


def _inflated(stream):
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


@pytest.fixture(scope="module")
def forced(firefox):
    """A Firefox with forced colours; `firefox` tells of a missing one."""
    with real_firefox.launch(real_firefox.FORCED_COLORS) as tab:
        yield tab


@pytest.mark.parametrize("name", sorted(LECTURED))
def test_forced_colours_leave_formulas_lines_and_what_is_chosen(forced, lectured_page, name):
    forced.resize(*WIDE[0])
    forced.open(lectured_page(name))
    forced.until("document.querySelector('.mlp .frame')")
    assert forced.evaluate("matchMedia('(forced-colors: active)').matches")
    assert measured(forced, WIDE[0])["height"] <= WIDE[0][1]
    assert all(forced.evaluate(DRAWN))
    grounds = """[...document.querySelectorAll(".mlp math *")]
    .map((one) => getComputedStyle(one).backgroundColor)"""
    assert set(forced.evaluate(grounds)) <= {"rgba(0, 0, 0, 0)", "transparent"}
