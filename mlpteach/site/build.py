"""``mlpteach site OUT``: the folder with all pages, its files named by their contents."""

import gzip
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlpteach.site import page_source
from mlpteach.site.archive import licences
from mlpteach.site.executed import Lecture, execute_all
from mlpteach.site.file_names import named_by_content
from mlpteach.site.jupyterlite import notebook_address
from mlpteach.site.lecture_page import lecture_page, lecture_title, questions_file
from mlpteach.site.notebooks import Notebooks, check_installed, notebook_files, notebook_licences
from mlpteach.site.problem_sets import problem_sets
from mlpteach.site.pyodide import AT_ONCE, ON_DEMAND, Release, read_release
from mlpteach.site.reference import reference_page
from mlpteach.site.start_page import start_page
from mlpteach.site.template import Link, write_page

# Lies in a site that this command has made: such a folder alone is replaced.
MARK = "mlpteach-site.txt"


class NotASite(Exception):
    """The folder to write holds something else."""


@dataclass(frozen=True)
class Files:
    """The site's files, by their addresses."""

    contents: dict[str, bytes]

    def add(self, name: str, content: bytes | str) -> str:
        self.contents[name] = content.encode() if isinstance(content, str) else content
        return name

    def add_named(self, name: str, content: bytes | str) -> str:
        """Add a file whose name changes with its content; return the name."""
        data = content.encode() if isinstance(content, str) else content
        return self.add(named_by_content(name, data), data)


def build_site(notebooks: list[Path], folder: Path, pyodide: Path | None = None) -> Path:
    """Write the site and return its folder.

    Parameters
    ----------
    notebooks : list of Path
        The lectures, in their order.
    folder : Path
        Made anew where it is missing, empty, or a site that was made before.
    pyodide : Path, optional
        An unpacked Pyodide release; without it the pages play and do not wake.

    Raises
    ------
    NotASite
        Where the folder holds anything else.
    mlpteach.site.pyodide.NoPyodide
    mlpteach.site.installed.NotInstalled
        Where what notebooks in the browser need is missing, or is not what was installed.
    RuntimeError
        Where a cell of a lecture fails.
    """
    check_folder(folder)
    if pyodide is not None:
        check_installed()
    release = None if pyodide is None else read_release(pyodide)
    lectures = execute_all(notebooks, wakes=release is not None)
    offered = Notebooks({path.name: path.read_bytes() for path in notebooks}, problem_sets())
    _write(folder, site_files(lectures, offered, release))
    return folder


def site_files(
    lectures: list[Lecture], notebooks: Notebooks, release: Release | None
) -> dict[str, bytes]:
    """Return all files of the site: address -> content."""
    files = Files(notebooks.downloads())
    assets = _add_assets(files)
    python = None
    if release is not None:
        python = _add_python(files, release)
        files.contents.update(notebook_files(notebooks, python, release.folder))
    for lecture in lectures:
        for name, content in lecture.files.items():
            files.add(f"dashboards/{name}", content)
    for place, lecture in enumerate(lectures):
        questions = files.add_named(f"{lecture.name}-questions.packed", questions_file(lecture))
        named = {**assets, "questions": questions}
        links = _links(lectures, place, runs=python is not None)
        page = lecture_page(lecture, named, links, python)
        files.add(f"{lecture.name}.html", page)
    start = Link("index.html", "Start"), Link("reference.html", "Reference")
    ends = [*start, Link("licences.txt", "Licences")]
    sets = notebooks.problem_sets
    files.add("index.html", start_page(lectures, sets, assets["style"], ends, python is not None))
    files.add("reference.html", write_page("Reference", reference_page(), assets["style"], ends))
    files.add("licences.txt", _licence_text(release))
    files.add(MARK, "Made by `mlpteach site`, which may replace this folder.\n")
    files.add(".nojekyll", "")
    return files.contents


def _add_assets(files):
    """Add code and style; return their addresses."""
    code = {
        name: files.add_named(f"{name}.js.packed", gzip.compress(source.encode(), 9, mtime=0))
        for name, source in page_source.PACKED.items()
    }
    plain = {
        "style": files.add_named("style.css", page_source.STYLE),
        "start": files.add_named("start.js", page_source.START),
        "worker": files.add_named("worker.js", page_source.WORKER),
    }
    return {**code, **plain}


def _add_python(files: Files, release: Release) -> dict[str, Any]:
    """Add what a worker loads; return what the page has to know of it."""
    digest = hashlib.sha256(b"".join(release.files[name] for name in sorted(release.files)))
    folder = f"pyodide-{digest.hexdigest()[:12]}"
    for name, content in release.files.items():
        files.add(f"{folder}/{name}", content)
    return {
        "folder": folder,
        "sources": files.add_named("mlpteach.zip", release.sources),
        "packages": list(AT_ONCE),
        "on_demand": list(ON_DEMAND),
        "bytes": release.first,
    }


def _links(lectures, place, runs):
    """Return what stands at the top of a lecture: its neighbours, its notebook where that runs."""
    links = [Link("index.html", "Start")]
    if place:
        before = lectures[place - 1]
        links.append(Link(f"{before.name}.html", f"← {lecture_title(before)}"))
    if place + 1 < len(lectures):
        after = lectures[place + 1]
        links.append(Link(f"{after.name}.html", f"{lecture_title(after)} →"))
    if runs:
        links.append(Link(notebook_address(f"{lectures[place].name}.ipynb"), "As a notebook"))
    return [*links, Link("reference.html", "Reference")]


def _licence_text(release):
    found = licences() | ({**release.licences, **notebook_licences()} if release else {})
    parts = [f"{name}\n{'=' * len(name)}\n\n{text.strip()}\n" for name, text in found.items()]
    return "What this site hands on, and by which licences.\n\n" + "\n\n".join(parts)


def check_folder(folder: Path) -> None:
    """Raise NotASite where a folder holds what this command has not made."""
    if folder.exists() and not folder.is_dir():
        raise NotASite(f"{folder} is a file. Choose another folder for the site.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise NotASite(f"{folder} holds something else. Choose an empty or a new folder.")


def _write(folder, files):
    if folder.is_dir():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
