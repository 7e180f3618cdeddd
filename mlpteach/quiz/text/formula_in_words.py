"""Formulas in words, for screen readers: indices and exponents must not run together.

A browser's own name for the formula of the velocity before is "v k − 1", which may be many things.
"""

_SIGNS = {
    "+": "plus", "−": "minus", "=": "equals", "/": "divided by", "*": "times", "·": "times",
    "⊙": "times entry by entry", "≤": "at most", "∑": "sum of", "←": "becomes", "|": "bar",
    "(": "open bracket", ")": "close bracket", "[": "open bracket", "]": "close bracket",
    "…": "and so on", "^": "hat", "∞": "infinity", "±": "plus or minus", "′": "prime",
}  # fmt: skip
_POWERS = {"2": "squared", "T": "transposed", "prime": "prime"}


def formula_in_words(tree):
    """Return a formula's MathML in words.

    Examples
    --------
    >>> from mlpteach.basics.mathml import mathml_tree
    >>> formula_in_words(mathml_tree(r"W_k - \\beta v_{k-1}"))
    'W sub k minus β v sub k minus 1 end sub'
    >>> formula_in_words(mathml_tree(r"\\frac{\\hat M_k}{\\sqrt{V^{(2)}}}"))
    'fraction M hat sub k over root of V of layer 2 end root end fraction'
    """
    return _words(tree)


def _words(node):
    parts = [_words(child) for child in node]
    match node.tag, parts:
        case "mi" | "mn" | "mo" | "mtext", _:
            text = (node.text or "").strip()
            return _SIGNS.get(text, text)
        case "msub", [base, index]:
            return f"{base} {_index(index)}"
        case "msup", [base, power]:
            return f"{base} {_power(power)}"
        case "msubsup", [base, index, power]:
            return f"{base} {_index(index)} {_power(power)}"
        case "mfrac", [above, below]:
            return f"fraction {above} over {below} end fraction"
        case "msqrt", _:
            return f"root of {_joined(parts)} end root"
    return _joined(parts)


def _joined(parts):
    return " ".join(part for part in parts if part)


def _index(words):
    return f"sub {words}" + (" end sub" if " " in words else "")


def _power(words):
    inside = words.removeprefix("open bracket ").removesuffix(" close bracket")
    if inside != words and " " not in inside:
        return f"of layer {inside}"
    return _POWERS.get(words) or f"to the power {words}" + (" end power" if " " in words else "")
