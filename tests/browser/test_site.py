"""The site in a browser that reaches no other host: it plays, wakes, judges, runs and stops."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from real_lab import PATIENCE, new_page
from site_folder import serve, site_with_python, write_site

LECTURES = (
    "01_minibatch_momentum", "02_adaptive_optimizers", "03_cross_entropy",
    "04_activations_initialization", "05_no_panacea",
)  # fmt: skip
ALL_SHOWN = "!document.querySelector('.stand-in')"
AWAKE = "document.documentElement.dataset.python === 'awake'"


def written(folder, *options):
    done = write_site(folder, *options)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def asleep(tmp_path_factory):
    """Address of a site that cannot wake."""
    with serve(written(tmp_path_factory.mktemp("asleep") / "course")) as address:
        yield address


@pytest.fixture(scope="module")
def waking(tmp_path_factory):
    """Address of a site with a Python."""
    with serve(site_with_python(tmp_path_factory)) as address:
        yield address


@pytest.fixture
def tab(browser):
    """A function that opens a page and keeps what it asks for and complains about."""
    opened = []

    def opens(address, before=None, **options):
        page = new_page(browser, **options)
        opened.append(page)
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: page.complaints.append(said.text) if said.type == "error" else None,
        )
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        if before:
            page.add_init_script(before)
        page.goto(address)
        return page

    yield opens
    for page in opened:
        page.context.close()


def note(page, said):
    if said.type == "error":
        page.complaints.append(said.text)


def cell(page, id):
    """Return a cell whose dashboard, if it has one, is there."""
    found = page.locator(f"#{id}")
    found.scroll_into_view_if_needed()
    if found.locator("[data-dashboard], .mlp").count():
        found.locator(".mlp").wait_for()
    return found


def slide(cell, control, value):
    """Move a slider as a reader does."""
    cell.locator(f'input[type="range"][data-control="{control}"]').evaluate(
        """(slider, value) => {
          slider.value = value;
          for (const type of ["input", "change"])
            slider.dispatchEvent(new Event(type, { bubbles: true }));
        }""",
        value,
    )


def until(page, condition, argument=None):
    page.wait_for_function(condition, arg=argument, timeout=1000 * PATIENCE)


def state_of(cell):
    """Return the state of a dashboard as "Copy state" gives it."""
    more = cell.locator("[data-action=more]")
    if more.get_attribute("aria-expanded") == "false":
        more.click()
    cell.get_by_role("button", name="Copy state").click()
    return cell.locator(".state").input_value()


# -- asleep


@pytest.mark.parametrize("lecture", LECTURES)
def test_every_dashboard_of_a_page_plays_without_python(lecture, asleep, tab):
    page = tab(f"{asleep}/{lecture}.html")
    until(page, "!document.querySelector('[data-dashboard]')")
    for dashboard in page.locator(".mlp").all():
        dashboard.focus()
        dashboard.press("Home")  # one that opens at its end goes on from the start
        before = dashboard.locator(".place").inner_text()
        dashboard.press("ArrowRight")
        assert dashboard.locator(".place").inner_text() != before
    assert page.complaints == []
    assert not [url for url in page.asked if "pyodide" in url]


def test_where_nothing_wakes_controls_stand_still_and_clicks_are_judged(asleep, tab):
    page = tab(f"{asleep}/01_minibatch_momentum.html")
    assert cell(page, "cell-06").locator("fieldset.controls input").first.is_disabled()
    question = cell(page, "quiz-02")
    question.get_by_role("radio", name="True").click()
    assert question.locator(".verdict strong").inner_text() in ("Right.", "Not so.")
    number = cell(page, "quiz-05")
    assert number.get_by_role("button", name="New numbers").count() == 0
    for text, said in (("about three", "Not judged."), ("-12345", "Not so.")):
        number.locator("input").fill(text)
        number.get_by_role("button", name="Check").click()
        assert number.locator(".verdict strong").inner_text() == said


def test_numbered_steps_are_taken_without_python_and_left_again(asleep, tab):
    page = tab(f"{asleep}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    opened = state_of(dashboard)
    for number in ("1", "2"):
        dashboard.locator(f"[data-step='{number}']").click()
        until(
            page,
            f"""document.querySelector("#cell-06 [data-step='{number}']").ariaPressed === 'true'""",
        )
        assert dashboard.locator(".status").inner_text() == ""
        if dashboard.locator("[data-choice='-1']").count():
            dashboard.locator("[data-choice='-1']").click()
        assert state_of(dashboard) != opened
    dashboard.locator("[data-action='own state']").click()
    until(page, "!document.querySelector('#cell-06 [aria-pressed=true][data-step]')")
    assert state_of(dashboard) == opened
    assert page.complaints == []


def test_the_link_to_a_state_leads_there(asleep, tab):
    page = tab(f"{asleep}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    for _ in range(4):
        dashboard.locator(".mlp").press("ArrowRight")
    place = dashboard.locator(".place").inner_text()
    assert "k = 5" in place
    dashboard.get_by_role("button", name="Link to this state").click()
    until(page, "document.querySelector('.tell').innerText.includes('to this state')")
    there = "place => document.querySelector('#cell-06 .place')?.innerText === place"
    until(tab(page.url), there, place)


def test_a_page_on_paper_has_nothing_to_press_and_all_of_its_code(asleep, tab):
    page = tab(f"{asleep}/04_activations_initialization.html")
    until(page, ALL_SHOWN)
    assert page.pdf(format="A4").count(b"/Type /Page\n") > 3
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 without its margins
    for seen in page.locator(".top, .tools, .below, .contents, .transport").all():
        assert not seen.is_visible()
    wide = "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.locator("pre, .formula").evaluate_all(wide) == 0


def test_keys_that_print_wait_until_all_dashboards_are_there(asleep, tab):
    counts = "print = () => { window.missing = document.querySelectorAll('.stand-in').length }"
    page = tab("about:blank", before=counts)
    page.route(re.compile("/dashboards/"), lambda route: None)  # held back
    page.goto(f"{asleep}/01_minibatch_momentum.html", wait_until="commit")
    until(page, "document.querySelector('.stand-in')")
    page.wait_for_timeout(500)
    page.keyboard.press("Control+p")
    assert page.evaluate("window.missing") is None
    page.unroute_all()
    until(page, "window.missing !== undefined")
    assert page.evaluate("window.missing") == 0


def test_a_page_without_python_says_so_where_controls_stand_still(asleep, tab):
    page = tab(f"{asleep}/01_minibatch_momentum.html")
    assert "need Python, which these pages were made without" in page.locator("p.note").inner_text()
    assert "The controls stand still" in cell(page, "cell-06").inner_text()
    state = "momentum?k=4&line=0&row=0&column=0&on=steady&steady.alpha=0.25"
    page = tab(f"{asleep}/01_minibatch_momentum.html#cell-06:{state}")
    until(page, "document.querySelector('.tell').innerText.includes('made without')")


PAGES = ("index", "reference", *LECTURES)
PHONE, NOTEBOOK, PROJECTOR = (390, 800), (1171, 647), (1920, 1080)


def resize(page, size):
    """Make the window as wide as another device's; nothing may stand beside it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    until(page, "width => document.documentElement.scrollWidth === width", size[0])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_wide_as_a_phone_and_as_a_projector(name, asleep, tab):
    page = tab(f"{asleep}/{name}.html")
    until(page, ALL_SHOWN)
    for size in (PHONE, NOTEBOOK, PROJECTOR):
        resize(page, size)


# Selectors of the page's own style, by class, that fit something within a dashboard or a question.
STRANGE = """() => {
  const rules = [...document.styleSheets].find((sheet) => sheet.href).cssRules;
  const all = [...rules].flatMap((rule) => (rule.selectorText ? [rule] : [...rule.cssRules]));
  const selectors = all.map((rule) => rule.selectorText?.replace(/:focus-visible|:hover/g, ""));
  const isOfOthers = (selector) => /\\./.test(selector) && !selector.includes(".mlp");
  const isWithin = (node) => node.parentElement.closest(".mlp, .mlp-question");
  const fits = (selector) => [...document.querySelectorAll(selector)].some(isWithin);
  return selectors.filter((one) => one && isOfOthers(one) && fits(one));
}"""


def test_the_style_of_a_page_is_not_that_of_its_dashboards_and_questions(asleep, tab):
    page = tab(f"{asleep}/02_adaptive_optimizers.html")
    until(page, ALL_SHOWN)
    assert page.evaluate("document.styleSheets.length") >= 2
    assert page.evaluate(STRANGE) == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_amiss(name, asleep, tab):
    page = tab(f"{asleep}/{name}.html")
    until(page, ALL_SHOWN)
    for scheme, size in product(("light", "dark"), (PHONE, PROJECTOR)):
        page.emulate_media(color_scheme=scheme)
        resize(page, size)
        found = Axe().run(page).response["violations"]
        assert [(scheme, size, one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_keys_alone_lead_to_a_dashboard_play_it_and_answer_a_question(asleep, tab):
    page = tab(f"{asleep}/01_minibatch_momentum.html")
    until(page, ALL_SHOWN)
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#cell-06 .mlp')"):
            break
    page.keyboard.press("ArrowRight")
    assert "k = 2" in page.locator("#cell-06 .place").inner_text()
    page.locator("#quiz-02 input").first.focus()
    page.keyboard.press("Space")
    assert page.locator("#quiz-02 .verdict strong").inner_text() in ("Right.", "Not so.")
    assert page.complaints == []


# -- waking


def test_a_slider_wakes_python_which_draws_no_picture_that_the_page_has(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    before = dashboard.locator(".table").first.inner_text()
    slide(dashboard, "steady.alpha", -1)
    until(page, AWAKE)
    until(page, "before => document.querySelector('#cell-06 .table').innerText !== before", before)
    assert not [url for url in page.asked if "matplotlib" in url]
    assert not [url for url in page.asked if not url.startswith(waking)]
    assert page.complaints == []
    assert "steady.alpha=0.1&" in state_of(dashboard)


def test_a_link_leads_to_a_state(waking, tab):
    state = "momentum?k=4&line=0&row=0&column=0&on=steady&steady.alpha=0.25"
    page = tab(f"{waking}/01_minibatch_momentum.html#cell-06:{state}")
    until(page, AWAKE)
    until(page, "document.querySelector('#cell-06 .place').innerText.includes('k = 4')")
    assert "steady.alpha=0.25" in state_of(cell(page, "cell-06"))


def test_answers_are_kept_with_their_verdict_and_wake_nobody(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    cell(page, "quiz-02").get_by_role("radio", name="True").click()
    verdict = cell(page, "quiz-02").locator(".verdict").inner_text()
    page.reload()
    assert cell(page, "quiz-02").locator(".verdict").inner_text() == verdict
    assert cell(page, "quiz-02").get_by_role("radio", name="True").is_checked()
    assert not [url for url in page.asked if "worker" in url]


def test_a_typed_answer_is_judged_by_python_and_kept(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    question = cell(page, "quiz-05")
    question.locator("input").fill("minus seven thousand")
    question.get_by_role("button", name="Check").click()
    until(
        page, "document.querySelector('#quiz-05 .verdict').innerText.includes('could not be read')"
    )
    page.reload()
    assert "could not be read" in cell(page, "quiz-05").locator(".verdict").inner_text()
    assert page.evaluate(AWAKE) is False


def numbers_of(question):
    """Return the numbers that a question gives, in their order."""
    asked = question.text_content().replace("−", "-")
    return [float(one) for one in re.findall(r"= (-?\d+\.?\d*)", asked)]


def test_a_question_has_numbers_of_ones_own_which_are_kept_with_the_verdict(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    question = cell(page, "quiz-05")
    question.get_by_role("button", name="New numbers").click()
    until(page, "document.querySelector('#quiz-05').innerText.includes('New: ')")
    eta, epsilon, k = numbers_of(question)[:3]
    assert (eta, epsilon, k) != (2, 0.01, 100)  # which it had first
    question.locator("input").fill(repr(eta / (1 + epsilon * k)))  # the slide's cooling
    question.get_by_role("button", name="Check").click()
    until(page, "document.querySelector('#quiz-05 .verdict').innerText.includes('Right.')")
    page.reload()
    question = cell(page, "quiz-05")
    until(page, "document.querySelector('#quiz-05 .verdict')?.innerText.includes('Right.')")
    assert numbers_of(question)[:3] == [eta, epsilon, k]
    assert page.complaints == []


def test_a_question_is_about_the_place_of_its_dashboard(waking, tab):
    page = tab(f"{waking}/02_adaptive_optimizers.html")
    dashboard, question = cell(page, "cell-05"), cell(page, "quiz-01")
    for _ in range(6):
        dashboard.locator(".mlp").press("ArrowRight")
    (k,) = re.findall(r"k = (\d+)", dashboard.locator(".place").inner_text())
    question.get_by_role("button", name="Numbers from the dashboard").click()
    until(page, f"document.querySelector('#quiz-01').innerText.includes('About update {k} ')")
    moment, beta = numbers_of(question)[:2]
    question.locator("input").fill(repr(moment / (1 - beta ** int(k))))  # Adam's correction
    question.get_by_role("button", name="Check").click()
    until(page, "document.querySelector('#quiz-01 .verdict').innerText.includes('Right.')")
    assert int(k) == 7
    assert page.complaints == []


def edit(code, change):
    """Change the text of a cell and run it."""
    code.get_by_role("button", name="Edit").click()
    editor = code.locator("textarea")
    editor.fill(change(editor.input_value()))
    editor.press("Control+Enter")


def test_an_edited_rule_is_shown_where_it_first_differs(waking, tab):
    page = tab(f"{waking}/02_adaptive_optimizers.html")
    dashboard = cell(page, "cell-19")
    differs = dashboard.locator(".ledger tr.differs")
    assert differs.first.get_attribute("data-line") == "rho"  # epsilon stands outside the root
    edit(cell(page, "cell-18"), lambda text: text.replace("(1 - beta1) * G", "G"))
    until(page, AWAKE)
    dashboard.get_by_role("button", name="Run").click()
    until(page, "document.querySelector('#cell-19 .ledger tr.differs')?.dataset.line === 'M'")
    dashboard.locator("[data-action=jump]").click()
    assert "k = 1 " in dashboard.locator(".place").inner_text()
    results = dashboard.locator(".ledger tr[data-line=M] .result span")
    mine, reference = (float(one.get_attribute("data-value")) for one in results.all())
    assert mine == pytest.approx(10 * reference, rel=1e-9)  # 1 - beta1 is 0.1
    assert page.complaints == []


def test_code_is_edited_run_and_stopped_and_all_that_was_set_stays(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    dashboard, code = cell(page, "cell-06"), cell(page, "cell-09")
    slide(dashboard, "steady.alpha", -1)
    until(page, AWAKE)
    code.get_by_role("button", name="Edit").click()
    editor = code.locator("textarea")

    def run(text):
        editor.fill(text)
        editor.press("Control+Enter")

    run("spared = 6 * 7\nspared")
    until(page, "document.querySelector('#cell-09 pre.text')?.innerText.trim() === '42'")
    run("1 / 0")
    until(page, "document.querySelector('#cell-09 .error')?.innerText.includes('line 1: 1 / 0')")
    run("while True:\n    pass")
    page.get_by_role("button", name="Stop").click()
    until(page, "document.querySelector('#cell-09 .error')?.innerText.includes('Stopped.')")
    assert editor.input_value() == "while True:\n    pass"
    until(page, AWAKE)
    slide(dashboard, "steady.lecture.beta", 0.5)
    until(page, "document.querySelector('#cell-06 .status').innerText === ''")
    state = state_of(dashboard)
    assert "steady.alpha=0.1&" in state
    assert "steady.lecture.beta=0.5&" in state
    assert page.complaints == []


def test_another_picture_loads_matplotlib(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    dashboard.locator("[data-control=on]").select_option("valley")
    until(page, "document.querySelector('#cell-06 figcaption').innerText.includes('way in')")
    assert [url for url in page.asked if "matplotlib-" in url]
    assert page.complaints == []


MOVED = """(() => {
  const slider = document.querySelector('#cell-06 input[type=range][data-control="steady.alpha"]');
  slider.value = -1;
  for (const type of ["input", "change"]) slider.dispatchEvent(new Event(type, { bubbles: true }));
  return document.querySelector("#cell-06 .table").innerText;
})()"""


def test_firefox_plays_and_wakes(waking, firefox):
    firefox.open(f"{waking}/01_minibatch_momentum.html")
    firefox.until("document.querySelector('#cell-06 .mlp')")
    before = firefox.evaluate(MOVED)
    firefox.until(AWAKE)
    shown = "document.querySelector('#cell-06 .table').innerText"
    firefox.until(f"{shown} !== {before!r}")
    assert "α+β" in firefox.evaluate(shown)


# -- where it can't wake: a sentence, and the page goes on playing

NO_WASM = "delete window.WebAssembly"
NO_STORAGE = (
    """Object.defineProperty(window, "localStorage", { get() { throw new Error("blocked"); } })"""
)


def plays(dashboard):
    dashboard.locator(".mlp").focus()
    before = dashboard.locator(".place").inner_text()
    dashboard.locator(".mlp").press("ArrowRight")
    return dashboard.locator(".place").inner_text() != before


def test_without_webassembly(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html", before=NO_WASM)
    dashboard = cell(page, "cell-06")
    slide(dashboard, "steady.alpha", -1)
    until(page, "document.querySelector('.tell').innerText.includes('no WebAssembly')")
    assert plays(dashboard)


@pytest.mark.parametrize("piece", ["pyodide.asm.wasm", "numpy-", "mlpteach-", "worker-"])
def test_with_a_piece_missing(piece, waking, tab):
    page = tab("about:blank")
    page.route(re.compile(re.escape(piece)), lambda route: route.abort())
    page.goto(f"{waking}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    slide(dashboard, "steady.alpha", -1)
    until(page, "document.querySelector('.tell').innerText.includes('goes on playing')")
    assert plays(dashboard)
    page.unroute(re.compile(re.escape(piece)))


def test_offline_in_the_middle(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html")
    dashboard = cell(page, "cell-06")
    until(page, "!document.querySelector('[data-dashboard]')")
    page.context.set_offline(True)
    slide(dashboard, "steady.alpha", -1)
    until(page, "document.querySelector('.tell').innerText.includes('goes on playing')")
    assert plays(dashboard)


def test_with_storage_blocked(waking, tab):
    page = tab(f"{waking}/01_minibatch_momentum.html", before=NO_STORAGE)
    cell(page, "quiz-02").get_by_role("radio", name="True").click()
    assert cell(page, "quiz-02").locator(".verdict").is_visible()
    assert plays(cell(page, "cell-06"))
    assert page.complaints == []
