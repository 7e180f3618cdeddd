"""Formulas of a text as MathML, so that a page needs neither a script nor a network for them."""

import html
import re
import secrets

from mlpteach.basics.mathml import to_mathml

# What is no formula, whatever stands in it; then a formula in a line of its own, or in a line.
_FORMULAS = re.compile(
    r"(?P<code>```.*?```|~~~.*?~~~|`[^`\n]+`)"
    r"|\$\$(?P<block>.+?)\$\$"
    r"|(?P<begin>\\begin\{(?P<kind>(?:align|equation|gather)\*?)\}.*?\\end\{(?P=kind)\})"
    r"|(?<![\\$])\$(?P<inline>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)",
    re.DOTALL,
)


def take_formulas(source):
    """Return a text with a word in the place of each formula, and word -> MathML.

    What is no formula stays as it was written; so does what stands in code.
    """
    formulas = {}
    mark = f"formula{secrets.token_hex(8)}n"  # nobody can write it beforehand

    def take(found):
        latex = found["block"] or found["begin"] or found["inline"]
        if found["code"] or not latex.strip():
            return found[0]
        try:
            formula = to_mathml(html.unescape(latex).strip())  # a student's text was defused
        except ValueError:
            return found[0]
        if not found["inline"]:
            formula = formula.replace('display="inline"', 'display="block"', 1)
        place = f"{mark}{len(formulas)}x"
        formulas[place] = formula
        return place

    return _FORMULAS.sub(take, source), formulas
