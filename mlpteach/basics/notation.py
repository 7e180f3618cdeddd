"""The slides' letters for every quantity: id -> symbol, meaning, shape."""

from dataclasses import dataclass

_LATEX = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "ε": r"\epsilon", "η": r"\eta",
    "μ": r"\mu", "ρ": r"\rho", "φ": r"\phi",
}  # fmt: skip


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
    """

    letter: str
    meaning: str
    shape: str = "as W"
    accent: str = ""
    subscript: str = ""

    @property
    def latex(self):
        letter = "".join(_LATEX.get(character, character) for character in self.letter)
        accents = {"^": r"\hat{%s}", "~": r"\tilde{%s}", "¯": r"\bar{%s}", "": "%s"}
        written = accents[self.accent] % letter
        return f"{written}_{{{self.subscript}}}" if self.subscript else written


SYMBOLS = {
    "W": Symbol("W", "parameters: weights and biases"),
    "G": Symbol("g", "gradient of J at W"),
    "J": Symbol("J", "cost on the batch", shape=""),
    "factor": Symbol("s", "what the schedule multiplies the step with", shape=""),
    "k": Symbol("k", "number of the update, from 1", shape=""),
    "rho": Symbol("ρ", "the step: what is subtracted from W"),
    "sensitivity": Symbol("V", "sensitivity dJ/dZ", shape="as Z, instances as columns"),
    "M": Symbol("M", "first moment: running mean of the gradient"),
    "V": Symbol("V", "second moment: running mean of the squared gradient"),
    "M_hat": Symbol("M", "first moment, corrected for its start at 0", accent="^"),
    "V_hat": Symbol("V", "second moment, corrected for its start at 0", accent="^"),
    "M_bar": Symbol("M", "first moment with the next update's momentum put in early", accent="¯"),
    "G_hat": Symbol("g", "gradient, corrected like the first moment", accent="^"),
    "V_max": Symbol("V", "largest second moment so far", subscript="max"),
    "v": Symbol("v", "velocity"),
    "W_ahead": Symbol("W", "where the rule looks", accent="~"),
    "G_ahead": Symbol("g", "gradient where the rule looks", accent="~"),
    "G_sum": Symbol("G", "sum of the squared gradients so far"),
    "E_g2": Symbol("E[g²]", "running mean of the squared gradient"),
    "E_dx2": Symbol("E[Δx²]", "running mean of the squared updates"),
    "direction": Symbol("p", "search direction"),
    "step_length": Symbol("α", "step length found by the line search", shape=""),
    "s": Symbol("s", "last step"),
    "y": Symbol("y", "change of the gradient over the last step"),
    "eta": Symbol("η", "step size", shape=""),
    "alpha": Symbol("α", "weight of the gradient", shape=""),
    "beta": Symbol("β", "weight of the past", shape=""),
    "beta1": Symbol("β", "forgetting of the first moment", shape="", subscript="1"),
    "beta2": Symbol("β", "forgetting of the second moment", shape="", subscript="2"),
    "gamma": Symbol("γ", "forgetting", shape=""),
    "eps": Symbol("ε", "keeps the division finite", shape=""),
}


def symbol(id):
    """Return the :class:`Symbol` of `id`; an unknown id is written as itself."""
    return SYMBOLS.get(id) or Symbol(id.replace("_", " "), "a quantity of the reader's own rule")
