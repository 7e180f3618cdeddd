"""LaTeX as MathML that any page may show, whoever wrote it.

The converter passes on what stands in ``\\text``, ``\\tag`` or ``\\href`` as it is: markup,
scripts, links. Here only elements and attributes that are mathematics come through; all else that
was written is text.
"""

import html
import re
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

# Element -> how many parts it must have, None for any number.
_ELEMENTS = {
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mspace": 0,
    "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3,
    "mfrac": 2, "mroot": 2, "msqrt": None, "mstyle": None, "mpadded": None, "mphantom": None,
    "menclose": None, "mtable": None, "mtr": None, "mtd": None,
}  # fmt: skip
_ATTRIBUTES = frozenset({
    "display", "displaystyle", "scriptlevel", "mathvariant", "mathsize", "mathcolor",
    "mathbackground", "stretchy", "fence", "separator", "form", "lspace", "rspace", "minsize",
    "maxsize", "movablelimits", "largeop", "accent", "linethickness", "width", "height", "depth",
    "voffset", "linebreak", "notation", "columnalign", "columnlines", "columnspacing", "rowlines",
    "rowspacing",
})  # fmt: skip
_VALUE = re.compile(r"[#\w.+% -]*", re.ASCII)
# Not every reader of MathML knows lengths by name. Shares of an em; "-" for the negative ones.
_SPACES = {
    f"{sign}{name}mathspace": f"{'-' if sign else ''}{eighteenths / 18:.4g}em"
    for name, eighteenths in (("thin", 3), ("medium", 4), ("thick", 5))
    for sign in ("", "negative")
}
# Environments of several lines, by the names under which the converter knows them. It would set the
# others in one line; and it would number the equations, which a notebook does not.
_ENVIRONMENTS = {
    "aligned": "split", "align": "split", "align*": "split",
    "gathered": "matrix", "gather": "matrix", "gather*": "matrix",
}  # fmt: skip
_ENVIRONMENT = re.compile(r"\\(begin|end)\{(aligned|align\*?|gathered|gather\*?)\}(?:\[[tcb]\])?")
# Between them and a letter TeX sets a thin space, which MathML leaves to the author.
_FUNCTIONS = frozenset({"ln", "log", "exp", "sin", "cos", "tan", "tanh", "max", "min"})


@lru_cache(maxsize=2048)
def to_mathml(latex: str) -> str:
    """Return a formula as MathML.

    Parameters
    ----------
    latex : str
        Without the dollars around it.

    Raises
    ------
    ValueError
        Where it is no formula; says what was given.

    Examples
    --------
    >>> to_mathml("x^2")
    '<math ...><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    """
    return ElementTree.tostring(mathml_tree(latex), encoding="unicode")


def mathml_tree(latex: str) -> ElementTree.Element:
    """Return a formula as a tree of MathML, without namespace prefixes; see :func:`to_mathml`."""
    from latex2mathml.converter import convert_to_element

    try:
        tree = convert_to_element(_with_known_environments(latex))
    except Exception as error:  # its own have no message, and an index may lack as well
        reason = type(error).__name__.removesuffix("Error")
        raise ValueError(f"${latex}$ is no LaTeX ({reason}).") from error
    namespace = tree.attrib["xmlns"]
    for element in tree.iter():
        _clean(element, latex)
    for row in list(tree.iter("mrow")):
        _space_functions(row)
    tree.attrib = {"xmlns": namespace, **tree.attrib}
    return tree


def _with_known_environments(latex):
    r"""Return a formula without the environments of several lines that the converter can't set.

    Examples
    --------
    >>> _with_known_environments(r"\begin{aligned}[t] a &= b \\ &= c \end{aligned}")
    '\\begin{split} a &= b \\\\ &= c \\end{split}'
    """
    return _ENVIRONMENT.sub(lambda found: f"\\{found[1]}{{{_ENVIRONMENTS[found[2]]}}}", latex)


def _space_functions(row):
    """Set a thin space between the name of a function and the letter or number beside it."""
    for left, right in list(pairwise(row)):
        if (_is_function(left) or _is_function(right)) and not _is_sign(left) | _is_sign(right):
            space = ElementTree.Element("mspace", width=_SPACES["thinmathspace"])
            row.insert(list(row).index(right), space)


def _is_function(element):
    name = element[0] if element.tag in ("msub", "msup", "msubsup") else element
    return name.tag == "mi" and name.text in _FUNCTIONS


def _is_sign(element):
    return element.tag in ("mo", "mspace") and element.text not in (")", "]")


def _clean(element, latex):
    """Take away what is no mathematics; &#x...; of the converter becomes the letter it means."""
    if _ELEMENTS.get(element.tag, -1) not in (None, len(element)):
        raise ValueError(f"${latex}$ is no LaTeX: a part of it is missing.")
    element.text = _plain(element.text)
    element.tail = _plain(element.tail)
    element.attrib = {
        name: _SPACES.get(value, value)
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _VALUE.fullmatch(value)
    }


def _plain(text):
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", html.unescape(text)) if text else text


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
