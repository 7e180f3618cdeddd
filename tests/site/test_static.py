"""The folder that ``mlpteach site OUT`` writes: everything is there, and nothing from elsewhere."""

import gzip
import html
import inspect
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from site_folder import write_site

import mlpteach

LECTURES = sorted((Path(__file__).parents[2] / "lectures").glob("*.ipynb"))


class Page(HTMLParser):
    """What a page links to, its ids, and its words."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.tags = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append(tag)
        self.links += [named[name] for name in ("href", "src") if name in named]
        self.ids += [named["id"]] if "id" in named else []


class Sources(HTMLParser):
    """The code of a page's cells, as its text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside = [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if dict(attrs).get("class") == "source":
            self.found.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "div"

    def handle_data(self, data):
        if self.inside:
            self.found[-1] += data


class Words(HTMLParser):
    """What is read on a page, code and scripts left out."""

    def __init__(self, text):
        super().__init__()
        self.text, self.inside = "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside += [tag] if tag in ("code", "pre", "script", "style", "noscript") else []

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        self.text += "" if self.inside else data


def dashboard_files(data):
    """Return the addresses of all files of a page's dashboards."""
    shown = [cell for cell in data["cells"] if "dashboard" in cell]
    named = [one for cell in shown for one in (cell["dashboard"], cell["rest"], *cell["steps"])]
    return list(filter(None, named))


def unpacked(path):
    """Return the plain data of a dashboard's file."""
    whole = gzip.decompress(path.read_bytes())
    return json.loads(whole[4 : 4 + int.from_bytes(whole[:4], "little")])


def pages(folder):
    return {path.name: Page(path.read_text("utf-8")) for path in sorted(folder.glob("*.html"))}


def given(folder, name):
    text = (folder / name).read_text("utf-8")
    return json.loads(re.search(r'id="lecture">(.*?)</script>', text, re.DOTALL)[1])


def test_every_lecture_has_a_page_that_the_start_page_names(site):
    start = pages(site)["index.html"]
    assert [f"{path.stem}.html" for path in LECTURES] == [
        link for link in start.links if link[0].isdigit() and "#" not in link
    ]


def test_the_start_page_leads_to_each_dashboard(site):
    found = pages(site)
    links = [link for link in found["index.html"].links if "#" in link]
    assert len(links) >= 16
    for name in (f"{path.stem}.html" for path in LECTURES):
        shown = {cell["id"] for cell in given(site, name)["cells"] if "dashboard" in cell}
        assert {link.partition("#")[2] for link in links if link.startswith(name)} <= shown


def test_links_are_relative_and_lead_to_what_is_there(site):
    found = pages(site)
    for name, page in found.items():
        for link in page.links:
            if link == "data:,":
                continue
            address, _, place = link.partition("#")
            address = address.partition("?")[0]
            assert "//" not in address, (name, link)
            assert not address.startswith("/"), (name, link)
            assert (site / (address or name)).is_file(), (name, link)
            if place:
                assert unquote(place) in found[address or name].ids, (name, link)


def test_ids_are_unlike_each_other(site):
    for name, page in pages(site).items():
        assert len(set(page.ids)) == len(page.ids), name


def test_nothing_comes_from_elsewhere(site):
    for path in [*site.glob("*.js"), *site.glob("*.css"), *site.glob("0*.html")]:
        said = path.read_text("utf-8").replace("http://www.w3.org/1998/Math/MathML", "")
        assert not re.search(r"(src|href|url|import|fetch)\W{1,3}(https?:)?//", said), path.name


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_holds_all_cells_and_no_notes(path, site):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    text = (site / f"{path.stem}.html").read_text("utf-8")
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    data = given(site, f"{path.stem}.html")
    assert Sources(text).found == code
    assert data["python"] is None
    questions = json.loads(gzip.decompress((site / data["questions"]).read_bytes()))
    asked = [cell["id"] for cell in cells if "mt.quiz.ask(" in "".join(cell["source"])]
    assert sorted(questions) == sorted(asked) != []
    assert "Speaker's notes" not in text
    formulas = sum("".join(cell["source"]).count("$$") // 2 for cell in cells)
    assert text.count('<math display="block"') >= formulas
    for address in dashboard_files(data):
        assert (site / address).is_file()
    assert all((site / address).is_file() for address in data["code"].values())


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_little_is_loaded_before_the_first_dashboard_plays(path, site):
    data = given(site, f"{path.stem}.html")
    page = pages(site)[f"{path.stem}.html"]
    files = [f"{path.stem}.html", *(link for link in page.links if "style-" in link)]
    files += [link for link in page.links if "start-" in link]
    files += [data["code"]["site"], data["code"]["player"]]
    files.append(next(cell["dashboard"] for cell in data["cells"] if "dashboard" in cell))
    assert len(files) == 6
    assert sum((site / name).stat().st_size for name in files) <= 150_000


def test_every_mark_in_code_has_a_colour(site):
    (style,) = (path.read_text("utf-8") for path in site.glob("style-*.css"))
    text = (site / "02_adaptive_optimizers.html").read_text("utf-8")
    marks = set(re.findall(r'<span class="(\w+)"', text))
    assert {"k", "s2", "mi"} <= marks
    assert [mark for mark in marks if not re.search(rf"\.{mark}\b", style)] == []


def test_every_guided_step_has_a_file_with_its_words_and_its_state(site):
    steps, missing = 0, []
    for path in LECTURES:
        for cell in given(site, f"{path.stem}.html")["cells"]:
            if "dashboard" not in cell:
                continue
            guide = unpacked(site / cell["dashboard"])["spec"]["guide"]
            assert len(cell["steps"]) == len(guide)
            for number, address in enumerate(cell["steps"], 1):
                if address is None:
                    missing.append(guide[number - 1])
                    continue
                assert unpacked(site / address)["spec"]["guided"]["step"] == number
            steps += len(guide)
    assert steps > 50
    assert len(missing) == 1  # how long the four ways take is measured on the reader's computer


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_no_mark_of_latex_or_markdown_is_left_in_the_words(path, site):
    words = Words((site / f"{path.stem}.html").read_text("utf-8")).text
    assert len(words) > 5000
    assert re.findall(r".{0,40}(?:[$\\]|&(?! )|\*\*|\]\().{0,40}", words) == []


def test_headings_are_those_of_the_notebook(site):
    page = (site / "05_no_panacea.html").read_text("utf-8")
    assert page.count("<h1") == 1
    assert '<h2 id="one-line-that-misleads-adam">One line that misleads Adam</h2>' in page
    assert "#one-line-that-misleads-adam" in pages(site)["05_no_panacea.html"].links


def test_outputs_are_those_of_a_run(site):
    page = (site / "01_minibatch_momentum.html").read_text("utf-8")
    # alpha, then alpha + beta; and the geometric series of beta = 0.9: 1, 1.9, 2.71 …
    assert "momentum (lecture) [1.0, 1.9, 1.9, 1.9, 1.9]" in page
    assert "momentum (paper) [1.0, 1.9, 2.71, 6.513, 10.0]" in page


def test_the_start_page_says_that_nothing_wakes(site):
    text = (site / "index.html").read_text("utf-8")
    assert "--pyodide DIR" in text
    assert "do not wake" in text
    assert 'data-wakes="false"' in text


def test_problem_sets_are_there_to_download(site):
    links = pages(site)["index.html"].links
    names = ["ps1_cross_entropy", "ps2_adam", "ps3_optimizers", "ps4_initialization"]
    assert [link for link in links if link.startswith("notebooks/")] == [
        f"notebooks/{name}.ipynb" for name in names
    ]
    assert "no notebooks to run here" in (site / "index.html").read_text("utf-8")
    assert not (site / "jupyterlite").exists()
    notebook = json.loads((site / "notebooks" / "ps2_adam.ipynb").read_text("utf-8"))
    text = json.dumps(notebook)
    assert "YOUR CODE HERE" in text
    assert "SOLUTION" not in text


def test_licences_stand_in_one_file(site):
    text = (site / "licences.txt").read_text("utf-8")
    assert "BSD 3-Clause" in text
    assert "latex2mathml" in text
    assert "MIT License" in text


def test_the_reference_names_everything_public(site):
    page = pages(site)["reference.html"]
    assert {f"mt.{name}" for name in mlpteach.__all__} <= set(page.ids)
    assert {"mt.dashboards.adam", "mt.quiz.ask", "mt.datasets.digits"} <= set(page.ids)
    assert {f"#{id}" for id in page.ids} == {link for link in page.links if link.startswith("#")}


def test_the_reference_says_what_objects_can_be_asked(site):
    text = html.unescape((site / "reference.html").read_text("utf-8"))
    of_mlp = text.partition('<h2 id="mt.MLP">')[2].partition("<h2")[0]
    assert "<code>mt.MLP(sizes, hidden='sigmoid'," in of_mlp
    assert "<strong>Parameters</strong>\nsizes : sequence of int" in of_mlp
    assert "<code>mlpteach.own_activation</code>" in of_mlp
    methods = {
        name: told
        for name, told in vars(mlpteach.MLP).items()
        if inspect.isfunction(told) and not name.startswith("_")
    }
    assert len(methods) >= 5
    for name, method in methods.items():
        assert f"<code>.{name}(" in of_mlp
        plain, *_ = re.split(r"[:`]", inspect.getdoc(method).splitlines()[0], maxsplit=1)
        assert len(plain) > 5
        assert plain in of_mlp


def test_written_twice_it_is_the_same_to_the_byte(site, tmp_path):
    again = tmp_path / "again"
    shutil.copytree(site, again)
    (again / "left-behind.html").write_text("of a site before")
    assert write_site(again).returncode == 0
    first, second = (
        {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.*")}
        for root in (site, again)
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    done = write_site(tmp_path)
    assert done.returncode == 1
    assert "holds something else" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_without_pyodide_is_refused_before_any_work(tmp_path):
    (tmp_path / "release").mkdir()
    done = write_site(tmp_path / "out", "--pyodide", str(tmp_path / "release"))
    assert done.returncode == 1
    assert "pyodide-lock.json cannot be read" in done.stderr
    assert not (tmp_path / "out").exists()
