"""How every quantity is written, as LaTeX, MathML or plain text: the only writer of symbols.

``SYMBOLS`` holds the letters of the slides. What one rule or schedule has of its own stands in its
entry (``letters``).
"""

import re
from dataclasses import dataclass

_LATEX = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon",
    "η": r"\eta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma",
    "τ": r"\tau", "φ": r"\phi", "Δ": r"\Delta", "∏": r"\prod",
}  # fmt: skip
_ACCENTS = {"^": r"\hat{%s}", "~": r"\tilde{%s}", "¯": r"\bar{%s}", "": "%s"}
_COMBINING = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "": ""}
_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True)
class Symbol:
    """How a quantity is written and what it is.

    Attributes
    ----------
    letter : str
        One letter or a short text, Greek letters as themselves.
    meaning : str
    shape : str
        In words; "" for a number.
    accent : str
        "", "^" (hat), "~" (tilde) or "¯" (bar) over the letter.
    subscript : str
        Fixed subscript, such as "1" in beta_1.
    never_negative : bool
        Whether no entry can be below 0, as of a sum of squares.

    Examples
    --------
    >>> V_max = Symbol("V", "largest second moment so far", subscript="max")
    >>> V_max.latex(), V_max.latex("k-1"), V_max.text
    ('V_{max}', 'V_{max,k-1}', 'V_max')
    >>> SYMBOLS["beta1"].mathml()
    '<msub><mi>β</mi><mrow><mn>1</mn></mrow></msub>'
    """

    letter: str
    meaning: str
    shape: str = "as W"
    accent: str = ""
    subscript: str = ""
    never_negative: bool = False

    def latex(self, index: str = "") -> str:
        """Return the symbol as LaTeX, with an index such as "k-1"."""
        letter = "".join(f"{_LATEX[c]} " if c in _LATEX else c for c in self.letter).rstrip()
        if re.fullmatch("[A-Za-z ]{2,}", letter):
            letter = rf"\mathrm{{{letter}}}".replace(" ", r"\ ")
        below = ",".join(part for part in (self.subscript, index) if part).replace("−", "-")
        written = _ACCENTS[self.accent] % letter
        return f"{written}_{{{below}}}" if below else written

    def mathml(self, index: str = "") -> str:
        """Return the symbol as MathML without <math>, with an index such as "k−1"."""
        letter = f"<mi>{self.letter}</mi>"
        if self.accent:
            letter = f'<mover accent="true">{letter}<mo stretchy="false">{self.accent}</mo></mover>'
        parts = [_mathml_index(part) for part in (self.subscript, index) if part]
        return f"<msub>{letter}<mrow>{'<mo>,</mo>'.join(parts)}</mrow></msub>" if parts else letter

    @property
    def text(self) -> str:
        """The symbol in plain characters, for the label of a slider."""
        written = self.letter + _COMBINING[self.accent]
        if not self.subscript or self.subscript.isdigit():
            return written + self.subscript.translate(_BELOW)
        return f"{written}_{self.subscript}"


def _mathml_index(index):
    """Write an index: words, numbers and signs each as such."""
    parts = re.findall(r"[^\W\d]+|\d+|\S", index.replace("-", "−"))
    return "".join(f"<{_tag(part)}>{part}</{_tag(part)}>" for part in parts)


def _tag(part):
    return "mn" if part.isdigit() else "mi" if part.isalpha() else "mo"


SYMBOLS = {
    "W": Symbol("W", "parameters: weights and biases"),
    "G": Symbol("g", "gradient of J at W"),
    "J": Symbol("J", "cost on the batch", shape=""),
    "factor": Symbol("s", "what the schedule multiplies the step with", shape=""),
    "k": Symbol("k", "number of the update, from 1", shape=""),
    "rho": Symbol("ρ", "the step: what is subtracted from W"),
    "sensitivity": Symbol("V", "sensitivity dJ/dZ", shape="as Z, instances as columns"),
    "M": Symbol("M", "first moment: running mean of the gradient"),
    "V": Symbol("V", "second moment: running mean of the squared gradient", never_negative=True),
    "M_hat": Symbol("M", "first moment, corrected for its start at 0", accent="^"),
    "V_hat": Symbol(
        "V", "second moment, corrected for its start at 0", accent="^", never_negative=True
    ),
    "eta": Symbol("η", "step size", shape=""),
    "alpha": Symbol("α", "weight of the gradient", shape=""),
    "beta": Symbol("β", "weight of the past", shape=""),
    "beta1": Symbol("β", "forgetting of the first moment", shape="", subscript="1"),
    "beta2": Symbol("β", "forgetting of the second moment", shape="", subscript="2"),
    "gamma": Symbol("γ", "forgetting", shape=""),
    "eps": Symbol("ε", "keeps the division finite", shape=""),
}


_GREEK = {latex[1:]: letter for letter, latex in _LATEX.items()} | {"epsilon": "ε", "lam": "λ"}


def symbol(id: str) -> Symbol:
    """Return the :class:`Symbol` of `id`; an unknown id is written as itself.

    Examples
    --------
    >>> symbol("delta0").text, symbol("lam").text, symbol("trust_ratio").text
    ('δ₀', 'λ', 'trust ratio')
    """
    if id in SYMBOLS:
        return SYMBOLS[id]
    stem = id.rstrip("0123456789")
    word = stem.removesuffix("_")
    letter = _GREEK.get(word, word.replace("_", " "))
    return Symbol(letter, "a quantity of the reader's own rule", subscript=id[len(stem) :])
