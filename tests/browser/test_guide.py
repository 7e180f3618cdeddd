"""Guided steps on the page: a chip sets the whole state, a question hides all results."""

import pytest
from guided_dashboards import GUIDED

import mlpteach as mt


@pytest.fixture
def race(page, tmp_path):
    dashboard = mt.dashboards.race(steps=60)
    dashboard.position = {"k": 7}
    path = dashboard.save_html(tmp_path / "race.html")
    page.context.set_offline(True)
    page.goto(f"file://{path}")
    page.wait_for_selector(".chip")
    return page


def take(page, number):
    page.click(f"[data-step='{number}']")
    page.wait_for_selector(f"[data-step='{number}'][aria-pressed=true]")


def shown(page):
    return page.inner_text(".sentence").split("\n")[0]


def test_chip_sets_state_and_place_also_without_python(race):
    take(race, 3)
    race.click("[data-choice='1']")
    assert race.text_content("[data-shown=k]") == "60"
    assert race.input_value("[data-control=landscape]") == "saddle"
    take(race, 2)
    assert race.input_value("[data-control=landscape]") == "valley"
    assert shown(race).startswith("The long valley")


def test_question_hides_all_results_until_the_guess(race):
    take(race, 4)
    assert "Which is first below J = 0 now?" in race.text_content(".sentence")
    assert race.locator(".body [data-value], .place [data-value]").count() == 0
    for canvas in race.locator(".plot canvas").all():
        assert not canvas.is_visible()
    assert race.evaluate("document.querySelector('.body').inert")
    tree = race.locator(".mlp").aria_snapshot()
    assert "your guess" in tree
    cells = race.locator(".table tbody td.number").all_inner_texts()
    assert {text.split()[-1] for text in cells} == {"?"}
    race.click("[data-choice='0']")
    assert shown(race).startswith("Not so: RMSProp. All at η = 0.01.")
    assert race.locator(".body [data-value]").count() > 5
    assert race.locator(".plot canvas").first.is_visible()
    assert not race.evaluate("document.querySelector('.body').inert")


def test_right_guess_and_none_by_keyboard_alone(race):
    race.focus("[data-step='3']")
    race.keyboard.press("Enter")
    race.wait_for_selector("[data-choice]")
    race.focus("[data-choice='1']")
    race.keyboard.press("Space")
    assert shown(race).startswith("Right. The saddle")
    assert race.evaluate("document.activeElement.className").startswith("sentence")
    take(race, 4)
    race.keyboard.press("Tab")
    race.click("[data-choice='-1']")
    assert shown(race).startswith("All at η = 0.01.")


def test_own_state_comes_back(race):
    take(race, 2)
    take(race, 3)
    race.click("[data-action='own state']")
    race.wait_for_function("document.querySelector('[data-shown=k]').textContent === '7'")
    assert race.input_value("[data-control=landscape]") == "beale"
    assert race.locator(".chip[aria-pressed=true]").count() == 0


def test_page_says_which_steps_need_python(page, tmp_path, monkeypatch):
    monkeypatch.setattr("mlpteach.player.saved.PAGE_BYTES", 150_000)
    path = mt.dashboards.race(steps=60).save_html(tmp_path / "small.html")
    page.goto(f"file://{path}")
    page.click("[data-step='3']")
    page.wait_for_selector(".banner:visible")
    assert "it needs Python" in page.text_content(".banner")
    assert page.locator(".chip[aria-pressed=true]").count() == 0


@pytest.mark.parametrize("name", sorted(GUIDED))
def test_texts_have_room_and_every_step_is_one_screen(page, tmp_path, name):
    page.set_viewport_size({"width": 1171, "height": 647})
    dashboard = GUIDED[name]()
    page.goto(f"file://{dashboard.save_html(tmp_path / 'guided.html')}")
    fits = """() => {
      const node = document.querySelector(".sentence");
      return node.scrollHeight <= node.clientHeight + 3 &&
        document.documentElement.scrollHeight <= innerHeight;
    }"""
    for number in range(1, len(dashboard.guide) + 1):
        take(page, number)
        assert page.evaluate(fits), page.inner_text(".sentence")
        if page.locator("[data-choice]").count():
            page.click("[data-choice='0']")
            assert page.evaluate(fits), page.inner_text(".sentence")
