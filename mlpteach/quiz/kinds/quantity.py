"""Which quantity is this? A heat map of the run, to be recognised."""

import base64

import numpy as np

from mlpteach.quiz.heat_map import heat_map_png
from mlpteach.quiz.judgement import Judgement
from mlpteach.quiz.kinds.choice import Single, read_letters
from mlpteach.quiz.text.write_number import write_number
from mlpteach.quiz.typed.spelling import Unreadable


class Quantity(Single):
    """The key is drawn among the choices; each says how it is recognised."""

    def prepare(self, rng, run):
        super().prepare(rng, run)
        wanted = [choice["quantity"] for choice in self.fields["choice"] if choice.get("ask", True)]
        self.key = wanted[rng.integers(len(wanted))]
        self.matrix = self.weight.matrix(self.key)
        self.numbers["layer"] = self.weight.layer
        self.numbers["limit"] = float(np.abs(self.matrix).max())

    @property
    def right(self):
        return [letter for letter, c in self.choices.items() if c["quantity"] == self.key]

    def shown_fields(self):
        return {
            **super().shown_fields(),
            "picture": {
                "source": f"data:image/png;base64,{base64.b64encode(self.png()).decode()}",
                "label": self.picture,
                "range": self._limits(),
                "columns": self.matrix.shape[1],
                "rows": self.matrix.shape[0],
            },
        }

    @property
    def picture(self):
        size = " by ".join(str(n) for n in self.matrix.shape)
        return f"heat map of {size} entries, {self._limits()}; {_described(self.matrix)}"

    def _limits(self):
        low, high = (write_number(end, 3) for end in (self.matrix.min(), self.matrix.max()))
        return f"from {low} to {high}"

    def png(self):
        """Return the picture."""
        return heat_map_png(self.matrix)

    def judge_text(self, text):
        letters = read_letters(text, self.choices)
        if len(letters) != 1:
            raise Unreadable("choose one of the answers")
        chosen, key = self.choices[letters.pop()], self.choices[self.right[0]]
        if chosen is key:
            return Judgement(1.0, self._filled(key["why"]))
        message = f"{chosen['why']} That is not what the map shows. {key['why']}"
        return Judgement(0.0, self._filled(message), f"{chosen['quantity']}_for_{key['quantity']}")


def _described(matrix):
    """Say of a map what can be seen, for who hears it.

    Examples
    --------
    >>> import numpy as np
    >>> _described(np.array([[0.0, 0.0, 1.0], [0.0, 2.0, -4.0]]))
    '17 of 100 entries are negative, 33 positive, 50 zero; columns all zero: 1; \
half of the other sizes lie below 2'
    """
    negative, positive, zero = (
        round(100 * float(np.mean(part))) for part in (matrix < 0, matrix > 0, matrix == 0)
    )
    empty = int(np.sum(~matrix.any(axis=0)))
    middle = np.median(np.abs(matrix[matrix != 0])) if matrix.any() else 0.0
    return (
        f"{negative} of 100 entries are negative, {positive} positive, {zero} zero; "
        f"columns all zero: {empty}; half of the other sizes lie below {write_number(middle, 2)}"
    )
