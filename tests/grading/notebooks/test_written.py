"""Written texts on pages that staff open: read, not obeyed, and laid out in bounded time."""

import json
import re
import time

import pytest
from nbconvert.filters import markdown2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.v4 import new_notebook

from mlpteach.grading.notebooks.rebuild import rebuild
from mlpteach.grading.notebooks.submission import read
from mlpteach.grading.notebooks.written import written

PNG = {"image/png": "iVBORw0KGgo="}


def page(text, attachments=None):
    return markdown2html(written(text, attachments or {})[0])


@pytest.mark.parametrize(
    "text",
    [
        "![](/logout)",
        "![](http://host/p.png)",
        "![x](attachment:../../logout)",
        "![a](<http://host/p.png>)",
        "![a][b]\n\n[b]: http://host/p.png",
        "[![a](http://host/p.png)](/logout)",
        "[a](//host)",
        "[a]\n\n[a]:\n/logout",
        "[a](attachment:x)",
        "http://host/p and https://host and www.host.org",
        "<http://host>",
        "<img src=http://host/p.png>",
        "[![a][b]](http://host)",
    ],
)
def test_no_picture_is_fetched_and_no_link_made(text):
    shown = page(text)
    assert "<img" not in shown
    assert not re.search(r"<a\b[^>]*href=(?!\"#)", shown)
    assert "http://host" not in shown


@pytest.mark.parametrize(
    "command",
    [
        *(r"\href{/logout}{x}", r"\csname href\endcsname{a}{b}", r"\require{HTML}", r"\url{//h}"),
        *(r"\style{background:url(//h/p.png)}{x}", r"\bbox[background:url(//h/p.png)]{x}"),
        *(r"\class{btn}{x}", r"\cssId{submit}{x}", r"\unicode[url(//h)]{65}", r"\mmlToken{mi}{x}"),
        *(r"\def\frac#1#2{1}", r"\let\le\ge", r"\newcommand{\x}{y}", r"\includegraphics{//h}"),
    ],
)
def test_a_formula_is_mathematics_and_does_nothing_else(command):
    assert written(f"${command}$", {})[0].startswith("$\\\u200b")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("image.png", "image.png"),
        ("my picture.png", "my%20picture.png"),
        ("image (1).png", "image%20(1).png"),
        ("Übung.png", "%C3%9Cbung.png"),
        ("Übung.png", "Übung.png"),
        ("a%20b.png", "a%20b.png"),
    ],
)
def test_a_pasted_picture_stays(name, address):
    text, pictures = written(f"See ![it](attachment:{address}) above.", {name: PNG})
    assert list(pictures.values()) == [PNG]
    shown = MarkdownWithMath(renderer=IPythonRenderer(attachments=pictures)).render(text)
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in shown


def test_a_picture_that_was_not_handed_in_is_named():
    assert "cannot be shown here: gone.svg)" in written("![](attachment:gone.svg)", {})[0]


@pytest.mark.parametrize(
    "text",
    [
        "$a_{[0]} < b$ and $x \\le 2$",
        "a < b, *so* **M** is `W[0]`",
        r"$\begin{aligned}\hat{M}_k &= \frac{M_k}{1-\beta_1^k} \\ \mathbf{W}^\top\end{aligned}$",
        r"$\operatorname{arg\,min} \mathbb{E}\left[\sum_{i=1}^n \log p\right] \odot \nabla J$",
        r"$\color{red}{\text{so}} \label{a} \quad \textbf{x}, \mathcal{L}, \boldsymbol{\epsilon}$",
    ],
)
def test_words_and_formulas_stay_to_the_letter(text):
    assert written(text, {}) == (text, {})


@pytest.mark.parametrize(
    "part",
    ["[", "![", "[a](", "![](attachment:", "&", "<a", "\\begin{a}", "> ", "[a]: b\n", "`a``"],
)
def test_a_long_text_is_laid_out_in_no_time(part, tmp_path):
    began = time.process_time()
    [alone] = graded(tmp_path, [part * (200_000 // len(part))])
    assert "too many to be laid out" in markdown2html(alone.source)
    for cell in graded(tmp_path, [part * (20_000 // len(part))] * 50):
        markdown2html(cell.source)
    assert time.process_time() - began < 3


def graded(folder, texts):
    """Return the cells of the graded notebook for one that was handed in with these texts."""
    path = folder / "handed_in.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": "markdown", "source": text} for text in texts]})
    )
    return rebuild(new_notebook(), read(path))[0].cells
